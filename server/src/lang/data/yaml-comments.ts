import type { Range } from '../../core/text';
import type { Comment } from '../syntax';

/**
 * The comments of a YAML text: a `#` at the beginning of a line or after a blank, outside scalar content.
 *
 * @param content scalar content, in order of start
 */
export function yamlComments(text: string, content: readonly Range[]): Comment[] {
  const comments: Comment[] = [];
  let next = 0;
  for (let at = text.indexOf('#'); at >= 0;) {
    while (next < content.length && (content[next]?.end ?? 0) <= at) next++;
    const inside = content[next];
    if (inside && inside.start <= at) {
      at = text.indexOf('#', inside.end);
      continue;
    }
    if (at > 0 && !/[\s\uFEFF]/.test(text[at - 1] ?? '')) {
      at = text.indexOf('#', at + 1);
      continue;
    }
    const lineBreak = text.indexOf('\n', at);
    let end = lineBreak < 0 ? text.length : lineBreak;
    if (text.charCodeAt(end - 1) === 13) end--;
    comments.push({ range: { start: at, end }, textStart: at + 1, text: text.slice(at + 1, end) });
    at = text.indexOf('#', end);
  }
  return comments;
}
