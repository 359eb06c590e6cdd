import type { ChangeKind, Plan, PlannedAttribute, PlannedChange } from './plan';

/** Where a plan differs from one that somebody saw before it (release-engine.md §3.14). Masked, as both plans are. */
export interface PlanDifference {
  /** The run that made the earlier plan, and its hash. */
  readonly run: string;
  readonly plan: string;
  /** False: somebody was asked, and nobody decided. */
  readonly wasApproved: boolean;
  readonly changes: readonly ChangeDifference[];
  readonly outputs: readonly AttributeDifference[];
  /** Values that are masked in both plans: nobody can tell from here whether they differ. */
  readonly masked: number;
}

/** An address that appears, vanishes, or is changed in another way. */
export interface ChangeDifference {
  readonly address: string;
  /** Null: the plan does not touch it. */
  readonly before: ChangeKind | null;
  readonly after: ChangeKind | null;
  readonly attributes: readonly AttributeDifference[];
}

/** What each of the plans does with an attribute; null: it leaves it alone. */
export interface AttributeDifference {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

const MASKED = '(sensitive)';

/**
 * Compares two plans of the same step.
 *
 * @param origin of the earlier one
 */
export function differenceOf(
  earlier: Plan,
  later: Plan,
  origin: Pick<PlanDifference, 'run' | 'plan' | 'wasApproved'>,
): PlanDifference {
  const [old, now] = [earlier, later].map(({ changes }) => changesByAddress(changes)) as [Changes, Changes];
  const addresses = [...new Set([...old.keys(), ...now.keys()])].sort();
  return {
    ...origin,
    changes: addresses.flatMap((address) => compareChange(address, old.get(address), now.get(address))),
    outputs: compareAttributes(earlier.outputs, later.outputs),
    masked:
      maskedIn(earlier.outputs, later.outputs) +
      addresses.reduce(
        (sum, address) => sum + maskedIn(old.get(address)?.attributes ?? [], now.get(address)?.attributes ?? []),
        0,
      ),
  };
}

/** True when somebody who approved the one plan would read nothing else in the other. */
export function isSamePlan({ changes, outputs }: PlanDifference): boolean {
  return changes.length === 0 && outputs.length === 0;
}

type Changes = ReadonlyMap<string, PlannedChange>;

/** What is only read changes nothing. */
function changesByAddress(changes: readonly PlannedChange[]): Changes {
  return new Map(changes.filter(({ kind }) => kind !== 'read').map((change) => [change.address, change]));
}

function compareChange(
  address: string,
  before: PlannedChange | undefined,
  after: PlannedChange | undefined,
): ChangeDifference[] {
  const attributes = compareAttributes(before?.attributes ?? [], after?.attributes ?? []);
  if (before?.kind === after?.kind && attributes.length === 0) return [];
  return [{ address, before: before?.kind ?? null, after: after?.kind ?? null, attributes }];
}

function compareAttributes(
  earlier: readonly PlannedAttribute[],
  later: readonly PlannedAttribute[],
): AttributeDifference[] {
  const [old, now] = [earlier, later].map((all) => new Map(all.map((one) => [one.path, textOf(one)])));
  const paths = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort();
  return paths.flatMap((path) => {
    const [before, after] = [old?.get(path) ?? null, now?.get(path) ?? null];
    return before === after ? [] : [{ path, before, after }];
  });
}

function textOf({ before, after, replaces }: PlannedAttribute): string {
  const values = before === undefined ? (after ?? '') : `${before} → ${after ?? 'nothing'}`;
  return replaces ? `${values} (forces replacement)` : values;
}

function maskedIn(earlier: readonly PlannedAttribute[], later: readonly PlannedAttribute[]): number {
  const isMasked = ({ before, after }: PlannedAttribute): boolean => before === MASKED || after === MASKED;
  const old = new Set(earlier.filter(isMasked).map(({ path }) => path));
  return later.filter((one) => isMasked(one) && old.has(one.path)).length;
}
