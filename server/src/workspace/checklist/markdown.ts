import { markdownCode, markdownMessage } from '../../core/markdown';
import type { ChecklistItem, ItemStatus } from './evaluate';
import { PHASES } from './items';

/** How each status is written, so that it can be read without colours and found by searching. */
export const STATUS_WORDS: Readonly<Record<ItemStatus, string>> = {
  done: 'done',
  open: 'open',
  'not-applicable': 'not applicable',
  unknown: 'cannot be known',
};

const BOXES: Readonly<Record<ItemStatus, string>> = {
  done: '[x]',
  open: '[ ]',
  'not-applicable': '[-]',
  unknown: '[?]',
};

/** Findings that are listed of one item. */
const LISTED = 20;

/**
 * The checklist as a Markdown document.
 *
 * @param shown a path as people read it
 */
export function checklistMarkdown(items: readonly ChecklistItem[], shown: (path: string) => string): string {
  const parts = ['# Migration checklist', summary(items)];
  for (const { id, title } of PHASES) {
    const own = items.filter(({ phase }) => phase === id);
    parts.push(`## Phase ${id}: ${title}`, progress(own));
    parts.push(...own.map((item) => describe(item, shown)));
  }
  return `${parts.join('\n\n')}\n`;
}

/** `4 of 9 done, 3 cannot be known`: what concerns nobody is not counted. */
export function progress(items: readonly ChecklistItem[]): string {
  const count = (status: ItemStatus): number => items.filter((item) => item.status === status).length;
  const all = items.length - count('not-applicable');
  if (all === 0) return 'Not applicable.';
  const unknown = count('unknown');
  return `${count('done')} of ${all} done${unknown === 0 ? '' : `, ${unknown} cannot be known`}.`;
}

function summary(items: readonly ChecklistItem[]): string {
  const next = items.find(({ status }) => status === 'open') ?? items.find(({ status }) => status === 'unknown');
  const hint = next?.next === undefined ? '' : ` Next: ${next.next}`;
  return `${progress(items)}${hint}`;
}

function describe(
  { title, status, reason, next, evidence, findings }: ChecklistItem,
  shown: (path: string) => string,
): string {
  const lines = [`- ${BOXES[status]} **${title}**: ${STATUS_WORDS[status]}`, `  - ${reason}`];
  if (next !== undefined) lines.push(`  - Next: ${next}`);
  for (const { path, line, rule, severity, message } of findings.slice(0, LISTED)) {
    lines.push(`  - ${severity} ${markdownCode(`${shown(path)}:${line + 1}`)} ${markdownMessage(message)} (${rule})`);
  }
  if (findings.length > LISTED) lines.push(`  - and ${findings.length - LISTED} more`);
  if (status !== 'not-applicable') {
    lines.push(
      ...evidence.map(
        ({ path, line, what }) => `  - see ${markdownCode(`${shown(path)}:${line + 1}`)} ${markdownMessage(what)}`,
      ),
    );
  }
  return lines.join('\n');
}
