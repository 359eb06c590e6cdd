import { readIfThere } from '../../durable/files';
import { askAws } from '../../cloud/aws';
import type { TerraformTargetConfig } from '../../config/types';
import { RunStoppedError, type RunContext } from '../../run/context';

type RefreshConfig = NonNullable<TerraformTargetConfig['refresh']>;

/** Images that all instances in service run, or why the group did not get there. */
export type RefreshResult = { readonly images: readonly string[] } | { readonly problem: string };

/** Machines in service with their images, or why nobody can tell. */
export type RunningInstances =
  { readonly instances: readonly { readonly id: string; readonly image: string }[] } | { readonly problem: string };

/** Brings the machines of a group to the version that Terraform gave it (release-engine.md §1.12). */
export interface InstanceRefresh {
  /** Why a group must not be deployed to, with what to do; undefined when it may. */
  problemOf(group: string, context: RunContext): Promise<string | undefined>;
  /** Starts a refresh, or goes on with the one that runs, and waits for its end. May be called again after a crash. */
  bring(group: string, config: RefreshConfig, context: RunContext): Promise<RefreshResult>;
  /** What runs now. Changes nothing. */
  instances(group: string, context: RunContext): Promise<RunningInstances>;
}

const POLL_MILLISECONDS = 10_000;
const RUNNING = new Set(['Pending', 'InProgress', 'Baking']);

interface Template {
  readonly LaunchTemplateId: string;
  readonly Version: string;
}

interface Group {
  readonly LaunchTemplate?: Template;
  readonly Instances?: readonly {
    readonly InstanceId?: string;
    readonly LifecycleState?: string;
    readonly LaunchTemplate?: Template;
  }[];
}

interface Refresh {
  readonly InstanceRefreshId?: string;
  readonly Status?: string;
  readonly StatusReason?: string;
  readonly DesiredConfiguration?: { readonly LaunchTemplate?: Template };
}

/**
 * Through the aws CLI. Not verified against AWS: tested with a program that answers as its documentation says.
 *
 * @param poll how often a refresh is looked at; given by tests only
 */
export function createInstanceRefresh(poll = POLL_MILLISECONDS): InstanceRefresh {
  return new AwsInstanceRefresh(poll);
}

/** The account that the aws CLI is logged in to; undefined when nobody can tell. */
export async function awsAccount(context: RunContext): Promise<string | undefined> {
  const answer = await askAws(['sts', 'get-caller-identity'], undefined, context);
  return 'problem' in answer ? undefined : (answer.data as { Account?: string }).Account;
}

class AwsInstanceRefresh implements InstanceRefresh {
  constructor(private readonly poll: number) {}

  async problemOf(name: string, context: RunContext): Promise<string | undefined> {
    const group = await this.group(name, context);
    if ('problem' in group) return `${name} cannot be read: ${group.problem}.`;
    return numberedProblem(name, group.found.LaunchTemplate);
  }

  async bring(name: string, config: RefreshConfig, context: RunContext): Promise<RefreshResult> {
    const group = await this.group(name, context);
    if ('problem' in group) return group;
    const template = group.found.LaunchTemplate;
    const problem = numberedProblem(name, template);
    if (problem !== undefined || !template) return { problem: problem ?? '' };
    const last = await this.lastRefresh(name, undefined, context);
    if (last && RUNNING.has(last.Status ?? '') && !isSame(last.DesiredConfiguration?.LaunchTemplate, template)) {
      return { problem: `another refresh of ${name} is running; wait for it` };
    }
    const isRunning = last !== undefined && RUNNING.has(last.Status ?? '');
    const isDone = !isRunning && instancesOf(group.found).every((one) => isSame(one.LaunchTemplate, template));
    if (!isDone || instancesOf(group.found).length === 0) {
      const id = isRunning ? last.InstanceRefreshId : await this.start(name, template, config, context);
      const ended = await this.untilEnd(name, id, config.timeout, context);
      if (ended !== undefined) return { problem: ended };
    }
    return this.images(name, context);
  }

