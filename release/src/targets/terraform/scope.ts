import { fillText } from '../../config/interpolate';
import type { TerraformTargetConfig } from '../../config/types';
import { checkScope, type GuardViolation } from '../../plan/guard';
import { isDestructive, type Plan } from '../../plan/plan';
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
    ...[...servingViolations(config, plan, step, now), ...retireViolations(config, plan, step, slot)].filter(
      ({ address }, index, all) =>
        !found.some((one) => one.address === address) && all.findIndex((one) => one.address === address) === index,
    ),
  ];
}

/** Where the file does not say what retiring may destroy, it is what carries the name of the colour, and nothing else. */
function retireViolations(
  { blueGreen, guard }: TerraformTargetConfig,
  plan: Plan,
  step: PlannedStep,
  slot: string | undefined,
): readonly GuardViolation[] {
  if (!blueGreen || step !== 'retire' || guard.retire !== undefined || slot === undefined) return [];
  const name = new RegExp(`(?<![A-Za-z0-9])${slot}(?![A-Za-z0-9])`);
  return plan.changes
    .filter(({ address, kind }) => isDestructive(kind) && !name.test(address) && !address.includes(RELEASE_VARIABLE))
    .map(({ address, block }) => ({
      address,
      block,
      reason: `retiring ${slot} may destroy only what is of ${slot}; name it in \`guard.retire.allow\` if it is`,
    }));
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
