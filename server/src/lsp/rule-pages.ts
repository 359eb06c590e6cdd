import { markdownLink, markdownMessage, markdownText } from '../core/markdown';
import { shownRulePage } from '../core/rule-page';
import type { Folders } from './folders';
import type { Runtime } from './runtime';

/** A rule explained. */
export interface RulePage {
  readonly markdown: string;
  readonly title: string;
}

/** The page of a rule of the catalogue; what is known of a rule without one. Null when there is no such rule. */
export function explain(rule: string, folders: Folders, runtime: Pick<Runtime, 'readDoc'>): RulePage | null {
  const meta = folders.metaOf(rule);
  if (!meta) return null;
  const page = runtime.readDoc(rule);
  if (page !== undefined) return { markdown: shownRulePage(page), title: rule };
  const messages = Object.values(meta.messages).map((message) => `- ${markdownMessage(message)}`);
  const isLink = /^https?:\/\//.test(meta.docs ?? '');
  const link = meta.docs !== undefined && isLink ? ['', markdownLink(markdownText(meta.docs), meta.docs)] : [];
  return {
    markdown: [`# ${rule}`, '', `${markdownMessage(meta.summary)}.`, '', ...messages, ...link, ''].join('\n'),
    title: rule,
  };
}

/** The paragraph of a page that says why. Undefined when the page has none. */
export function whyOf(markdown: string): string | undefined {
  const lines = markdown.split(/\r?\n/);
  const heading = lines.findIndex((line) => /^#+\s+why\b/i.test(line));
  const after = heading < 0 ? [] : lines.slice(heading + 1);
  const start = after.findIndex((line) => line.trim() !== '');
  if (start < 0) return undefined;
  const end = after.findIndex((line, index) => index > start && (line.trim() === '' || line.startsWith('#')));
  const paragraph = after
    .slice(start, end < 0 ? undefined : end)
    .join(' ')
    .trim();
  // What a list below would go on with is not shown.
  return paragraph === '' || paragraph.startsWith('#') ? undefined : paragraph.replace(/:$/, '.');
}
