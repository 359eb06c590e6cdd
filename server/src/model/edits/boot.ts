import type { TextEdit } from '../../core/finding';
import type { BootData } from '../facts';

/**
 * An edit of cloud-init data, taken to the file that holds it: a heredoc, a string, or the file itself. Undefined when the
 * text does not stand there as it is (escaped, encoded, templated, in another file): the edit would hit something else.
 * An edit of whole lines takes their indentation with it, which a `<<-` heredoc removes before cloud-init sees them.
 */
export function bootEdit(
  file: { readonly path: string; readonly text: string },
  boot: Pick<BootData, 'cloudInit' | 'place'>,
  edit: TextEdit,
): TextEdit | undefined {
  const text = boot.cloudInit.config?.text;
  if (text === undefined || edit.at.end > text.length || edit.at.start >= edit.at.end) return undefined;
  // The lines of a heredoc are pieces of their own: the two ends are looked up one by one.
  const first = boot.place({ start: edit.at.start, end: edit.at.start + 1 });
  const last = boot.place({ start: edit.at.end - 1, end: edit.at.end });
  if ([first, last].some((place) => place.path !== undefined && place.path !== file.path)) return undefined;
  const at = { start: first.start, end: last.end };
  const wholeLines = edit.at.start === 0 || text[edit.at.start - 1] === '\n';
  const start = wholeLines ? file.text.lastIndexOf('\n', at.start - 1) + 1 : at.start;
  if (file.text.slice(start, at.start).trim() !== '') return undefined;
  const same =
    lines(file.text.slice(start, at.end), wholeLines) === lines(text.slice(edit.at.start, edit.at.end), wholeLines);
  return same ? { at: { start, end: at.end }, text: edit.text } : undefined;
}

/** For comparison: without line terminators' kind and, when whole lines are compared, without indentation. */
function lines(text: string, withoutIndent: boolean): string {
  const found = text.split(/\r?\n/);
  return (withoutIndent ? found.map((line) => line.trimStart()) : found).join('\n');
}
