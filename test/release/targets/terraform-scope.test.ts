import { describe, expect, it } from 'vitest';
import { requirePipeline } from '../../../release/src/config/read';
import type { TerraformTargetConfig } from '../../../release/src/config/types';
import type { ChangeKind, Plan } from '../../../release/src/plan/plan';
import { scopeViolations } from '../../../release/src/targets/terraform/scope';
import type { Observation } from '../../../release/src/targets/target';
import { BLUE_GREEN_PIPELINE } from './terraform-support';

const NOW: Observation = { activeSlot: 'green', slots: [], stampedRelease: undefined };

function configOf(guard: string): TerraformTargetConfig {
  const text = BLUE_GREEN_PIPELINE.replace(/ {8}guard:\n(?: {10}.*\n)+/, guard);
  const target = requirePipeline(text, 'immutable.yaml').environments.get('local')?.target;
  if (target?.kind !== 'terraform') throw new Error('no terraform target');
  return target;
}

type Written = readonly [kind: ChangeKind, address: string];

function plan(...changes: readonly Written[]): Plan {
  return {
    tool: 'terraform',
    hash: 'sha256:0',
    changes: changes.map(([kind, address]) => ({
      address,
      block: address,
      type: 'x',
      kind,
      reason: undefined,
      attributes: [],
    })),
    outputs: [],
    counts: { add: 0, change: 0, destroy: 0 },
    unchanged: 0,
    drift: [],
  };
}

function refused(guard: string, ...changes: readonly Written[]): string[] {
  return scopeViolations(configOf(guard), plan(...changes), 'retire', 'blue', NOW, false).map(({ address }) => address);
}

describe('F42: what retiring a colour may destroy', () => {
  it('is what carries its name, where the file says nothing', () => {
    expect(
      refused(
        '',
        ['destroy', 'aws_instance.fleet["blue"]'],
        ['destroy', 'module.blue.aws_instance.a'],
        ['destroy', 'aws_lb_target_group.web_blue'],
        ['update', 'aws_lb_listener_rule.app'],
        ['destroy', 'aws_lb_listener_rule.app'],
        ['replace-destroy-first', 'aws_vpc.blueprint'],
        ['destroy', 'aws_instance.fleet["green"]'],
      ),
    ).toEqual(['aws_instance.fleet["green"]', 'aws_lb_listener_rule.app', 'aws_vpc.blueprint']);
  });

  it('is what the file names, but never what serves', () => {
    const guard = '        guard: { retire: { allow: ["*"] } }\n';
    expect(refused(guard, ['destroy', 'aws_lb_listener_rule.app'], ['destroy', 'aws_instance.fleet["green"]'])).toEqual(
      ['aws_instance.fleet["green"]'],
    );
  });
});
