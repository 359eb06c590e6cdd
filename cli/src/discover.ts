import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { IgnoreRules } from './gitignore';
import { judgeName } from './lintable-names';
import { reasonOf, type Note } from './notes';
import type { Root } from './workspace-root';

/** A file that may be one that we lint. */
export interface Candidate {
  /** Relative to the root. */
  readonly path: string;
  /** Only if it begins like a script or a cloud-init file. */
  readonly peek: boolean;
  /** Named on the command line. */
  readonly explicit: boolean;
}

export interface Discovery {
  /** By path, each once. */
  readonly candidates: readonly Candidate[];
  readonly notes: readonly Note[];
}

/** Never entered unless named: what tools put there is not the user's to change. */
const NEVER_ENTERED: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.terraform',
  '.terragrunt-cache',
  'node_modules',
  'vendor',
  '.venv',
  '__pycache__',
]);

/** Deeper trees are made by accident or in bad faith. */
const MAX_DEPTH = 100;

/**
 * Lists the files to lint. Directories are searched as Git would see them; a file that is named is always taken.
 * Symbolic links to directories are not followed, so that no loop is possible.
 *
 * @param paths as given on the command line, relative to the working directory
 */
export function discover(root: Root, paths: readonly string[]): Discovery {
  const search = new Search(root);
  for (const path of paths) search.add(path);
  return search.result();
}

class Search {
  private readonly found = new Map<string, Candidate>();
  private readonly notes: Note[] = [];

  constructor(private readonly root: Root) {}

  add(given: string): void {
    const absolute = resolve(this.root.cwd, given);
    const path = this.root.inside(absolute) ?? absolute;
    let stat: Stats;
    try {
      stat = statSync(absolute);
    } catch (error) {
      this.notes.push({ path, message: `Not linted: ${reasonOf(error)}.`, level: 'problem' });
      return;
    }
    if (stat.isDirectory()) this.walk(path, this.rulesFor(path), 0);
    else this.found.set(path, { path, peek: false, explicit: true });
  }

  result(): Discovery {
    const candidates = [...this.found.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    return { candidates, notes: this.notes };
  }

  /** The ignore rules that hold inside a directory. Those that would ignore the named directory itself are left out. */
  private rulesFor(directory: string): IgnoreRules {
    let rules = IgnoreRules.forRoot(this.root.directory);
    if (directory === '') return rules;
    const steps = directory.split('/');
    for (let depth = 1; depth <= steps.length; depth++) {
      const path = steps.slice(0, depth).join('/');
      if (rules.isIgnored(path, true)) rules = IgnoreRules.none();
      rules = rules.inside(this.root.directory, path);
    }
    return rules;
  }

  private walk(directory: string, rules: IgnoreRules, depth: number): void {
    let entries: Dirent[];
    try {
      entries = readdirSync(join(this.root.directory, directory), { withFileTypes: true });
    } catch (error) {
      this.notes.push({ path: directory, message: `Not searched: ${reasonOf(error)}.`, level: 'note' });
      return;
    }
    for (const entry of entries) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) this.enter(path, entry.name, rules, depth);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const verdict = judgeName(entry.name);
        if (verdict === 'no' || this.found.has(path) || rules.isIgnored(path, false)) continue;
        if (entry.isSymbolicLink() && !this.isWorthFollowing(path)) continue;
        this.found.set(path, { path, peek: verdict === 'peek', explicit: false });
      }
    }
  }

  private enter(path: string, name: string, rules: IgnoreRules, depth: number): void {
    if (NEVER_ENTERED.has(name) || rules.isIgnored(path, true)) return;
    if (depth >= MAX_DEPTH) {
      this.notes.push({ path, message: `Not searched: deeper than ${MAX_DEPTH} directories.`, level: 'note' });
      return;
    }
    this.walk(path, rules.inside(this.root.directory, path), depth + 1);
  }

  /** A link to a file counts under its own name, unless its target is linted anyway. Broken links and loops are noted. */
  private isWorthFollowing(path: string): boolean {
    const absolute = join(this.root.directory, path);
    try {
      const target = realpathSync(absolute);
      if (!statSync(target).isFile()) return false;
      return this.root.inside(target) === undefined || judgeName(basename(target)) === 'no';
    } catch (error) {
      this.notes.push({ path, message: `Not linted: ${reasonOf(error)}.`, level: 'note' });
      return false;
    }
  }
}
