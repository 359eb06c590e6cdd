import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { JsonObject } from '../../durable/canonical-json';
import type { PackerArtifact, PackerOutput } from './machine-readable';

/** More files of one build are not listed one by one. */
const MOST_FILES = 50;

/** A file that a build left behind. Time and size tell later whether it is still that file. */
export interface LeftFile extends JsonObject {
  /** Relative to the workspace. */
  readonly path: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** What a build that made no image of ours left behind. Nothing of it is deleted by itself (F06, F08). */
export interface Leftovers extends JsonObject {
  /** Images that were finished: `amazon-ebs.app: eu-west-1:ami-…`. */
  readonly orphans: readonly string[];
  /** Every file of it, of finished images too. */
  readonly files: readonly LeftFile[];
  /** What Packer made for the build and may not have removed: `amazon-ebs.app: instance i-…`. */
  readonly made: readonly string[];
}

/**
 * Finds what a build left behind.
 *
 * @param workspace absolute
 * @param outputs files and folders that the template writes to
 * @param since when the build began, in milliseconds since 1970
 */
export function findLeftovers(
  workspace: string,
  outputs: readonly string[],
  since: number,
  artifacts: readonly PackerArtifact[],
  output: Pick<PackerOutput, 'made' | 'isTidy'>,
): Leftovers {
  const paths = [...artifacts.flatMap(({ files }) => files), ...outputs];
  const files = new Map(paths.flatMap((path) => filesSince(workspace, path, since)).map((file) => [file.path, file]));
  return {
    orphans: [...new Set(artifacts.map(nameOf))],
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, MOST_FILES),
    made: output.isTidy ? [] : output.made,
  };
}

/** For people, behind what happened; empty when nothing was left. */
export function describeLeftovers({ orphans, files, made }: Leftovers): string {
  const named = new Set(orphans.flatMap((line) => line.replace(/^\S+: /, '').split(', ')));
  const halves = files.map(({ path }) => path).filter((path) => !named.has(path));
  return [
    list(' No release uses what was made; delete it when you do not need it:', orphans),
    list(' Half done and left behind; delete it when you do not need it:', halves),
    list(' Packer made these for the build and may not have removed them; look for them:', made),
  ].join('');
}

/** An image that was made, by its build and its files or its id. */
function nameOf({ build, id, files }: PackerArtifact): string {
  return `${build}: ${files.length > 0 ? files.join(', ') : id}`;
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}${lines.map((line) => `\n  ${line}`).join('')}`;
}

function filesSince(workspace: string, path: string, since: number): LeftFile[] {
  const absolute = resolve(workspace, path);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) {
    return readdirSync(absolute, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => filesSince(workspace, join(entry.parentPath, entry.name), since));
  }
  if (stat?.isFile() !== true || stat.mtimeMs < since) return [];
  const inside = relative(workspace, absolute);
  return [{ path: inside.startsWith('..') ? absolute : inside, size: stat.size, modified: Math.trunc(stat.mtimeMs) }];
}
