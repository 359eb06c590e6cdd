import type { Finding, Fix, TextEdit } from './finding';

/** True when two edits cannot both be made: they share text, or both insert at one place (their order would be a guess). */
export function editsOverlap(a: TextEdit, b: TextEdit): boolean {
  if (a.at.path !== b.at.path) return false;
  const inserts = a.at.start === a.at.end && b.at.start === b.at.end;
  if (inserts) return a.at.start === b.at.start;
  return a.at.start < b.at.end && b.at.start < a.at.end;
}

/**
 * Makes edits of one text; every other code unit stays.
 *
 * @throws RangeError when edits overlap or leave the text
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  // An insertion at the start of a replacement comes before it.
  const sorted = [...edits].sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
  const parts: string[] = [];
  let at = 0;
  let last: TextEdit | undefined;
  for (const edit of sorted) {
    const { start, end } = edit.at;
    if (start < at || (last && editsOverlap(last, edit))) throw new RangeError(`Edits overlap at offset ${start}`);
    if (end < start || end > text.length)
      throw new RangeError(`Edit ${start}–${end} is outside of a text of ${text.length}`);
    parts.push(text.slice(at, start), edit.text);
    at = end;
    last = edit;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

export interface FixResult {
  readonly text: string;
  readonly applied: readonly Fix[];
  /** Overlap with one that was applied, or reach into another file: a later pass or somebody else makes them. */
  readonly skipped: readonly Fix[];
}

/**
 * Makes the fixes of one file that do not get in each other's way: the one that starts first wins, then the one that
 * comes first. A fix is made as a whole or not at all.
 *
 * @param path of the file; a fix with edits elsewhere is skipped (`editsByPath` gives those)
 */
export function applyFixes(text: string, fixes: readonly Fix[], path?: string): FixResult {
  const applied: Fix[] = [];
  const skipped: Fix[] = [];
  const edits: TextEdit[] = [];
  const ordered = fixes.map((fix, index) => ({
    fix,
    index,
    start: Math.min(...fix.edits.map((edit) => edit.at.start)),
  }));
  ordered.sort((a, b) => a.start - b.start || a.index - b.index);
  for (const { fix } of ordered) {
    const own = fix.edits.map((edit) => within(edit, path));
    const fits = own.every(
      (edit, index) =>
        edit !== undefined &&
        edit.at.start <= edit.at.end &&
        edit.at.end <= text.length &&
        !edits.some((other) => editsOverlap(edit, other)) &&
        !own.slice(0, index).some((other) => other !== undefined && editsOverlap(edit, other)),
    );
    if (own.length === 0 || !fits) {
      skipped.push(fix);
      continue;
    }
    for (const edit of own) if (edit) edits.push(edit);
    applied.push(fix);
  }
  return { text: applyEdits(text, edits), applied, skipped };
}

/** The edit as one of the file itself; undefined when it belongs to another. */
function within(edit: TextEdit, path: string | undefined): TextEdit | undefined {
  const { start, end, path: other } = edit.at;
  return other === undefined || other === path ? { at: { start, end }, text: edit.text } : undefined;
}

/** The edits of fixes by file, overlapping fixes left out. `path` stands for edits without a path of their own. */
export function editsByPath(fixes: readonly Fix[], path: string): Map<string, TextEdit[]> {
  const byPath = new Map<string, TextEdit[]>();
  for (const fix of fixes) {
    const own = fix.edits.map((edit) => ({ ...edit, at: { ...edit.at, path: edit.at.path ?? path } }));
    if (own.some((edit) => byPath.get(edit.at.path)?.some((other) => editsOverlap(edit, other)))) continue;
    for (const edit of own) byPath.set(edit.at.path, [...(byPath.get(edit.at.path) ?? []), edit]);
  }
  return byPath;
}

export interface FixAllResult {
  readonly text: string;
  /** Findings whose safe fix was made. */
  readonly fixed: readonly Finding[];
  /** False when the passes ran out or went in a circle: a rule's fix is then wrong. */
  readonly stable: boolean;
  /** Safe fixes that reach into other files, for the caller to make. */
  readonly elsewhere: readonly Fix[];
}

/**
 * Makes safe fixes and lints again until nothing is left to fix. Suppressed findings are left alone.
 *
 * @param lintOnce findings of a text of this file
 * @param path of the file, for edits that name it
 */
export function fixAll(
  lintOnce: (text: string) => readonly Finding[],
  text: string,
  maxPasses = 10,
  path?: string,
): FixAllResult {
  const seen = new Set([text]);
  const fixed: Finding[] = [];
  let current = text;
  let elsewhere: readonly Fix[] = [];
  for (let pass = 0; pass < maxPasses; pass++) {
    const fixes = new Map<Fix, Finding>();
    for (const finding of lintOnce(current)) {
      const fix = finding.suppressed
        ? undefined
        : finding.fixes.find(({ level, edits }) => level === 'safe' && edits.length > 0);
      if (fix) fixes.set(fix, finding);
    }
    elsewhere = [...fixes.keys()].filter((fix) => fix.edits.some((edit) => within(edit, path) === undefined));
    const result = applyFixes(current, [...fixes.keys()], path);
    if (result.text === current) return { text: current, fixed, stable: true, elsewhere };
    for (const fix of result.applied) {
      const finding = fixes.get(fix);
      if (finding) fixed.push(finding);
    }
    current = result.text;
    if (seen.has(current)) return { text: current, fixed, stable: false, elsewhere };
    seen.add(current);
  }
  const left = lintOnce(current).some(
    (finding) => !finding.suppressed && finding.fixes.some((fix) => fix.level === 'safe' && fix.edits.length > 0),
  );
  return { text: current, fixed, stable: !left, elsewhere };
}
