import type { TextEdit } from '../../server/src/core/finding';
import { applyEdits, editsOverlap } from '../../server/src/core/fix';
import type { FileSummary } from '../../server/src/model/workspace-index';
import { directoryOf } from '../../server/src/core/paths';
import type { Candidate } from './discover';
import type { LocatedFinding } from './located';
import type { Note } from './notes';
import { readTextFile } from './read-text';
import { LintSession, type SessionOptions } from './session';
import type { Root } from './workspace-root';

/** A file whose text the fixes change. */
export interface FixedFile {
  readonly path: string;
  /** What was read: it is written only over this. */
  readonly before: string;
  readonly after: string;
}

export interface FixRun {
  /** By path. */
  readonly files: readonly FixedFile[];
  /** How many findings were fixed. */
  readonly fixed: number;
  readonly notes: readonly Note[];
}

interface OpenFile {
  readonly before: string;
  current: string;
  readonly seen: Set<string>;
}

/** Fixes may uncover others; more rounds than this mean that two rules disagree. */
const MAX_PASSES = 10;

/**
 * Makes all safe fixes in memory: lint, fix what does not overlap, lint again. Fixes that reach into other files of the
 * workspace are made as a whole or not at all.
 *
 * @param findings of a first run: they only tell where to begin
 */
export function fixInMemory(
  candidates: readonly Candidate[],
  findings: readonly LocatedFinding[],
  summaries: readonly FileSummary[],
  root: Root,
  options: SessionOptions,
): FixRun {
  const run = new Fixing(candidates, summaries, root, options);
  for (const finding of findings) if (safeFix(finding)) run.open(finding.path);
  for (let pass = 0; pass < MAX_PASSES; pass++) if (!run.pass()) return run.result();
  return run.result(true);
}

class Fixing {
  private readonly files = new Map<string, OpenFile>();
  private readonly notes = new Map<string, Note>();
  private fixed = 0;
  /** Directories whose files are linted in the next pass. */
  private dirty = new Set<string>();

  constructor(
    private readonly candidates: readonly Candidate[],
    private readonly summaries: readonly FileSummary[],
    private readonly root: Root,
    private readonly options: SessionOptions,
  ) {}

  /** Takes a file into the run; false when it cannot be changed. */
  open(path: string): boolean {
    if (this.files.has(path)) return true;
    const read = readTextFile(this.root.absolute(path), this.options.maxBytes);
    if (read.text === undefined || read.isLatin1) {
      if (read.note !== undefined) this.notes.set(path, { path, message: `Not fixed: ${read.note}`, level: 'note' });
      return false;
    }
    const { text } = read;
    this.files.set(path, { before: text, current: text, seen: new Set([text]) });
    this.dirty.add(directoryOf(path));
    return true;
  }

  /** One round. False when nothing was left to do. */
  pass(): boolean {
    const directories = this.dirty;
    this.dirty = new Set();
    if (directories.size === 0) return false;
    const edits = this.chooseEdits(this.lint(directories));
    for (const [path, own] of edits) {
      const file = this.files.get(path);
      if (!file) continue;
      file.current = applyEdits(file.current, own);
      if (file.seen.has(file.current)) {
        this.notes.set(path, { path, message: 'Its fixes undo each other: look at it by hand.', level: 'note' });
        continue;
      }
      file.seen.add(file.current);
      this.dirty.add(directoryOf(path));
    }
    return this.dirty.size > 0;
  }

  result(isUnfinished = false): FixRun {
    if (isUnfinished) {
      for (const path of this.files.keys())
        if (this.dirty.has(directoryOf(path)))
          this.notes.set(path, { path, message: `Not settled after ${MAX_PASSES} rounds of fixes.`, level: 'note' });
    }
    const files = [...this.files]
      .filter(([, file]) => file.current !== file.before)
      .map(([path, { before, current }]) => ({ path, before, after: current }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files, fixed: this.fixed, notes: [...this.notes.values()] };
  }

  private lint(directories: ReadonlySet<string>): LocatedFinding[] {
    const overlay = Object.fromEntries([...this.files].map(([path, file]) => [path, file.current]));
    const session = new LintSession({ ...this.options, overlay });
    const affected = this.candidates.filter(({ path }) => directories.has(directoryOf(path)));
    const renewed = new Map(affected.map((candidate) => [candidate.path, session.summarise(candidate).summary]));
    session.useSummaries(this.summaries.map((summary) => renewed.get(summary.path) ?? summary));
    return affected
      .filter(({ path }) => renewed.get(path) !== undefined)
      .flatMap((candidate) => session.lint(candidate).findings);
  }

  private chooseEdits(findings: readonly LocatedFinding[]): Map<string, TextEdit[]> {
    const chosen = new Map<string, TextEdit[]>();
    const done = new Set<string>();
    for (const finding of findings) {
      const fix = safeFix(finding);
      if (!fix) continue;
      const edits = fix.edits.map((edit) => ({ path: edit.at.path ?? finding.path, edit: ownEdit(edit) }));
      const key = JSON.stringify(edits);
      if (done.has(key)) continue;
      // Places were told for the text at hand: a file that is opened only now is changed in the next pass.
      const areOpen = edits.every(({ path }) => this.files.has(path));
      if (!areOpen) {
        for (const { path } of edits) this.open(path);
        continue;
      }
      const isFree = edits.every(
        ({ path, edit }, index) =>
          !(chosen.get(path) ?? []).some((other) => editsOverlap(edit, other)) &&
          !edits.slice(0, index).some((other) => other.path === path && editsOverlap(edit, other.edit)),
      );
      if (!isFree) continue;
      done.add(key);
      for (const { path, edit } of edits) chosen.set(path, [...(chosen.get(path) ?? []), edit]);
      this.fixed++;
    }
    return chosen;
  }
}

function safeFix(finding: LocatedFinding): LocatedFinding['fixes'][number] | undefined {
  if (finding.suppressed) return undefined;
  return finding.fixes.find((fix) => fix.level === 'safe' && fix.edits.length > 0);
}

function ownEdit({ at, text }: TextEdit): TextEdit {
  return { at: { start: at.start, end: at.end }, text };
}
