import type { Fix } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import { entry } from '../../lang/data/tree';
import { isOneShot } from '../../model/compose';
import { defineRule } from '../../model/facts';
import type { TerraformContainer } from '../../model/terraform/containers';
import { booleanIn, entryOf, every, textOf, type ObjectValue, type Value } from '../../model/values/value';

/** Drivers that keep the lines on the host, or nowhere (Docker, "Supported logging drivers"). */
const LOCAL_DRIVERS: ReadonlySet<string> = new Set(['none', 'local', 'json-file']);

/** Compose files that are deployed: their name says so. Others are mostly run on somebody's own machine. */
const DEPLOYED = /(^|[/._-])(prod|production|stack|swarm)([/._-]|$)/i;

export default defineRule({
  meta: {
    id: 'local-state/no-log-driver',
    severity: 'warning',
    languages: ['terraform', 'compose'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'The logs of a container must leave the machine that it runs on',
    peers: [],
    messages: {
      absent:
        'Add `logConfiguration` to the container `{name}`. Without it its lines stay on the machine and go with the task, so nobody can tell why a replaced task failed.',
      localDriver:
        'Use a log driver that sends the lines away instead of `{driver}`. They stay on the machine or are dropped, so nobody can tell why a replaced container failed.',
      composeAbsent:
        'Give the service `{name}` a `logging` driver that sends its lines away. Docker keeps them next to the container, and they go with it when it is replaced.',
    },
  },
  create: (context) => ({
    'terraform.container': (container) => {
      const { definition, platform } = container;
      if (!definition || (platform !== 'ecs' && platform !== 'batch')) return;
      const configuration = entryOf(definition, 'logConfiguration');
      const anchor = `${container.anchor}/logConfiguration`;
      const driver = entryOf(configuration, 'logDriver');
      const name = textOf(driver);
      if (driver && name !== undefined && LOCAL_DRIVERS.has(name)) {
        context.report({
          at: driver.origin ?? container.at,
          anchor,
          message: 'localDriver',
          data: { driver: name },
        });
        return;
      }
      // AWS Batch sends the lines of a job to CloudWatch by itself.
      if (platform !== 'ecs' || !isAbsent(configuration) || !isEssential(definition)) return;
      context.report({
        at: container.at,
        anchor,
        message: 'absent',
        data: { name: container.name ?? 'of this task' },
        fixes: sendToCloudWatch(container, context.file.text),
      });
    },
    compose: (compose) => {
      if (context.environment === 'development') return;
      const seen = new Set<number>();
      for (const service of compose.services) {
        const { loggingDriver } = service;
        const driver = loggingDriver?.text.text;
        // One anchor may serve many services: it is reported once.
        if (
          !loggingDriver ||
          driver === undefined ||
          !LOCAL_DRIVERS.has(driver) ||
          seen.has(loggingDriver.range.start)
        ) {
          continue;
        }
        seen.add(loggingDriver.range.start);
        context.report({
          at: loggingDriver.range,
          anchor: `service.${service.name}/logging.driver`,
          message: 'localDriver',
          data: { driver },
          severity: 'info',
        });
      }
      const shared = compose.root?.entries.some(({ key }) => key.startsWith('x-log')) ?? false;
      if (!DEPLOYED.test(context.file.path) || shared) return;
      for (const service of compose.services) {
        if (entry(service.node, 'logging') || service.extends || isOneShot(service, compose)) continue;
        context.report({
          at: service.entry.keyRange,
          anchor: `service.${service.name}/logging`,
          message: 'composeAbsent',
          data: { name: service.name },
          severity: 'info',
        });
      }
    },
  }),
});

function isAbsent(value: Value | undefined): boolean {
  return value === undefined || value.type === 'null';
}

/** Containers are essential unless they say otherwise. The log router (FireLens) handles the lines of the others. */
function isEssential(definition: ObjectValue): boolean {
  if (!isAbsent(entryOf(definition, 'firelensConfiguration'))) return false;
  const essential = entryOf(definition, 'essential');
  return essential === undefined || every(essential, (option) => booleanIn(option) === true);
}

/** Adds `awslogs` above the container's name, with the log group and the region that the module already has. */
function sendToCloudWatch(container: TerraformContainer, text: string): readonly Fix[] {
  const { at, resource, name } = container;
  const { module } = resource;
  const groups = module.ofType('aws_cloudwatch_log_group');
  const [group] = groups;
  const region = module.dataSources.find(({ type }) => type === 'aws_region');
  if (at.path !== undefined && at.path !== resource.file.path) return [];
  if (!group || groups.length > 1 || group.block.attribute('count') || group.block.attribute('for_each')) return [];
  if (!region || name === undefined) return [];
  const lineStart = text.lastIndexOf('\n', at.start - 1) + 1;
  const indent = text.slice(lineStart, at.start);
  // Native syntax, on a line of its own: `name = "web"`.
  if (indent.trim() !== '' || !/^name\s*=/.test(text.slice(at.start, at.start + 100))) return [];
  const lines = [
    'logConfiguration = {',
    '  logDriver = "awslogs"',
    '  options = {',
    `    awslogs-group         = ${group.address}.name`,
    `    awslogs-region        = ${region.address}.name`,
    `    awslogs-stream-prefix = "${name}"`,
    '  }',
    '}',
    '',
  ];
  const edit = { at: { start: at.start, end: at.start }, text: lines.join(lineTerminator(text) + indent) };
  return [{ level: 'suggestion', title: 'Send the lines to CloudWatch Logs', edits: [edit] }];
}
