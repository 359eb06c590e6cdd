import type { InventoryImage, InventoryReference } from '../../../server/src/lsp/protocol';

/** The references of a repository that name the same tag or digest. */
export interface TagGroup {
  readonly repository: string;
  /** As people say it: `1.27`, `latest`, `sha256:…`. */
  readonly label: string;
  readonly tagClass: string;
  readonly references: readonly InventoryReference[];
}

/** A repository with its tags. */
export interface RepositoryGroup {
  readonly repository: string;
  readonly tags: readonly TagGroup[];
  readonly references: readonly InventoryReference[];
}

/** Puts the answers of several requests together. A default of a variable comes with each that has a file that uses it. */
export function mergeImages(parts: readonly (readonly InventoryImage[])[]): readonly RepositoryGroup[] {
  const found = new Map<string, Map<string, InventoryReference>>();
  for (const { repository, references } of parts.flat()) {
    const known = found.get(repository) ?? new Map<string, InventoryReference>();
    found.set(repository, known);
    for (const one of references) known.set(JSON.stringify([one.uri, one.range, one.text]), one);
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([repository, known]) => {
      const references = [...known.values()];
      return { repository, references, tags: groupByTag(repository, references) };
    });
}

function groupByTag(repository: string, references: readonly InventoryReference[]): readonly TagGroup[] {
  const groups = new Map<string, InventoryReference[]>();
  for (const reference of references) {
    const label = labelOf(reference);
    const known = groups.get(label);
    if (known) known.push(reference);
    else groups.set(label, [reference]);
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([label, group]) => ({ repository, label, tagClass: group[0]?.tagClass ?? '', references: group }));
}

function labelOf({ tag, digest }: InventoryReference): string {
  const short = digest?.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…');
  if (tag !== null && short !== undefined) return `${tag}@${short}`;
  return tag ?? short ?? 'latest';
}

/**
 * A repository as people say it, apart from the registry: `docker.io/library/nginx` is `nginx`, and
 * `registry.example.com/shop/web` is `shop/web` of `registry.example.com`.
 */
export function shownRepository(repository: string): { readonly name: string; readonly registry: string | undefined } {
  const hub = repository.replace(/^docker\.io\/(?:library\/)?/, '');
  const [, registry, name] = /^([^/]*[.:][^/]*)\/(.+)$/.exec(hub) ?? [];
  return name === undefined ? { name: hub, registry: undefined } : { name, registry };
}

/** Whether the same bytes come every time. */
export function isPinned({ digest }: InventoryReference): boolean {
  return digest !== null;
}

/**
 * Whether a digest can be put behind it: not when it has one, is only a part of a reference (a tag of Helm or Kustomize),
 * or names what the workspace itself builds.
 */
export function isPinnable(reference: InventoryReference): boolean {
  const { role, isWhole, text } = reference;
  return !isPinned(reference) && role !== 'built' && isWhole !== false && !text.includes('@');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
