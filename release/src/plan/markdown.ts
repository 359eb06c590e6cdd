import type { GuardViolation } from './guard';
import { isDestructive, type ChangeKind, type Plan, type PlannedChange } from './plan';

const HEADINGS: Readonly<Record<ChangeKind, string>> = {
  destroy: 'Destroy',
  'replace-destroy-first': 'Replace: destroyed before the new one exists',
  'replace-create-first': 'Replace: the new one is created first',
  forget: 'Forget: no longer managed, not destroyed',
  update: 'Change in place',
  create: 'Create',
  import: 'Import',
  read: 'Read',
};

export interface PlanHeading {
  readonly environment: string;
  /** What will be live, and what is live now, in words. */
  readonly lines: readonly string[];
}

/** A plan as a Markdown document, the worst first. */
export function planAsMarkdown(plan: Plan, heading: PlanHeading, violations: readonly GuardViolation[]): string {
  const { add, change, destroy } = plan.counts;
  const parts = [
    `# Plan for ${heading.environment}`,
    [...heading.lines, `Plan \`${plan.hash}\``].map((line) => `- ${line}`).join('\n'),
    `**${add} to add, ${change} to change, ${destroy} to destroy**, ${plan.unchanged} unchanged.`,
  ];
  if (violations.length > 0) {
    const list = violations.map(({ address, reason }) => `- \`${address}\`: ${reason}.`);
    parts.push(`## Refused\n\n${list.join('\n')}`);
  }
  const kinds = Object.keys(HEADINGS) as ChangeKind[];
  for (const kind of kinds) {
    const changes = plan.changes.filter((one) => one.kind === kind);
    if (changes.length === 0) continue;
    parts.push(`## ${isDestructive(kind) ? '⚠ ' : ''}${HEADINGS[kind]} (${changes.length})`, ...changes.map(describe));
  }
  if (plan.outputs.length > 0) {
    parts.push(`## Outputs\n\n\`\`\`diff\n${plan.outputs.map((output) => lines(output)).join('\n')}\n\`\`\``);
  }
  if (plan.drift.length > 0) {
    const list = plan.drift.map(({ address }) => `- \`${address}\``);
    parts.push(`## Changed outside of Terraform\n\n${list.join('\n')}`);
  }
  return `${parts.join('\n\n')}\n`;
}

function describe(change: PlannedChange): string {
  const why = change.reason === undefined ? '' : `\n\nBecause ${change.reason}.`;
  const body = change.attributes.map((attribute) => lines(attribute)).join('\n');
  const fence = /`{3,}/.test(body) ? '````' : '```';
  const block = body === '' ? '' : `\n\n${fence}diff\n${body}\n${fence}`;
  return `### \`${change.address}\`${why}${block}`;
}

function lines({ path, before, after, replaces }: PlannedChange['attributes'][number]): string {
  const note = replaces ? '  # forces replacement' : '';
  const gone = before === undefined ? [] : [`- ${path} = ${before}`];
  const come = after === undefined ? [] : [`+ ${path} = ${after}`];
  return [...gone, ...come].join('\n') + note;
}
