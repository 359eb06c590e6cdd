import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import type { LogView } from '../durable/chained-reader';
import { leftByBuilds, leftByDeploys, type LeftByBuild, type LeftByDeploy } from '../ledger/left-behind';
import { Ledger } from '../ledger/ledger';
import type { LedgerRecord } from '../ledger/record';
import type { StateRoot } from '../state-root';

/** What nobody on this machine can look at is named so long. */
const NAMED_MILLISECONDS = 30 * 24 * 3_600_000;

/** One thing that a bake or a deployment left behind, and what to do about it. */
export interface LeftBehind {
  readonly run: string;
  /** File, image, machine or slot. */
  readonly what: string;
  readonly text: string;
  readonly next: string;
}

/**
 * What bakes and deployments of a ledger left behind and is still there, as far as this machine can tell. A file counts
 * while it is the one that the build left; what lies in a cloud is named for 30 days. Nothing is deleted.
 *
 * @param folder absolute: of `immutable.yaml`
 * @param now milliseconds since 1970
 */
export function listLeftBehind(
  view: LogView<LedgerRecord>,
  folder: string,
  environment: string,
  now: number,
): readonly LeftBehind[] {
  const builds = leftByBuilds(view).flatMap(({ run, t, image, orphans, files, made }): LeftBehind[] => {
    const there = files.filter((file) => isThere(file, folder));
    const named = now - Date.parse(t) > NAMED_MILLISECONDS ? [] : [...orphans.filter(isElsewhere(files)), ...made];
    return [
      ...there.map(({ path }) => ({
        run,
        what: path,
        text: `a bake of ${image} left it; no release uses it`,
        next: 'Delete what bakes left behind: immutable-infra prune --delete',
      })),
      ...named.map((what) => ({
        run,
        what,
        text: `a bake of ${image} made it; no release uses it`,
        next: 'Look for it where it was made, and delete it when it is still there.',
      })),
    ];
  });
  return [...builds, ...leftByDeploys(view).map((left) => ofDeploy(left, environment))];
}

/**
 * Deletes the files that bakes left behind in the workspace, and nothing that was written since.
 *
 * @param folder absolute: of `immutable.yaml`
 * @returns their paths
 */
export function deleteLeftFiles(root: StateRoot, folder: string): readonly string[] {
  const paths = new Set(leftFiles(root, folder));
  for (const path of paths) rmSync(resolve(folder, path), { force: true });
  return [...paths];
}

/** Files that bakes of any ledger left behind in the workspace. */
export function leftFiles(root: StateRoot, folder: string): readonly string[] {
  const directory = join(root.path, 'ledger');
  const ledgers = existsSync(directory) ? readdirSync(directory).filter((name) => name.endsWith('.jsonl')) : [];
  const files = ledgers
    .flatMap((name) => leftByBuilds(Ledger.read(root.ledger(basename(name, '.jsonl')))))
    .flatMap((left) => left.files)
    .filter((file) => isInside(file.path, folder) && isThere(file, folder));
  return [...new Set(files.map(({ path }) => path))].sort();
}

function ofDeploy({ why, run, id, slot, reason }: LeftByDeploy, environment: string): LeftBehind {
  const where = slot === null ? '' : ` in ${slot}`;
  return {
    run,
    what: slot ?? id,
    text:
      why === 'not-live'
        ? `${id} was applied${where} and did not become live; it may still run: ${firstLine(reason)}`
        : `${id}${where} was to be ended, and this is left of it: ${firstLine(reason)}`,
    next:
      slot === null
        ? `Deploy again, or go back: immutable-infra rollback ${environment}`
        : `End it: immutable-infra retire ${environment} ${slot}`,
  };
}

/** The file that the build left, not one that was written since. */
function isThere({ path, size, modified }: LeftByBuild['files'][number], folder: string): boolean {
  const stat = statSync(resolve(folder, path), { throwIfNoEntry: false });
  return stat?.size === size && Math.trunc(stat.mtimeMs) === modified;
}

/** A ledger that somebody shares could name any file. */
function isInside(path: string, folder: string): boolean {
  const inside = relative(folder, resolve(folder, path));
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
}

/** Of an image that is made of files, the files say whether it is there. */
function isElsewhere(files: readonly { readonly path: string }[]): (orphan: string) => boolean {
  return (orphan) => !files.some(({ path }) => orphan.includes(path));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
