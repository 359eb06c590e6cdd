import { applyEdits } from '../core/fix';
import type { DocumentResult } from './session';

/** New text for whole lines, zero-based, both included. */
export interface ReviewSuggestion {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

/** The first fix of a finding as lines to propose in a review; null when it has none that stays in the file. */
export function reviewSuggestion(
  { text, lines, items, location }: DocumentResult,
  fingerprint: string,
): ReviewSuggestion | null {
  const item = items.find(({ finding, isCurrent }) => isCurrent && finding.fingerprint === fingerprint);
  const isHere = (path: string | undefined): boolean => (path ?? item?.from.path) === location.path;
  const fix = item?.finding.fixes.find(({ edits }) => edits.length > 0 && edits.every(({ at }) => isHere(at.path)));
  if (!fix) return null;
  const first = Math.min(...fix.edits.map(({ at }) => at.start));
  const last = Math.max(...fix.edits.map(({ at }) => at.end));
  const startLine = lines.lineAt(first);
  // An edit that ends at the beginning of a line takes the line break before it, not the line.
  const endsBefore = last > first && last === lines.lineStart(lines.lineAt(last));
  const endLine = Math.max(startLine, lines.lineAt(last) - (endsBefore ? 1 : 0));
  const start = lines.lineStart(startLine);
  const end = lines.lineStart(endLine + 1);
  const moved = fix.edits.map((edit) => ({
    at: { start: edit.at.start - start, end: edit.at.end - start },
    text: edit.text,
  }));
  return { startLine, endLine, text: applyEdits(text.slice(start, end), moved).replace(/\r?\n$/, '') };
}