  /** By number: a refresh to `$Latest` cannot be rolled back. @throws RunStoppedError */
  private async start(
    group: string,
    { LaunchTemplateId, Version }: Template,
    { minHealthy }: RefreshConfig,
    context: RunContext,
  ): Promise<string | undefined> {
    const preferences = { MinHealthyPercentage: minHealthy, SkipMatching: true, AutoRollback: true };
    const result = await context.act({
      name: 'instance-refresh',
      tool: context.tool('aws'),
      words: [
        'autoscaling',
        'start-instance-refresh',
        `--auto-scaling-group-name=${group}`,
        `--preferences=${JSON.stringify(preferences)}`,
        `--desired-configuration=${JSON.stringify({ LaunchTemplate: { LaunchTemplateId, Version } })}`,
        '--output=json',
      ],
      timeout: 60_000,
    });
    if (result.code !== 0) {
      throw new RunStoppedError(
        'partial',
        `Terraform has applied, but the refresh of ${group} could not be started. See ${result.output}.`,
      );
    }
    return (JSON.parse(readIfThere(result.standardOutput) ?? '{}') as Refresh).InstanceRefreshId;
  }

  /** @returns why it failed; undefined when it was successful */
  private async untilEnd(
    group: string,
    id: string | undefined,
    timeout: number,
    context: RunContext,
  ): Promise<string | undefined> {
    const end = performance.now() + timeout;
    for (;;) {
      context.signal.throwIfAborted();
      const refresh = await this.lastRefresh(group, id, context);
      if (refresh?.Status === 'Successful') return undefined;
      if (refresh?.Status !== undefined && !RUNNING.has(refresh.Status)) {
        const why = refresh.StatusReason === undefined ? '' : `: ${refresh.StatusReason}`;
        return `the refresh of ${group} ended as ${refresh.Status}${why}`;
      }
      if (performance.now() > end) return `the refresh of ${group} did not end within ${timeout / 1000} s`;
      await new Promise((resolve) => setTimeout(resolve, this.poll));
    }
  }

  private async lastRefresh(group: string, id: string | undefined, context: RunContext): Promise<Refresh | undefined> {
    const which = id === undefined ? ['--max-records=1'] : [`--instance-refresh-ids=${id}`];
    const words = ['autoscaling', 'describe-instance-refreshes', `--auto-scaling-group-name=${group}`, ...which];
    const answer = await askAws(words, undefined, context);
    // A question that fails once is asked again by whoever waits.
    return 'problem' in answer ? undefined : (answer.data as { InstanceRefreshes?: Refresh[] }).InstanceRefreshes?.[0];
  }

  private async group(
    name: string,
    context: RunContext,
  ): Promise<{ readonly found: Group } | { readonly problem: string }> {
    const words = ['autoscaling', 'describe-auto-scaling-groups', `--auto-scaling-group-names=${name}`];
    const answer = await askAws(words, undefined, context);
    if ('problem' in answer) return answer;
    const found = (answer.data as { AutoScalingGroups?: Group[] }).AutoScalingGroups?.[0];
    return found ? { found } : { problem: `there is no Auto Scaling group ${name}` };
  }

  private async images(name: string, context: RunContext): Promise<RefreshResult> {
    const running = await this.instances(name, context);
    if ('problem' in running) return running;
    return { images: running.instances.map(({ image }) => image) };
  }

  async instances(name: string, context: RunContext): Promise<RunningInstances> {
    const group = await this.group(name, context);
    if ('problem' in group) return group;
    const ids = instancesOf(group.found).map(({ InstanceId: id }) => id ?? '');
    if (ids.length === 0) return { problem: `${name} has no instance in service` };
    const answer = await askAws(['ec2', 'describe-instances', '--instance-ids', ...ids], undefined, context);
    if ('problem' in answer) return answer;
    const { Reservations: reservations = [] } = answer.data as {
      Reservations?: { Instances?: { InstanceId?: string; ImageId?: string }[] }[];
    };
    const instances = reservations.flatMap(({ Instances: all = [] }) =>
      all.map(({ InstanceId: id, ImageId: image }) => ({ id: id ?? '', image: image ?? '' })),
    );
    return instances.length === ids.length
      ? { instances }
      : { problem: `nobody can tell what all instances of ${name} run` };
  }
}

function instancesOf({ Instances: all = [] }: Group): NonNullable<Group['Instances']> {
  return all.filter(({ LifecycleState: state }) => state === 'InService');
}

function isSame(a: Template | undefined, b: Template): boolean {
  return a?.LaunchTemplateId === b.LaunchTemplateId && a.Version === b.Version;
}

function numberedProblem(group: string, template: Template | undefined): string | undefined {
  if (template && /^\d+$/.test(template.Version)) return undefined;
  const is = template ? `follows version ${template.Version}` : 'has no launch template of its own';
  return (
    `${group} ${is}: nobody could go back from it. Write \`version = aws_launch_template.NAME.latest_version\`, ` +
    'which is a number, and apply that once.'
  );
}
