import type { Fix } from '../../core/finding';
import type { ConfigBlock } from '../../model/config-block';
import { insertBlock } from '../../model/edits/hcl';
import { setAttribute } from '../../model/edits/lifecycle';
import { defineRule } from '../../model/facts';
import { correctLiteral, given, isText, literalPlace } from '../../model/terraform/literals';
import { presenceOf } from '../../model/terraform/presence';
import type { TerraformResource } from '../../model/terraform/types';
import { booleanIn, every } from '../../model/values/value';

export default defineRule({
  meta: {
    id: 'rollout-safety/ecs-circuit-breaker',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'An ECS service must stop a failing deployment and roll it back: `deployment_circuit_breaker`',
    peers: [],
    messages: {
      missing:
        'Without `deployment_circuit_breaker` a deployment of a broken image never ends: ECS starts failing tasks again and again. Add the block with `enable = true` and `rollback = true`.',
      disabled:
        'With the circuit breaker off, a deployment of a broken image never ends: ECS starts failing tasks again and again. Set `enable = true` and `rollback = true`.',
      noRollback:
        'The circuit breaker stops a failing deployment but leaves the service on the broken version. Set `rollback = true` to go back to the last one that worked.',
    },
  },
  create: (context) => ({
    'terraform.resource:aws_ecs_service': (service) => {
      if (!isRolling(service) || alarmsRollBack(service)) return;
      const { block } = service;
      const anchor = `resource.${service.address}/deployment_circuit_breaker`;
      const presence = presenceOf(block, 'deployment_circuit_breaker');
      if (presence === 'no') {
        const lines = ['deployment_circuit_breaker {', '  enable   = true', '  rollback = true', '}'];
        const fix = {
          level: 'safe',
          title: 'Add a circuit breaker with rollback',
          edits: insertBlock(block, lines),
        } as const;
        context.report({ at: service.header, anchor, message: 'missing', fixes: [fix] });
      }
      for (const breaker of presence === 'yes' ? block.blocks('deployment_circuit_breaker') : []) {
        const wrong = (['enable', 'rollback'] as const).filter((name) => isOff(breaker, name));
        const [first] = wrong;
        if (!first) continue;
        const attribute = given(breaker, first);
        context.report({
          at: attribute ? literalPlace(attribute) : breaker.header,
          anchor: `${anchor}.${first}`,
          message: first === 'enable' ? 'disabled' : 'noRollback',
          fixes: [turnOn(breaker, wrong)],
        });
      }
    },
  }),
});

/** Both arguments are required; one that is not known to be false may be true. */
function isOff(breaker: ConfigBlock, name: string): boolean {
  const attribute = given(breaker, name);
  return !attribute || every(attribute.value, (option) => booleanIn(option) === false);
}

function turnOn(breaker: ConfigBlock, names: readonly string[]): Fix {
  const fixes = names.map((name): Fix => {
    const attribute = given(breaker, name);
    if (attribute) return correctLiteral(attribute, 'true', '');
    return { level: 'safe', title: '', edits: setAttribute(breaker, name, 'true') };
  });
  return {
    level: fixes.every(({ level }) => level === 'safe') ? 'safe' : 'suggestion',
    title: `Set ${names.map((name) => `\`${name} = true\``).join(' and ')}`,
    edits: fixes.flatMap(({ edits }) => edits),
  };
}

/** Only ECS's own rolling update has a circuit breaker; daemons are placed one a host and are replaced host by host. */
function isRolling({ block }: TerraformResource): boolean {
  if (given(block, 'scheduling_strategy') && !isText(block.value('scheduling_strategy'), ['REPLICA'])) return false;
  const nested = (name: string, argument: string, expected: string): boolean => {
    if (presenceOf(block, name) === 'maybe') return false;
    return block.blocks(name).every((each) => !given(each, argument) || isText(each.value(argument), [expected]));
  };
  return nested('deployment_controller', 'type', 'ECS') && nested('deployment_configuration', 'strategy', 'ROLLING');
}

/** CloudWatch alarms do the same; alarms that are not known to be off count. */
function alarmsRollBack({ block }: TerraformResource): boolean {
  if (presenceOf(block, 'alarms') === 'maybe') return true;
  return block.blocks('alarms').some((alarms) =>
    ['enable', 'rollback'].every((name) => {
      const attribute = given(alarms, name);
      return attribute !== undefined && !every(attribute.value, (option) => booleanIn(option) === false);
    }),
  );
}
