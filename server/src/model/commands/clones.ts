import { HOLE } from '../../core/mapped-text';
import type { ShellCommand } from '../../lang/shell/ast';
import { flagValue, positionals } from '../../lang/shell/words';
import { enter, type PlacedCommand } from './sequence';

/** git(1), git-clone(1), git-checkout(1), git-switch(1): options that take the next word. */
const VALUES: ReadonlySet<string> = new Set(
  '-C -c --git-dir --work-tree -b -B --branch --revision --config --depth -o --origin --reference --reference-if-able --filter -j --jobs -u --upload-pack --template --shallow-since --shallow-exclude --separate-git-dir --server-option'.split(
    ' ',
  ),
);
/** In git-switch(1) `-c` makes a branch; before the verb it sets an option. Both take the next word. */
const MOVES = /^(checkout|switch|reset|fetch|pull|worktree|archive|read-tree)$/;

/** Names that are branches, or tags that are moved with each release. */
const MOVING =
  /^(main|master|develop|development|devel|dev|trunk|HEAD|FETCH_HEAD|ORIG_HEAD|latest|stable|nightly|next|edge)([~^@].*)?$/;

/** True for a branch: what is there changes from day to day. Unknown names may be tags. */
export function isMovingRef(ref: string): boolean {
  return /^((refs\/)?(remotes\/)?(origin|upstream)\/|refs\/heads\/)[^\uE000]/.test(ref) || MOVING.test(ref);
}

interface Clone {
  readonly url: string;
  readonly ref: string | undefined;
  /** The directory that it makes. */
  readonly directory: string;
}

/**
 * The URL of a `git clone` of a branch whose commit nothing fixes afterwards: no checkout, reset or fetch of a tag or a
 * commit in that clone. A ref or a directory that is not known is taken for the right one.
 *
 * @param all the commands of the script, in order
 */
export function unpinnedClone(command: ShellCommand, all: readonly PlacedCommand[]): string | undefined {
  const index = all.findIndex((each) => each.command === command);
  const clone = index < 0 ? undefined : cloneOf(all[index]);
  if (!clone || !/^(https?|git|ssh):\/\/[^\uE000]|^git@/.test(clone.url)) return undefined;
  if (clone.ref !== undefined && !isMovingRef(clone.ref)) return undefined;
  const others = all.flatMap((each) => (each.command === command ? [] : (cloneOf(each) ?? [])));
  const later = all.slice(index + 1);
  // What follows another clone into the same directory speaks of that one; `clone a || clone b` are alternatives.
  const again = later.findIndex(
    (each) => !each.command.conditional && cloneOf(each)?.directory === clone.directory && clone.directory !== HOLE,
  );
  const fixed = later
    .slice(0, again < 0 ? undefined : again)
    .some((each) => pins(each) && worksIn(each, clone, others));
  return fixed ? undefined : clone.url;
}

function cloneOf(placed: PlacedCommand | undefined): Clone | undefined {
  if (placed?.command.name !== 'git') return undefined;
  const [verb, url, directory] = positionals(placed.command, VALUES);
  if (verb?.text !== 'clone' || !url) return undefined;
  const name = /([^/:]+?)(\.git)?\/*$/.exec(url.text)?.[1] ?? HOLE;
  return {
    url: url.text,
    ref: flagValue(placed.command, '--branch', '-b', '--revision'),
    directory: enter(placed.directory, directory?.text ?? (url.complete ? name : HOLE)),
  };
}

/** `git checkout v1.2.3`, `git reset --hard <commit>`, `git fetch origin <commit>`. */
function pins({ command }: PlacedCommand): boolean {
  if (command.name !== 'git') return false;
  const [verb, ...rest] = positionals(command, VALUES);
  if (!verb || !MOVES.test(verb.text)) return false;
  // The first word after `fetch` and `pull` is the remote; after `worktree add` the directory.
  const remote = verb.text === 'fetch' || verb.text === 'pull';
  // `git describe … | xargs git checkout`
  if (rest.length === 0 && command.wrappers.includes('xargs')) return true;
  const refs = remote ? rest.slice(1) : verb.text === 'worktree' ? rest.slice(2) : rest;
  const dashes = command.words.findIndex((word) => word.text === '--');
  // What follows `--` are paths.
  const end = dashes < 0 ? Infinity : (command.words[dashes]?.range.start ?? Infinity);
  return refs.some((word) => word.range.start < end && !isMovingRef(word.text.replace(/^\+|:.*$/g, '')));
}

function worksIn({ command, directory }: PlacedCommand, clone: Clone, others: readonly Clone[]): boolean {
  const named = flagValue(command, '-C') ?? flagValue(command, '--work-tree') ?? flagValue(command, '--git-dir');
  const at = named === undefined ? directory : enter(directory, named.replace(/\/?\.git\/?$/, '') || '.');
  if (!at.includes(HOLE) && !clone.directory.includes(HOLE)) return isWithin(at, clone.directory);
  const parts = at.split('/');
  const name = (each: Clone): string => each.directory.split('/').at(-1) ?? '';
  return parts.includes(name(clone)) || !others.some((other) => parts.includes(name(other)));
}

/** A script's first directory is not known: a relative path fits an absolute one that ends with it. */
function isWithin(path: string, directory: string): boolean {
  if (directory === '') return !path.startsWith('/');
  if (path === directory || path.startsWith(`${directory}/`)) return true;
  if (path.startsWith('/') === directory.startsWith('/')) return false;
  const [absolute, relative] = path.startsWith('/') ? [path, directory] : [directory, path];
  return relative !== '' && `${absolute}/`.includes(`/${relative.replace(/^~\//, '')}/`);
}
