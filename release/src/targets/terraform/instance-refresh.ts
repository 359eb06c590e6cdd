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

/** A refresh that still runs. */
export interface RunningRefresh {
  readonly id: string;
  /** Number of the launch template's version. */
  readonly version: string;
  /** It brings the machines to the version that the group has, so it is the one of a deployment that came before. */
  readonly isOfGroup: boolean;
}

/** Brings the machines of a group to the version that Terraform gave it (release-engine.md §1.12). */
export interface InstanceRefresh {
  /** Why a group must not be deployed to, with what to do; undefined when it may. */
  problemOf(group: string, context: RunContext): Promise<string | undefined>;
  /** What of a refresh runs still; undefined when nothing does, or when nobody can tell. Changes nothing. */
  running(group: string, context: RunContext): Promise<RunningRefresh | undefined>;
  /**
   * Ends a refresh and waits until it has ended: AWS changes no group while one runs. What it brought to the other
   * version stays until the next refresh. May be called again after a crash.
   *
   * `rollback-instance-refresh` would be wrong here: it leads back to the version that the group had when the refresh
   * began, and Terraform gave it the new one before (hashicorp/terraform-provider-aws #34189).
   *
   * @throws RunStoppedError `failed`; Terraform was not started
   */
  end(group: string, id: string, config: RefreshConfig, context: RunContext): Promise<void>;
  /** Starts a refresh, or goes on with the one that runs, and waits for its end. May be called again after a crash. */
  bring(group: string, config: RefreshConfig, context: RunContext): Promise<RefreshResult>;
  /** What runs now. Changes nothing. */
  instances(group: string, context: RunContext): Promise<RunningInstances>;
}

const POLL_MILLISECONDS = 10_000;
/** On the way to the version that was asked for. */
const RUNNING = new Set(['Pending', 'InProgress', 'Baking']);
/** On the way back, or stopping: AWS starts no other one meanwhile either. */
const ENDING = new Set(['Cancelling', 'RollbackInProgress']);

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
    const last = await this.afterEnding(name, config, context);
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

  async running(name: string, context: RunContext): Promise<RunningRefresh | undefined> {
    const last = await this.lastRefresh(name, undefined, context);
    if (last?.InstanceRefreshId === undefined || !isActive(last)) return undefined;
    const group = await this.group(name, context);
    const own = 'problem' in group ? undefined : group.found.LaunchTemplate;
    const wanted = last.DesiredConfiguration?.LaunchTemplate;
    return {
      id: last.InstanceRefreshId,
      version: wanted?.Version ?? 'unknown',
      isOfGroup: own !== undefined && isSame(wanted, own),
    };
  }

  async end(name: string, id: string, config: RefreshConfig, context: RunContext): Promise<void> {
    const last = await this.lastRefresh(name, id, context);
    if (!last || !isActive(last)) return;
    if (last.Status !== 'Cancelling') {
      const result = await context.act({
        name: 'end-refresh',
        tool: context.tool('aws'),
        words: ['autoscaling', 'cancel-instance-refresh', `--auto-scaling-group-name=${name}`, '--output=json'],
        timeout: 60_000,
      });
      const now = result.code === 0 ? undefined : await this.lastRefresh(name, id, context);
      // It may have ended by itself just before.
      if (now && isActive(now)) throw notEnded(name, `See ${result.output}.`);
    }
    if (await this.terminal(name, id, config.timeout, context)) return;
    throw notEnded(name, `It did not stop within ${config.timeout / 1000} s.`);
  }

  /** The last refresh, when one that is on its way back or stops has ended. */
  private async afterEnding(
    name: string,
    { timeout }: RefreshConfig,
    context: RunContext,
  ): Promise<Refresh | undefined> {
    const last = await this.lastRefresh(name, undefined, context);
    if (!last || !ENDING.has(last.Status ?? '')) return last;
    return (await this.terminal(name, last.InstanceRefreshId, timeout, context)) ?? last;
  }

  /** By number: a refresh to `$Latest` cannot be rolled back. @throws RunStoppedError */
  private async start(
    group: string,
    { LaunchTemplateId, Version }: Template,
    { minHealthy }: RefreshConfig,
    context: RunContext,
  ): Promise<string | undefined> {
    // No `AutoRollback`: the group has the new version already, so AWS would go "back" to it, and keep us waiting.
    const preferences = { MinHealthyPercentage: minHealthy, SkipMatching: true };
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
    const refresh = await this.terminal(group, id, timeout, context);
    if (!refresh) return `the refresh of ${group} did not end within ${timeout / 1000} s`;
    if (refresh.Status === 'Successful') return undefined;
    const why = refresh.StatusReason === undefined ? '' : `: ${refresh.StatusReason}`;
    return `the refresh of ${group} ended as ${refresh.Status ?? 'unknown'}${why}`;
  }

  /** The refresh when it has ended; undefined when it takes too long. */
  private async terminal(
    group: string,
    id: string | undefined,
    timeout: number,
    context: RunContext,
  ): Promise<Refresh | undefined> {
    const end = performance.now() + timeout;
    for (;;) {
      context.signal.throwIfAborted();
      const refresh = await this.lastRefresh(group, id, context);
      if (refresh?.Status !== undefined && !isActive(refresh)) return refresh;
      if (performance.now() > end) return undefined;
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

function isActive({ Status: status = '' }: Refresh): boolean {
  return RUNNING.has(status) || ENDING.has(status);
}

function notEnded(group: string, why: string): RunStoppedError {
  return new RunStoppedError(
    'failed',
    `The refresh of ${group} that still runs could not be ended, and AWS changes no group while one runs. ${why} ` +
      'Terraform was not started. Run the command again.',
  );
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
