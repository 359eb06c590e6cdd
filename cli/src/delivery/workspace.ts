import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { openWorkspace, type Workspace } from '../../../release/src/api/start-run';
import { PipelineError } from '../../../release/src/config/problem';
import type { Arguments, OptionSpec } from '../command-line';
import { UsageError } from '../exit-codes';
import type { Io } from '../io';
import { printable } from '../terminal';

const FILE = 'immutable.yaml';
const LEDGER = '.jsonl';

export const FILE_OPTION: OptionSpec = {
  type: 'string',
  value: 'FILE',
  help: `The pipeline; otherwise the nearest ${FILE}, upward from here.`,
};

/**
 * The pipeline of where the user stands.
 *
 * @throws UsageError when there is none, or naming every place that is wrong in it
 */
export function findWorkspace(args: Arguments, io: Io): Workspace {
  const named = args.text('file');
  const file = named === undefined ? nearest(io.cwd) : resolve(io.cwd, named);
  if (file === undefined || !existsSync(file)) {
    throw new UsageError(`There is no ${named ?? FILE} here or above. Write one; docs/release.md shows how.`);
  }
  try {
    return openWorkspace(file);
  } catch (error) {
    if (error instanceof PipelineError) throw new UsageError(`The pipeline cannot be used:\n${error.message}`);
    throw error;
  }
}

/**
 * The environment that a command names. With one environment in the file its name may be left out.
 *
 * @throws UsageError
 */
export function environmentOf(args: Arguments, workspace: Workspace, command: string): string {
  const [name] = args.positionals;
  if (name !== undefined) return requireKnown(name, workspace);
  const names = [...workspace.pipeline.environments.keys()];
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  throw new UsageError(`Say which environment: immutable-infra ${command} ${names.join('|') || 'NAME'}.`);
}

/**
 * The environments that a command names; all of the file when it names none.
 *
 * @throws UsageError
 */
export function environmentsOf(args: Arguments, workspace: Workspace): readonly string[] {
  if (args.positionals.length === 0) return [...workspace.pipeline.environments.keys()];
  return args.positionals.map((name) => requireKnown(name, workspace));
}

/** Names of ledgers that lie here: of environments, of those that left the file, and of images for no environment. */
export function knownLedgers({ root }: Workspace): readonly string[] {
  const folder = dirname(root.ledger('any'));
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(LEDGER)) : [];
  return files.map((name) => basename(name, LEDGER)).sort();
}

/** A name becomes a path: only what is in the file, or was deployed once, is one. */
function requireKnown(name: string, workspace: Workspace): string {
  const { environments } = workspace.pipeline;
  if (environments.has(name) || knownLedgers(workspace).includes(name)) return name;
  const names = [...environments.keys()].join(', ');
  throw new UsageError(`immutable.yaml has no environment \`${printable(name)}\`. It has ${names}.`);
}

/** Where the pipeline lies, or would lie: it need not be there. */
export function pipelineFile(args: Arguments, io: Io): string {
  const named = args.text('file');
  return named === undefined ? (nearest(io.cwd) ?? join(io.cwd, FILE)) : resolve(io.cwd, named);
}

function nearest(directory: string): string | undefined {
  const file = join(directory, FILE);
  if (existsSync(file)) return file;
  const parent = dirname(directory);
  return parent === directory ? undefined : nearest(parent);
}
