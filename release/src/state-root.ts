import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { makeDirectory, readIfThere, writeDurably } from './durable/files';

/** Version of the layout below. */
const FORMAT = '1\n';

/** File systems take 255 bytes for a name. */
const LONGEST_NAME = 200;

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
 * `git clean` leaves it alone; without git below the user's state directory. A pipeline below the top of the repository
 * has a root of its own: two pipelines may both have an environment `production`. Runs no program: reading is safe in a
 * workspace that nobody trusts.
 */
export function findStateRoot(
  workspace: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StateRoot {
  const real = realpathSync(workspace);
  const common = gitCommonDirectory(real);
  if (common !== undefined) {
    const name = folderInRepository(real);
    return new StateRoot(join(common, 'immutable', ...(name === undefined ? [] : ['folders', name])));
  }
  const state = environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  const name = createHash('sha256').update(real).digest('hex').slice(0, 16);
  return new StateRoot(join(state, 'immutable', name));
}

/**
 * Where a folder lies in its repository, as one name for files and refs; the same in every clone and work tree.
 *
 * @returns undefined for the top, and without git
 */
export function folderInRepository(folder: string): string | undefined {
  const real = realpathSync(folder);
  const path = relative(repositoryTop(real) ?? real, real);
  if (path === '') return undefined;
  const name = path.replace(/[^\w-]/gu, (sign) => (sign === sep ? '%2F' : encodeSign(sign)));
  return name.length <= LONGEST_NAME ? name : createHash('sha256').update(name).digest('hex');
}

/** `encodeURIComponent` leaves signs alone that no ref may hold. */
function encodeSign(sign: string): string {
  return [...Buffer.from(sign)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** The top of the work tree that holds a directory. */
export function repositoryTop(directory: string): string | undefined {
  if (existsSync(join(directory, '.git'))) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : repositoryTop(parent);
}

/** gitrepository-layout(5): `.git` is a directory, or a file that names one; `commondir` names what is shared. */
export function gitCommonDirectory(directory: string): string | undefined {
  const top = repositoryTop(directory);
  if (top === undefined) return undefined;
  const entry = join(top, '.git');
  const gitDirectory = statSync(entry).isDirectory() ? entry : linkedDirectory(entry, top);
  if (gitDirectory === undefined) return undefined;
  const common = readIfThere(join(gitDirectory, 'commondir'))?.trim();
  return common === undefined ? gitDirectory : resolve(gitDirectory, common);
}

function linkedDirectory(file: string, directory: string): string | undefined {
  const target = /^gitdir: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.trim();
  if (target === undefined) return undefined;
  return isAbsolute(target) ? target : resolve(directory, target);
}
