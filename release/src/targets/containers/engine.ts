import { RunStoppedError, type RunContext, type ToolResult } from '../../run/context';
import type { ResolvedTool } from '../../process/resolve-tool';
import type { Secret } from '../../secrets/redactor';
import { askTool, worksWith } from '../../process/ask-tool';
import { containersIn, type ContainerState } from './container-state';

const PULL_MILLISECONDS = 30 * 60_000;
const START_MILLISECONDS = 5 * 60_000;

/** How long a container may take to stop by itself; then it is killed. */
export const STOP_SECONDS = 10;

/** What a container is started with. */
export interface StartOrder {
  readonly name: string;
  readonly reference: string;
  readonly runtime: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly publish: readonly string[];
  /** Words of the user, put before the image. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Passed through the environment of the engine's command line: no word of it shows them, and no file holds them. */
  readonly secrets: readonly Secret[];
}

/** Docker or podman, by its command line. */
export class ContainerEngine {
  private constructor(
    readonly kind: 'docker' | 'podman',
    private readonly tool: ResolvedTool,
    private readonly context: RunContext,
  ) {}

  /**
   * @param wanted `auto` takes the first that is there and answers
   * @throws RunStoppedError `refused` naming what to install
   */
  static async find(wanted: 'auto' | 'docker' | 'podman', context: RunContext): Promise<ContainerEngine> {
    if (wanted !== 'auto') return new ContainerEngine(wanted, context.tool(wanted), context);
    if (await worksWith('docker', ['version', '--format', '{{.Server.Version}}'], context)) {
      return new ContainerEngine('docker', context.tool('docker'), context);
    }
    if (await worksWith('podman', ['info', '--format', '{{.Version.Version}}'], context)) {
      return new ContainerEngine('podman', context.tool('podman'), context);
    }
    throw new RunStoppedError(
      'refused',
      'No container engine answers. Install podman, or start Docker, and run again. Nothing was changed.',
    );
  }

  /** What must not change between runs: another machine or store has none of our containers. */
  async fingerprint(): Promise<Readonly<Record<string, string>>> {
    const isDocker = this.kind === 'docker';
    const form = isDocker ? '{{.Name}}\n{{.DockerRootDir}}' : '{{.Host.Hostname}}\n{{.Store.GraphRoot}}';
    const [host = '', root = ''] = (await this.answer(['info', '--format', form])).split('\n');
    return { engine: this.kind, host, root };
  }

  /** Containers that carry all labels, and those that have one of the names. */
  async containers(
    labels: Readonly<Record<string, string>>,
    names: readonly string[],
  ): Promise<readonly ContainerState[]> {
    const filters = Object.entries(labels).flatMap(([name, value]) => ['--filter', `label=${name}=${value}`]);
    const list = ['ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Names}}'];
    const ours = await this.answer([...list, ...filters]);
    const all = (await this.answer(list)).split('\n').filter((line) => names.includes(line.split(' ')[1] ?? ''));
    const ids = new Set([...ours.split('\n'), ...all].flatMap((line) => line.split(' ')[0] || []));
    return ids.size === 0 ? [] : this.inspect([...ids]);
  }

  private async inspect(ids: readonly string[]): Promise<readonly ContainerState[]> {
    const answer = await askTool(this.context, this.tool, ['inspect', '--type', 'container', ...ids]);
    // One that ended between the two questions is told as an error beside those that are there.
    if (answer.code === 0 || answer.standardOutput.trim().startsWith('[')) return containersIn(answer.standardOutput);
    throw new RunStoppedError('failed', `${this.kind} does not show its containers: ${answer.standardError.trim()}.`);
  }

  /** The id that an image has here; undefined when it is not here. */
  async localImage(reference: string): Promise<string | undefined> {
    const words = ['image', 'inspect', '--format', '{{.Id}}', reference];
    const { code, standardOutput } = await askTool(this.context, this.tool, words);
    const id = standardOutput.trim();
    return code === 0 && id !== '' ? id : undefined;
  }

  /** Names with digests under which a registry has an image that lies here: `repo@sha256:…`. */
  async repositoryDigests(image: string): Promise<readonly string[]> {
    const words = ['image', 'inspect', '--format', '{{range .RepoDigests}}{{.}} {{end}}', image];
    const { code, standardOutput } = await askTool(this.context, this.tool, words);
    return code === 0 ? standardOutput.split(/\s+/).filter((name) => name.includes('@')) : [];
  }

  pull(reference: string, isInsecure: boolean): Promise<ToolResult> {
    const words = ['pull', ...(isInsecure && this.kind === 'podman' ? ['--tls-verify=false'] : []), reference];
    return this.context.act({ name: 'pull', tool: this.tool, words, timeout: PULL_MILLISECONDS });
  }

  start(order: StartOrder): Promise<ToolResult> {
    const { runtime } = order;
    const own = runtime === undefined ? [] : ['--runtime', runtime];
    const words = [
      // Podman takes the runtime before the command, Docker behind it.
      ...(this.kind === 'podman' ? [...own, 'run'] : ['run', ...own]),
      '--detach',
      '--pull=never',
      '--name',
      order.name,
      ...Object.entries(order.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
      ...Object.entries(order.environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...order.secrets.flatMap(({ name }) => ['--env', name]),
      ...order.publish.flatMap((port) => ['--publish', port]),
      ...order.arguments,
      order.reference,
    ];
    return this.context.act({
      name: 'apply',
      tool: this.tool,
      words,
      environment: Object.fromEntries(order.secrets.map(({ name, value }) => [name, value])),
      secrets: order.secrets,
      timeout: START_MILLISECONDS,
    });
  }

  /**
   * Stops a container, kills it when it does not want to, and removes it.
   *
   * @returns why it is still there; undefined when it is gone
   */
  async end(id: string): Promise<string | undefined> {
    const stop = { name: 'stop', tool: this.tool, timeout: START_MILLISECONDS };
    await this.context.act({ ...stop, words: ['stop', '--time', String(STOP_SECONDS), id] });
    const removed = await this.context.act({ ...stop, words: ['rm', '--force', '--volumes', id] });
    const look = ['container', 'inspect', '--format', '{{.Id}}', id];
    const { code, standardError } = await askTool(this.context, this.tool, look);
    if (code !== 0 && /no such/i.test(standardError)) return undefined;
    return `${removed.problem ?? `exit code ${removed.code ?? 'unknown'}`}, see ${removed.output}`;
  }

  /** Keeps what a container printed beside the run, masked. @returns the path */
  async keepLog(id: string): Promise<string> {
    const words = ['logs', '--tail', '200', id];
    return (await this.context.act({ name: 'logs', tool: this.tool, words, timeout: 60_000 })).output;
  }

  private async answer(words: readonly string[]): Promise<string> {
    const { code, standardOutput, standardError } = await askTool(this.context, this.tool, words);
    if (code === 0) return standardOutput;
    throw new RunStoppedError(
      'failed',
      `\`${this.kind} ${words[0] ?? ''}\` failed: ${standardError.trim() || `exit code ${code ?? 'unknown'}`}. Nothing was changed.`,
    );
  }
}
