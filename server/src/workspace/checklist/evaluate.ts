import type { ChecklistFacts, ChecklistFinding, DeliveryFacts, Sign } from './facts';
import { ITEMS, type ItemDefinition, type ItemId, type PhaseId } from './items';

/** `not-applicable`: nothing here is concerned. `unknown`: files cannot tell. */
export type ItemStatus = 'done' | 'open' | 'not-applicable' | 'unknown';

/** What shows that an item is done, or a part of it. */
export interface Evidence {
  readonly path: string;
  /** From 0. */
  readonly line: number;
  readonly what: string;
}

export interface ChecklistItem {
  readonly id: ItemId;
  readonly phase: PhaseId;
  readonly title: string;
  readonly status: ItemStatus;
  /** Why it has this status, in one or two sentences. */
  readonly reason: string;
  /** What to do; undefined when nothing is. */
  readonly next: string | undefined;
  readonly evidence: readonly Evidence[];
  /** The findings that block it, the worst first. */
  readonly findings: readonly ChecklistFinding[];
}

/** Pieces of evidence that are shown. */
const SHOWN = 5;

interface Judgement {
  readonly status: ItemStatus;
  readonly reason: string;
  readonly evidence?: readonly Evidence[] | undefined;
}

/** Every item of the checklist, in order. Hints count for nothing: they are about development. */
export function evaluateChecklist(facts: ChecklistFacts): readonly ChecklistItem[] {
  return ITEMS.map((item) => {
    const findings = facts.findings.filter((finding) => blocks(finding, item)).sort(byWeight);
    const evidence = evidenceOf(facts, item.shownBy);
    const judged = judge(item, findings, evidence, facts);
    const { id, phase, title } = item;
    return {
      id,
      phase,
      title,
      status: judged.status,
      reason: judged.reason,
      next: judged.status === 'open' || judged.status === 'unknown' ? item.next : undefined,
      evidence: (judged.evidence ?? evidence).slice(0, SHOWN),
      findings,
    };
  });
}

function blocks({ rule, severity }: ChecklistFinding, { rules }: ItemDefinition): boolean {
  if (severity !== 'error' && severity !== 'warning') return false;
  return rules.some((name) => rule === name || rule.startsWith(`${name}/`));
}

