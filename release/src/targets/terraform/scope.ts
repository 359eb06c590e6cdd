import { fillText } from '../../config/interpolate';
import type { TerraformTargetConfig } from '../../config/types';
import { checkScope, type GuardViolation } from '../../plan/guard';
import type { Plan } from '../../plan/plan';
import type { Observation } from '../target';
import { RELEASE_VARIABLE } from './declared';
import type { PlannedStep } from './intent';

/** Where a configuration may keep the name of the release: every step may write it. */
const STAMPS = [`terraform_data.${RELEASE_VARIABLE}`, `terraform_data.${RELEASE_VARIABLE}[*`];

/**
 * What a plan of a step does beyond its scope.
 *
 * @param slot the colour that the step works on
 * @param isFirst true when nothing is there yet: the guard protects what exists
 */
export function scopeViolations(
  config: TerraformTargetConfig,
  plan: Plan,
  step: PlannedStep,
  slot: string | undefined,
  now: Observation,
  isFirst: boolean,
): readonly GuardViolation[] {
  const { guard } = config;
  const active = now.activeSlot ?? '';
  // In the route step, what becomes active is the colour that was idle until now.
  const colours = slot === undefined ? {} : { name: slot, idle: slot, active };
  const allowed = guard[step]?.map((pattern) => fillText(pattern, { slot: colours }));
  const isCreation = isFirst && plan.changes.every(({ kind }) => kind === 'create' || kind === 'read');
  const scope = isCreation ? undefined : allowed && [...allowed, ...STAMPS];
  const found = checkScope(plan, step, scope, guard.neverDestroy);
  return [
    ...found,
    ...servingViolations(config, plan, step, now).filter(
      ({ address }) => !found.some((one) => one.address === address),
    ),
  ];
}

/** The colour that serves is touched by no step but the route, whatever the configuration allows. */
function servingViolations(
  { blueGreen }: TerraformTargetConfig,
  plan: Plan,
  step: PlannedStep,
  { activeSlot }: Observation,
): readonly GuardViolation[] {
  if (!blueGreen || step === 'route' || activeSlot === undefined) return [];
  const key = `["${activeSlot}"]`;
  return plan.changes
    .filter(
      ({ address, kind }) => kind !== 'read' && address.includes(key) && !address.includes(`.${RELEASE_VARIABLE}[`),
    )
    .map(({ address, block }) => ({
      address,
      block,
      reason: `${activeSlot} serves now; the ${step} step may not change it`,
    }));
}
