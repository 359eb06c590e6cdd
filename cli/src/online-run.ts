import type { Fix, TextEdit } from '../../server/src/core/finding';
import { applyEdits, editsOverlap } from '../../server/src/core/fix';
import { resolveOnlineFix, type DigestResolver } from '../../server/src/workspace/digests';
import type { FixedFile, FixRun } from './fix-run';
import type { LocatedFinding } from './located';
import type { Note } from './notes';
import { readTextFile } from './read-text';
import type { Root } from './workspace-root';

interface Pin {
  readonly path: string;
  readonly edit: TextEdit;
}

/** The fix of a finding that must ask a registry, unless a safe one does as well. */
export function onlineFix(finding: LocatedFinding): Fix | undefined {
  if (finding.suppressed || finding.fixes.some(({ level }) => level === 'safe')) return undefined;
  return finding.fixes.find(({ level, resolve }) => level === 'online' && resolve !== undefined);
}

/**
 * Adds the fixes that must ask a registry to a run of safe ones. What could not be looked up is noted as a problem and
 * left as it is.
 *
 * @param findings of the texts as `run` leaves them
 */
export async function fixOnline(
  run: FixRun,
  findings: readonly LocatedFinding[],
  resolver: DigestResolver,
  root: Root,
  maxBytes: number,
): Promise<FixRun> {
  const notes = new Map<string, Note>();
  const pins = new Map<string, Pin>();
  let fixed = run.fixed;
  const resolved = await Promise.all(
    findings.flatMap((finding) => {
      const fix = onlineFix(finding);
      return fix ? [resolveOnlineFix(fix, resolver).then((answer) => ({ finding, answer }))] : [];
    }),
  );
  for (const { finding, answer } of resolved) {
    if ('problem' in answer) {
      const { path } = finding;
      notes.set(`${path}\0${answer.problem}`, { path, message: `Not pinned: ${answer.problem}`, level: 'problem' });
      continue;
    }
    fixed++;
    for (const { at, text } of answer.edits) {
      const path = at.path ?? finding.path;
      const edit = { at: { start: at.start, end: at.end }, text };
      // Two findings about one literal have the same fix.
      pins.set(JSON.stringify([path, edit]), { path, edit });
    }
  }
  const files = new Map(run.files.map((file) => [file.path, file]));
  for (const path of new Set([...pins.values()].map((pin) => pin.path))) {
    const known = files.get(path) ?? open(path, root, maxBytes);
    if ('level' in known) {
      notes.set(path, known);
      continue;
    }
    const edits: TextEdit[] = [];
    for (const pin of pins.values()) {
      if (pin.path === path && !edits.some((other) => editsOverlap(other, pin.edit))) edits.push(pin.edit);
    }
    files.set(path, { ...known, after: applyEdits(known.after, edits) });
  }
  return {
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    fixed,
    notes: [...run.notes, ...notes.values()],
  };
}

function open(path: string, root: Root, maxBytes: number): FixedFile | Note {
  const read = readTextFile(root.absolute(path), maxBytes);
  if (read.text === undefined || read.isLatin1) {
    return { path, message: `Not fixed: ${read.note ?? 'it cannot be read.'}`, level: 'note' };
  }
  return { path, before: read.text, after: read.text };
}
