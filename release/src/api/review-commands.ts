import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { CommandLine, Pipeline } from '../config/types';
import { canonicalJson } from '../durable/canonical-json';
import { readIfThere, writeDurably } from '../durable/files';
import type { Workspace } from './start-run';
import { safeGit, type Git } from './safe-git';

/** A command that the pipeline runs on this machine, and where the file says so. */
export interface PipelineCommand {
  readonly where: string;
  readonly command: CommandLine;
}

/** Commands that a person should look at before they run. */
export interface CommandReview {
  /** Of the commands, nothing else: a change of a timeout asks nobody again. */
  readonly hash: string;
  readonly commands: readonly PipelineCommand[];
  /** Who changed the file: name and mail. */
  readonly authors: readonly string[];
}

/** The commands of `immutable.yaml` come from somebody else, and nobody here has looked at them (§3.12). */
export class CommandsNotReviewedError extends Error {
  constructor(readonly review: CommandReview) {
    const list = review.commands.map(({ where, command }) => `  ${where}: ${command.map(quoted).join(' ')}`);
    super(
      [
        `immutable.yaml was changed by ${review.authors.join(', ')} and would run these commands as you:`,
        ...list,
        `When you have looked at them, add \`--accept-commands ${review.hash}\`. They are not asked for again until they change.`,
      ].join('\n'),
    );
    this.name = 'CommandsNotReviewedError';
  }
}

const FILE = 'reviewed-commands.json';

interface Reviewed {
  readonly hash: string;
  /** What was checked out when the last run was let through. */
  readonly commit: string | null;
}

/**
 * Lets a run through when its commands are known: the same as in the last run, written by the user, or accepted now.
 * In CI nobody is asked: what may run there is decided where the job is written.
 *
 * @param accepted hash of the commands that the person has looked at
 * @throws CommandsNotReviewedError
 */
export async function requireReviewed(workspace: Workspace, accepted: string | undefined): Promise<void> {
  const commands = commandsOf(workspace.pipeline);
  if (commands.length === 0) return;
  const hash = createHash('sha256')
    .update(canonicalJson(commands.map(({ command }) => command)))
    .digest('hex')
    .slice(0, 32);
  const file = join(workspace.root.path, FILE);
  const last = readReviewed(file);
  const git = safeGit(workspace.folder);
  if (last?.hash !== hash && accepted !== hash && process.env['CI'] !== 'true') {
    const authors = git ? await othersWhoChanged(workspace, git, last?.commit ?? null) : [];
    if (authors.length > 0) throw new CommandsNotReviewedError({ hash, commands, authors });
  }
  const commit = (await git?.('rev-parse', '--verify', '--quiet', 'HEAD')) ?? null;
  const now: Reviewed = { hash, commit };
  if (last?.hash !== hash || last.commit !== commit) writeDurably(file, JSON.stringify(now));
}

/** Every command of a pipeline, in the order of the file. */
export function commandsOf(pipeline: Pipeline): readonly PipelineCommand[] {
  const images = [...pipeline.images.values()].flatMap(({ name, tests }) =>
    tests.map(({ command }) => ({ where: `images.${name}.tests`, command })),
  );
  const environments = [...pipeline.environments.values()].flatMap(({ name, health, route, target }) => {
    const at = (where: string, command: CommandLine): PipelineCommand => ({
      where: `environments.${name}.${where}`,
      command,
    });
    const runs = target.kind === 'containers' ? target.run : [];
    return [
      ...runs.flatMap((run) =>
        Object.entries(run.environment).flatMap(([key, value]) =>
          'fromCommand' in value ? [at(`target.containers.run.${run.name}.env.${key}`, value.fromCommand)] : [],
        ),
      ),
      ...health.flatMap((check) => (check.kind === 'command' ? [at('health', check.command)] : [])),
      ...(route?.kind === 'file' && route.reload ? [at('route.file.reload', route.reload)] : []),
    ];
  });
  return [
    ...images,
    ...environments,
    ...pipeline.gates.tests.map(({ command }) => ({ where: 'gates.tests', command })),
  ];
}

/** Who else committed a change of the file since a commit; everybody else who ever did when that commit is unknown. */
async function othersWhoChanged({ file }: Workspace, git: Git, since: string | null): Promise<readonly string[]> {
  const own = await git('config', 'user.email');
  const log = (range: string): Promise<string | undefined> =>
    git('log', '--format=%an <%ae>', range, '--', basename(file));
  const known = since !== null && /^[0-9a-f]{40,64}$/.test(since) ? await log(`${since}..HEAD`) : undefined;
  const authors = (known ?? (await log('HEAD')) ?? '').split('\n').filter(Boolean);
  return [...new Set(authors)].filter((author) => own === undefined || !author.endsWith(`<${own}>`));
}

function readReviewed(file: string): Reviewed | undefined {
  try {
    return JSON.parse(readIfThere(file) ?? 'null') as Reviewed | undefined;
  } catch {
    // Then it is asked again.
    return undefined;
  }
}

/** A word as a person reads it: where it ends must be seen. */
function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word);
}
