import type { ChecklistItem, ItemStatus } from '../../server/src/workspace/checklist/evaluate';
import { PHASES } from '../../server/src/workspace/checklist/items';
import { progress, STATUS_WORDS } from '../../server/src/workspace/checklist/markdown';
import { printable, type Style } from './terminal';
import type { Root } from './workspace-root';

/** Findings that are shown of one item; `lint` shows them all. */
const SHOWN = 3;

/** For programs. Lines and columns from 1. */
export function checklistJson(items: readonly ChecklistItem[]): string {
  const written = items.map(({ evidence, findings, next, ...item }) => ({
    ...item,
    next: next ?? null,
    evidence: evidence.map(({ path, line, what }) => ({ path, line: line + 1, what })),
    findings: findings.map(({ line, column, ...finding }) => ({ ...finding, line: line + 1, column: column + 1 })),
  }));
  const phases = PHASES.map(({ id, title }) => ({ id, title }));
  return `${JSON.stringify({ version: 1, phases, items: written }, null, 2)}\n`;
}

/** For people. */
export function checklistText(items: readonly ChecklistItem[], root: Root, style: Style): string {
  const parts = PHASES.map(({ id, title }) => {
    const own = items.filter(({ phase }) => phase === id);
    const heading = `${style.bold(`Phase ${id}: ${title}`)}  ${style.dim(progress(own))}`;
    return [heading, ...own.map((item) => describe(item, root, style))].join('\n');
  });
  return `${parts.join('\n\n')}\n\n${style.bold('All')}  ${progress(items)}\n`;
}

function describe(item: ChecklistItem, root: Root, style: Style): string {
  const { title, status, reason, next, findings, evidence } = item;
  const lines = [`  ${mark(status, style)} ${title}: ${STATUS_WORDS[status]}`, `      ${style.dim(printable(reason))}`];
  for (const { path, line, rule, message } of findings.slice(0, SHOWN)) {
    lines.push(`      ${printable(root.shown(path))}:${line + 1} ${printable(message)} ${style.dim(rule)}`);
  }
  if (findings.length > SHOWN) lines.push(style.dim(`      and ${findings.length - SHOWN} more`));
  for (const { path, line, what } of status === 'done' ? evidence.slice(0, SHOWN) : [])
    lines.push(style.dim(`      see ${printable(root.shown(path))}:${line + 1} ${printable(what)}`));
  if (next !== undefined) lines.push(`      Next: ${next}`);
  return lines.join('\n');
}

function mark(status: ItemStatus, style: Style): string {
  switch (status) {
    case 'done':
      return style.green('✓');
    case 'open':
      return style.red('✗');
    case 'not-applicable':
      return style.dim('–');
    case 'unknown':
      return style.yellow('?');
  }
}
