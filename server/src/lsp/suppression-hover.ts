import { markdownCode, markdownLink, markdownMessage, markdownText } from '../core/markdown';
import type { Suppression } from '../core/suppress';
import type { Range } from '../core/text';
import type { Folders } from './folders';
import type { RuleLinks } from './rule-links';
import type { DocumentResult } from './session';

/** A piece of Markdown and the text that it is about. */
export interface HoverText {
  readonly markdown: string;
  readonly range: Range;
}

/** What a suppression says and does. Undefined when none stands there. */
export function suppressionHover(
  suppressions: readonly Suppression[],
  offset: number,
  result: DocumentResult,
  folders: Folders,
  links: RuleLinks,
  today: string,
): HoverText | undefined {
  const found = suppressions.find(({ range, malformed }) => !malformed && range.start <= offset && offset <= range.end);
  if (!found) return undefined;
  const silenced = result.suppressed.filter((finding) =>
    found.targets.some(({ start, end }) => start <= finding.range.start && finding.range.start < end),
  );
  const parts = [
    `**Suppression**${found.reason === undefined ? ' without a reason' : `: ${markdownText(found.reason)}`}`,
    ...found.rules.map(({ id }) => {
      const own = silenced.filter(({ rule }) => rule === id || (id.endsWith('/*') && rule.startsWith(id.slice(0, -1))));
      const href = links.href(id);
      const name = href === undefined ? markdownCode(id) : markdownLink(markdownCode(id), href);
      const summary = folders.metaOf(id)?.summary;
      const count = own.length === 1 ? 'silences 1 finding' : `silences ${own.length} findings`;
      return `- ${name}: ${count}${summary === undefined ? '' : `. ${markdownMessage(summary)}.`}`;
    }),
  ];
  if (found.until) {
    const isOver = found.until.date < today;
    parts.push(isOver ? `It ended on ${found.until.date} and silences nothing.` : `It ends after ${found.until.date}.`);
  }
  return { markdown: parts.join('\n\n').replaceAll('\n\n- ', '\n- '), range: found.range };
}
