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

const ENDINGS: Readonly<Record<PlanSide, string>> = { plan: '.md', current: '.current.txt', planned: '.planned.txt' };

/** `/production/<hash>.md` */
export function formatPlanPath({ environment, hash, side }: PlanPath): string {
  return `/${environment}/${hash.replace(':', '-')}${ENDINGS[side]}`;
}

/** Undefined for a path that names no plan. */
export function parsePlanPath(path: string): PlanPath | undefined {
  const [, environment, hash, ending] = /^\/([^/]+)\/(sha256-[0-9a-f-]+)(\.[a-z.]+)$/.exec(path) ?? [];
  const side = (Object.keys(ENDINGS) as PlanSide[]).find((one) => ENDINGS[one] === ending);
  if (environment === undefined || hash === undefined || side === undefined) return undefined;
  return { environment, hash: hash.replace('-', ':'), side };
}
