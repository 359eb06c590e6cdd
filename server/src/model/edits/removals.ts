import type { TextEdit } from '../../core/finding';

/** Deletions that meet or overlap as one deletion, in order: edits of a fix must not meet. Other edits stay as they are. */
export function joinRemovals(edits: readonly TextEdit[]): TextEdit[] {
  const joined: TextEdit[] = [];
  const ordered = [...edits].sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
  for (const next of ordered) {
    const index = joined.findIndex(
      (before) =>
        before.text === '' && next.text === '' && before.at.path === next.at.path && next.at.start <= before.at.end,
    );
    const before = joined[index];
    if (before) joined[index] = { at: { ...before.at, end: Math.max(before.at.end, next.at.end) }, text: '' };
    else joined.push(next);
  }
  return joined;
}
