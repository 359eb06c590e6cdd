import type { GuardViolation } from './guard';
import { isDestructive, type ChangeKind, type Plan, type PlannedAttribute, type PlannedChange } from './plan';

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
  /** What stands between the verdict and the changes: release notes. */
  readonly sections?: readonly PlanSection[] | undefined;
}

export interface PlanSection {
  readonly title: string;
  /** Markdown. */
  readonly lines: readonly string[];
}

/** A plan as a Markdown document, with what an editor shows on its lines. */
export interface PlanDocument {
  readonly text: string;
  readonly marks: readonly PlanMark[];
}

/** Lines that say something that must not be overlooked. The text says it too: nothing is told by colour alone. */
export interface PlanMark {
  readonly kind: 'destructive' | 'refused' | 'unchanged';
  /** From 0, both included. */
  readonly first: number;
  readonly last: number;
}

/** A section behind a document that is written already. */
export function withSection(document: string, { title, lines }: PlanSection): string {
  return `${document.trimEnd()}\n\n## ${title}\n\n${lines.join('\n')}\n`;
}

/** A plan as a Markdown document, the worst first. */
export function planAsMarkdown(plan: Plan, heading: PlanHeading, violations: readonly GuardViolation[]): string {
  return planDocument(plan, heading, violations).text;
}

/** A plan as a Markdown document, the worst first, with its marks. */
export function planDocument(plan: Plan, heading: PlanHeading, violations: readonly GuardViolation[]): PlanDocument {
  const page = new Page();
  const { add, change, destroy } = plan.counts;
  page.add(`# Plan for ${heading.environment}`);
  page.add(...[...heading.lines, `Plan \`${plan.hash}\``].map((line) => `- ${line}`));
  page.add(`**${add} to add, ${change} to change, ${destroy} to destroy**, ${plan.unchanged} unchanged.`);
  page.mark('unchanged', 1);
  page.add(verdictOf(plan, violations));
  if (violations.length > 0) {
    page.add('## Refused');
    page.add(...violations.map(({ address, reason }) => `- \`${address}\`: ${reason}.`));
    page.mark('refused', violations.length);
  }
  for (const { title, lines } of heading.sections ?? []) {
    page.add(`## ${title}`);
    page.add(...lines);
  }
  addChanges(page, plan, new Map(violations.map(({ address, reason }) => [address, reason])));
  if (plan.outputs.length > 0) {
    page.add('## Outputs');
    page.add('```diff', ...plan.outputs.flatMap(attributeLines), '```');
  }
  if (plan.drift.length > 0) {
    page.add('## Changed outside of Terraform');
    page.add(...plan.drift.map(({ address }) => `- \`${address}\``));
  }
  return page.document();
}

/** One sentence: whether it may be applied, and what it takes away. */
function verdictOf(plan: Plan, violations: readonly GuardViolation[]): string {
  if (violations.length > 0) {
    const what = violations.length === 1 ? '1 change leaves' : `${violations.length} changes leave`;
    return `✗ Cannot be applied: ${what} the scope of this step. Change the configuration, or \`guard\` in immutable.yaml.`;
  }
  const gone = plan.changes.filter(({ kind }) => isDestructive(kind));
  if (gone.length === 0) return 'Nothing is taken away.';
  return `⚠ Takes away ${gone.map(({ address }) => `\`${address}\``).join(', ')}.`;
}

function addChanges(page: Page, plan: Plan, refused: ReadonlyMap<string, string>): void {
  for (const kind of Object.keys(HEADINGS) as ChangeKind[]) {
    const changes = plan.changes.filter((one) => one.kind === kind);
    if (changes.length === 0) continue;
    const isBad = isDestructive(kind);
    page.add(`## ${isBad ? '⚠ ' : ''}${HEADINGS[kind]} (${changes.length})`);
    if (isBad) page.mark('destructive', 1);
    for (const change of changes) {
      page.add(`### \`${change.address}\``);
      const why = refused.get(change.address);
      if (why !== undefined) page.mark('refused', 1);
      else if (isBad) page.mark('destructive', 1);
      if (why !== undefined) page.add(`Refused: ${why}.`);
      if (change.reason !== undefined) page.add(`Because ${change.reason}.`);
      addAttributes(page, change, isBad);
    }
  }
}

function addAttributes(page: Page, { attributes }: PlannedChange, isBad: boolean): void {
  const body = attributes.flatMap(attributeLines);
  if (body.length === 0) return;
  const fence = body.some((line) => /`{3,}/.test(line)) ? '````' : '```';
  page.add(`${fence}diff`, ...body, fence);
  if (isBad) page.mark('destructive', body.length + 2);
}

function attributeLines({ path, before, after, replaces }: PlannedAttribute): string[] {
  const written = [...signed('-', path, before), ...signed('+', path, after)];
  if (replaces) written.push(`${written.pop() ?? ''}  # forces replacement`);
  return written;
}

/** A text of several lines is shown line by line, below its name. */
function signed(sign: string, path: string, value: string | undefined): string[] {
  if (value === undefined) return [];
  if (!value.includes('\n')) return [`${sign} ${path} = ${value}`];
  const lines = value.replace(/\n$/, '').split('\n');
  return [`${sign} ${path}:`, ...lines.map((line) => `${sign}   ${line}`)];
}

/** Paragraphs, with the numbers of their lines. */
class Page {
  private readonly lines: string[] = [];
  private readonly marks: PlanMark[] = [];

  /** Adds a paragraph. */
  add(...lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (this.lines.length > 0) this.lines.push('');
    // What comes from elsewhere has one line.
    this.lines.push(...lines.map((line) => line.replace(/\r?\n/g, ' ')));
  }

  /** Marks the last lines. */
  mark(kind: PlanMark['kind'], count: number): void {
    this.marks.push({ kind, first: this.lines.length - count, last: this.lines.length - 1 });
  }

  document(): PlanDocument {
    return { text: `${this.lines.join('\n')}\n`, marks: this.marks };
  }
}
