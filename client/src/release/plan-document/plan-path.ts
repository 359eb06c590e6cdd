/** Scheme of plans as documents. */
export const PLAN_SCHEME = 'immutable-plan';

/** `plan`: the document; the others are the two sides of *Show Diff*. */
export type PlanSide = 'plan' | 'current' | 'planned';

/** What the path of a plan document names. */
export interface PlanPath {
  readonly environment: string;
  /** `sha256:…` */
  readonly hash: string;
  readonly side: PlanSide;
}

const ENDINGS: Readonly<Record<PlanSide, string>> = { plan: '.md', current: '.now.txt', planned: '.planned.txt' };

/** How much of a hash is enough to tell plans apart by eye. */
const SHORT = 8;

/**
 * `/production/<hash>/Plan: production, 0123abcd.md`. The hash makes the address; an editor shows the last part as the
 * title of its tab.
 */
export function formatPlanPath({ environment, hash, side }: PlanPath): string {
  return `/${environment}/${hash.replace(':', '-')}/${titleOf(environment, hash)}${ENDINGS[side]}`;
}

/** Undefined for a path that names no plan: one plan has one address. */
export function parsePlanPath(path: string): PlanPath | undefined {
  const [, environment, hash, name] = /^\/([^/]+)\/(sha256-[0-9a-f-]+)\/([^/]+)$/.exec(path) ?? [];
  if (environment === undefined || hash === undefined || name === undefined) return undefined;
  const title = titleOf(environment, hash);
  const side = (Object.keys(ENDINGS) as PlanSide[]).find((one) => name === `${title}${ENDINGS[one]}`);
  return side && { environment, hash: hash.replace('-', ':'), side };
}

/** Short and plain, the same in every language: it is part of an address. */
function titleOf(environment: string, hash: string): string {
  return `Plan: ${environment}, ${hash.replace(/^sha256[:-]/, '').slice(0, SHORT)}`;
}
