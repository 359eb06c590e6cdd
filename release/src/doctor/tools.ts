import type { CommandLine, Pipeline } from '../config/types';
import { ask } from '../process/ask';
import { searchTool } from '../process/resolve-tool';
import { toolEnvironment } from '../process/tool-environment';
import { fail, ok, warn, type DoctorLine } from './finding';

type Environment = Readonly<Record<string, string | undefined>>;

/** How tools that we know tell their version. Other programs are found, never run. */
const VERSION_WORDS: Readonly<Record<string, readonly string[]>> = {
  git: ['--version'],
  terraform: ['version'],
  tofu: ['version'],
  packer: ['version'],
  docker: ['--version'],
  podman: ['--version'],
  buildah: ['--version'],
  aws: ['--version'],
};

/** One of these must be there. */
interface NeededTool {
  readonly names: readonly string[];
  readonly why: string;
  readonly isNeeded: boolean;
}

/** Finds the tools of a pipeline, and asks those that we know for their version. */
export async function toolLines(
  pipeline: Pipeline,
  workspace: string,
  own: Environment,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  const lines: DoctorLine[] = [];
  for (const tool of neededTools(pipeline)) lines.push(...(await linesOf(tool, workspace, own, signal)));
  return lines;
}

async function linesOf(
  { names, why, isNeeded }: NeededTool,
  workspace: string,
  own: Environment,
  signal: AbortSignal,
): Promise<readonly DoctorLine[]> {
  const searched = names.map((name) => ({ name, ...searchTool(name, workspace, own) }));
  const ignored = searched.flatMap(({ name, ignored: files }) =>
    files.map((file) =>
      warn(
        `tool ${name}`,
        `${file} is passed over: it lies in the workspace`,
        'Never run a tool that a repository brings; install it.',
      ),
    ),
  );
  const found = searched.flatMap(({ name, path }) => (path === undefined ? [] : [{ name, path }]));
  if (found.length === 0) {
    const what = `tool ${names.join(' or ')}`;
    const next = `Install ${names.join(' or ')}, or name its directory in PATH.`;
    const line = isNeeded ? fail(what, `not on PATH; ${why}`, next) : warn(what, `not on PATH; ${why}`, next);
    return [...ignored, line];
  }
  const lines: DoctorLine[] = [...ignored];
  for (const { name, path } of found) {
    const version = await versionOf(name, path, own, signal);
    if (version === undefined) lines.push(ok(`tool ${name}`, path));
    else if ('problem' in version)
      lines.push(
        warn(
          `tool ${name}`,
          `${path} does not tell its version: ${version.problem}`,
          `Run \`${name} ${VERSION_WORDS[name]?.join(' ') ?? ''}\` by hand.`,
        ),
      );
    else lines.push(ok(`tool ${name}`, `${version.text}, ${path}`));
  }
  return lines;
}

async function versionOf(
  name: string,
  program: string,
  own: Environment,
  signal: AbortSignal,
): Promise<{ readonly text: string } | { readonly problem: string } | undefined> {
  const words = VERSION_WORDS[name];
  if (!words) return undefined;
  try {
    const environment = toolEnvironment(own);
    // Not in the workspace: some tools read files of where they are started.
    const answer = await ask({ program, words, cwd: '/', environment, timeout: 20_000, signal });
    const line = `${answer.standardOutput}\n${answer.standardError}`.split('\n').find((text) => /\d+\.\d+/.test(text));
    if (answer.code === 0 && line !== undefined) return { text: line.trim() };
    return { problem: `it ended with code ${answer.code ?? 'none'}` };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function neededTools(pipeline: Pipeline): readonly NeededTool[] {
  const tools: NeededTool[] = [{ names: ['git'], why: 'releases are told apart by their commit', isNeeded: false }];
  const need = (names: readonly string[], why: string): void => {
    if (!tools.some((tool) => tool.names.join() === names.join())) tools.push({ names, why, isNeeded: true });
  };
  for (const { name, bake } of pipeline.images.values()) {
    if (bake.kind === 'packer') {
      need(['packer'], `it bakes ${name}`);
      if (bake.artifact.kind === 'ami') need(['aws'], `it tells whether the AMIs of ${name} are still there`);
    } else need(bake.builder === 'auto' ? ['docker', 'podman', 'buildah'] : [bake.builder], `it bakes ${name}`);
  }
  for (const { name, target, health, route, pin } of pipeline.environments.values()) {
    if (target.kind === 'terraform') need(['terraform', 'tofu'], `${name} is deployed with it`);
    if (target.kind === 'terraform' && (target.refresh || pin['awsAccount'] !== undefined)) {
      need(['aws'], `${name} asks it for its machines`);
    }
    if (target.kind === 'containers') {
      need(target.engine === 'auto' ? ['docker', 'podman'] : [target.engine], `${name} runs its containers`);
    }
    for (const check of health) if (check.kind === 'command') need([programOf(check.command)], `health of ${name}`);
    if (route?.kind === 'file' && route.reload) need([programOf(route.reload)], `it reloads the route of ${name}`);
    if (target.kind !== 'containers') continue;
    for (const value of target.run.flatMap((run) => Object.values(run.environment)))
      if ('fromCommand' in value) need([programOf(value.fromCommand)], `it gives a value to ${name}`);
  }
  for (const { command } of pipeline.gates.tests) need([programOf(command)], 'a test of `gates`');
  for (const { tests, name } of pipeline.images.values())
    for (const test of tests) if (!test.inImage) need([programOf(test.command)], `a test of ${name}`);
  return tools;
}

function programOf([program]: CommandLine): string {
  return program;
}
