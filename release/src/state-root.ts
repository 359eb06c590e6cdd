import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { makeDirectory, readIfThere, writeDurably } from './durable/files';

/** Version of the layout below. */
const FORMAT = '1\n';

/** Where the files of delivery lie (release-engine.md §3.2). Names are checked before they come here. */
export class StateRoot {
  constructor(readonly path: string) {}

  ledger(environment: string): string {
    return join(this.path, 'ledger', `${environment}.jsonl`);
  }

  lock(environment: string): string {
    return join(this.path, 'locks', `${environment}.lock`);
  }

  /** What this clone knows of the team's ledger: what was seen there, and a claim of its own. */
  shared(environment: string): string {
    return join(this.path, 'shared', `${environment}.json`);
  }

  get runs(): string {
    return join(this.path, 'runs');
  }

  run(id: string): string {
    return join(this.runs, id);
  }

  /** What the last look at an environment showed. Not history: it may be deleted. */
  look(environment: string): string {
    return join(this.path, 'looks', `${environment}.json`);
  }

  /** Tails of files that were never finished. Never deleted by us. */
  get torn(): string {
    return join(this.path, 'torn');
  }

  object(sha256: string): string {
    return join(this.path, 'objects', 'sha256', sha256.slice(0, 2), sha256);
  }

  /**
   * Makes the folder when it is not there.
   *
   * @throws when another version of this program wrote it
   */
  prepare(): void {
    makeDirectory(this.path);
    const file = join(this.path, 'format');
    const format = readIfThere(file);
    if (format === undefined) writeDurably(file, FORMAT);
    else if (format !== FORMAT) {
      throw new Error(
        `${this.path} has format ${format.trim()}, this version knows ${FORMAT.trim()}. Use a newer version.`,
      );
    }
  }
}

/**
 * The state root of a workspace: in the git common directory, so that all work trees share it, nobody commits it and
 * `git clean` leaves it alone; without git below the user's state directory. Runs no program: reading is safe in a
 * workspace that nobody trusts.
 */
export function findStateRoot(
  workspace: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StateRoot {
  const real = realpathSync(workspace);
  const common = gitCommonDirectory(real);
  if (common !== undefined) return new StateRoot(join(common, 'immutable'));
  const state = environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  const name = createHash('sha256').update(real).digest('hex').slice(0, 16);
  return new StateRoot(join(state, 'immutable', name));
}

/** gitrepository-layout(5): `.git` is a directory, or a file that names one; `commondir` names what is shared. */
export function gitCommonDirectory(directory: string): string | undefined {
  const entry = join(directory, '.git');
  const stat = statSync(entry, { throwIfNoEntry: false });
  if (!stat) {
    const parent = dirname(directory);
    return parent === directory ? undefined : gitCommonDirectory(parent);
  }
  const gitDirectory = stat.isDirectory() ? entry : linkedDirectory(entry, directory);
  if (gitDirectory === undefined) return undefined;
  const common = readIfThere(join(gitDirectory, 'commondir'))?.trim();
  return common === undefined ? gitDirectory : resolve(gitDirectory, common);
}

function linkedDirectory(file: string, directory: string): string | undefined {
  const target = /^gitdir: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim();
  if (target === undefined) return undefined;
  return isAbsolute(target) ? target : resolve(directory, target);
}