function byWeight(a: ChecklistFinding, b: ChecklistFinding): number {
  const weight = ({ severity }: ChecklistFinding): number => (severity === 'error' ? 0 : 1);
  return weight(a) - weight(b) || compare(a.path, b.path) || a.line - b.line || a.column - b.column;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function judge(
  item: ItemDefinition,
  findings: readonly ChecklistFinding[],
  evidence: readonly Evidence[],
  facts: ChecklistFacts,
): Judgement {
  if (findings.length > 0) {
    const files = new Set(findings.map(({ path }) => path)).size;
    return { status: 'open', reason: `${counted(findings.length, 'finding')} in ${counted(files, 'file')}.` };
  }
  const own = judgeByPipeline(item.id, facts.pipelines, evidence);
  if (own) return own;
  if (!facts.files.some(({ signs }) => signs.some(({ sign }) => item.concerns.includes(sign)))) {
    return { status: 'not-applicable', reason: 'Nothing in this workspace is concerned.' };
  }
  if (item.shownBy.length === 0) return { status: 'done', reason: 'No finding stands against it.' };
  if (evidence.length > 0)
    return { status: 'done', reason: `No finding stands against it, and files show it.${untold(item.id)}` };
  return { status: 'unknown', reason: item.unknown };
}

/** A way back that is written down may still lead nowhere. */
function untold(id: ItemId): string {
  return id === 'rollback' ? ' Whether it was ever tried, they cannot tell.' : '';
}

/** What pipelines of delivery say, where they decide. */
function judgeByPipeline(
  id: ItemId,
  pipelines: readonly DeliveryFacts[],
  evidence: readonly Evidence[],
): Judgement | undefined {
  if (pipelines.length === 0) return undefined;
  switch (id) {
    case 'pipeline':
      return byImages(pipelines, evidence);
    case 'tests':
      return byTests(pipelines, evidence);
    case 'health':
      return byHealth(pipelines, evidence);
    case 'rollback':
      return byRollback(pipelines);
    case 'digests':
      return withEnvironments(pipelines, (names) => ({
        status: 'done',
        reason: `\`immutable.yaml\` deploys images by their ids, never by a name (${names}).`,
      }));
    case 'declared':
      return withEnvironments(pipelines, (names) => ({
        status: 'done',
        reason: `\`immutable.yaml\` declares what runs where (${names}).`,
      }));
    case 'replacement':
      return withEnvironments(pipelines, (names) => ({
        status: 'done',
        reason: `\`immutable.yaml\` brings each release live beside the old one (${names}).`,
      }));
    default:
      return undefined;
  }
}

function byImages(pipelines: readonly DeliveryFacts[], evidence: readonly Evidence[]): Judgement | undefined {
  const own = pipelines.filter(({ images }) => images.length > 0);
  if (own.length === 0) return undefined;
  const names = own.flatMap(({ images }) => images.map(({ name }) => `\`${name}\``));
  const shown = own.map(({ path }) => ({ path, line: 0, what: 'images' }));
  return { status: 'done', reason: `\`immutable.yaml\` bakes ${names.join(', ')}.`, evidence: [...shown, ...evidence] };
}

function byTests(pipelines: readonly DeliveryFacts[], evidence: readonly Evidence[]): Judgement | undefined {
  const images = pipelines.flatMap((pipeline) => pipeline.images);
  if (images.length === 0) return undefined;
  const untested = images.filter(({ tests }) => tests === 0).map(({ name }) => `\`${name}\``);
  if (untested.length === 0)
    return { status: 'done', reason: 'Each image of `immutable.yaml` is tested before it is published.' };
  // A template of Packer, or CI, may test what the pipeline does not.
  if (evidence.length > 0) return undefined;
  return { status: 'open', reason: `\`immutable.yaml\` has no test for ${untested.join(', ')}.` };
}

function byHealth(pipelines: readonly DeliveryFacts[], evidence: readonly Evidence[]): Judgement | undefined {
  const environments = pipelines.flatMap((pipeline) => pipeline.environments);
  if (environments.length === 0) return undefined;
  const unchecked = environments.filter(({ healthChecks }) => healthChecks === 0).map(({ name }) => `\`${name}\``);
  if (unchecked.length === 0) {
    const shown = pipelines.map(({ path }) => ({ path, line: 0, what: 'health' }));
    return {
      status: 'done',
      reason: 'Each environment of `immutable.yaml` checks health.',
      evidence: [...shown, ...evidence],
    };
  }
  return { status: 'open', reason: `\`immutable.yaml\` checks no health in ${unchecked.join(', ')}.` };
}

/** A way back that nobody ever went is a hope. */
function byRollback(pipelines: readonly DeliveryFacts[]): Judgement | undefined {
  const environments = pipelines.flatMap((pipeline) => pipeline.environments);
  if (environments.length === 0) return undefined;
  const tried = environments.filter(({ rollbacks }) => rollbacks > 0);
  if (tried.length > 0) {
    const names = tried.map(({ name, rollbacks }) => `\`${name}\` (${rollbacks})`).join(', ');
    return { status: 'done', reason: `The ledger has rollbacks in ${names}.`, evidence: placesOf(pipelines) };
  }
  const hasReleases = environments.some(({ releases }) => releases > 0);
  const why = hasReleases
    ? 'There are releases, and nobody went back from one yet.'
    : 'Nothing was released yet, so nobody went back either.';
  const automatic = environments.some(({ automaticRollback }) => automaticRollback);
  return { status: 'open', reason: automatic ? `${why} A failed health check goes back by itself.` : why };
}

function withEnvironments(
  pipelines: readonly DeliveryFacts[],
  judged: (names: string) => Judgement,
): Judgement | undefined {
  const names = pipelines.flatMap(({ environments }) => environments.map(({ name }) => `\`${name}\``));
  return names.length === 0 ? undefined : { ...judged(names.join(', ')), evidence: placesOf(pipelines) };
}

function placesOf(pipelines: readonly DeliveryFacts[]): readonly Evidence[] {
  return pipelines.map(({ path }) => ({ path, line: 0, what: 'environments' }));
}

/** One sign of each file before the second of any. */
function evidenceOf({ files }: ChecklistFacts, signs: readonly Sign[]): readonly Evidence[] {
  const found = [...files]
    .sort((a, b) => compare(a.path, b.path))
    .map(({ path, signs: seen }) =>
      seen.filter(({ sign }) => signs.includes(sign)).map(({ line, what }) => ({ path, line, what })),
    );
  const most = Math.max(0, ...found.map(({ length }) => length));
  return Array.from({ length: most }, (_, round) => found.flatMap((list) => list[round] ?? [])).flat();
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
