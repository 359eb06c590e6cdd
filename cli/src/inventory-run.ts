import { LineIndex } from '../../server/src/core/text';
import { pinned, type DigestResolver } from '../../server/src/workspace/digests';
import {
  inventory,
  type InventoryBuild,
  type InventoryReference,
  type InventorySource,
} from '../../server/src/workspace/inventory';
import { WorkspaceIndex, type FileSummary } from '../../server/src/model/workspace-index';
import { Linter } from '../../server/src/workspace/linter';
import { Configurations } from './configuration';
import type { Candidate } from './discover';
import { DiskFiles } from './disk-files';
import type { Note } from './notes';
import { BUILT_IN_METAS, BUILT_IN_RULES, type SessionOptions } from './session';
import { rootAt } from './workspace-root';

/** What a registry says about a reference now. */
export type Registered = { readonly digest: string } | { readonly problem: string };

export interface LocatedReference extends InventoryReference {
  /** From 1, like the columns. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** With `--online`. */
  readonly registered?: Registered | undefined;
}

export interface LocatedRepository {
  readonly repository: string;
  readonly tags: readonly string[];
  readonly references: readonly LocatedReference[];
  readonly builds: readonly InventoryBuild[];
}

export interface InventoryRun {
  readonly repositories: readonly LocatedRepository[];
  readonly notes: readonly Note[];
}

/** Reads the files and lists every image that they name. */
export function runInventory(candidates: readonly Candidate[], options: SessionOptions): InventoryRun {
  const files = new DiskFiles(options.root, options.maxBytes);
  const root = rootAt(options.root, options.cwd);
  const configurations = new Configurations(root, files, BUILT_IN_METAS, options.choice);
  const linter = new Linter(files, {
    rules: BUILT_IN_RULES,
    configFor: (path) => configurations.for(path),
    now: new Date(options.now),
  });
  const notes: Note[] = [];
  const summaries: FileSummary[] = [];
  const sources: InventorySource[] = [];
  for (const { path, peek, explicit } of candidates) {
    if (configurations.for(path).isIgnored(path)) continue;
    const { text, note } = files.readResult(path, peek);
    if (note !== undefined)
      notes.push({ path, message: note, level: text === undefined && explicit ? 'problem' : 'note' });
    const summary = text === undefined ? undefined : linter.summarise(path, text);
    if (text === undefined || !summary) continue;
    summaries.push(summary);
    sources.push({ path, text });
  }
  linter.useIndex(new WorkspaceIndex(summaries));
  const indexes = new Map<string, LineIndex>();
  const located = (reference: InventoryReference): LocatedReference => {
    const index = indexes.get(reference.path) ?? new LineIndex(files.read(reference.path) ?? '');
    indexes.set(reference.path, index);
    const start = index.position(reference.range.start);
    const end = index.position(reference.range.end);
    return {
      ...reference,
      line: start.line + 1,
      column: start.column + 1,
      endLine: end.line + 1,
      endColumn: end.column + 1,
    };
  };
  const repositories = inventory(sources, linter).map((entry) => ({
    ...entry,
    references: entry.references.map(located),
  }));
  return { repositories, notes };
}

/** Asks the registries for every tag that is pulled. Problems are kept with the reference. */
export async function askRegistries(
  repositories: readonly LocatedRepository[],
  resolver: DigestResolver,
): Promise<readonly LocatedRepository[]> {
  const ask = async (entry: LocatedRepository, reference: LocatedReference): Promise<LocatedReference> => {
    if (!isAskable(reference)) return reference;
    return { ...reference, registered: await resolver.resolve(`${entry.repository}:${reference.tag ?? 'latest'}`) };
  };
  return Promise.all(
    repositories.map(async (entry) => ({
      ...entry,
      references: await Promise.all(entry.references.map((reference) => ask(entry, reference))),
    })),
  );
}

function isAskable({ role, tag, tagClass, text, digest }: LocatedReference): boolean {
  if (role === 'built' || text.includes('…') || text === 'scratch') return false;
  return tagClass !== 'unknown' && (tag !== undefined || digest === undefined);
}

/** True when the registry has another digest for the tag than the one that is written. */
export function hasMoved({ digest, registered }: LocatedReference): boolean {
  return digest !== undefined && registered !== undefined && 'digest' in registered && registered.digest !== digest;
}

/** The reference with the digest that the registry names. */
export function pinOf({ text, registered, digest }: LocatedReference): string | undefined {
  if (digest !== undefined || !registered || !('digest' in registered)) return undefined;
  return pinned(text, registered.digest);
}
