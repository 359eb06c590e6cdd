import { HOLE } from '../core/mapped-text';
import type { Environment } from '../core/environment';
import type { Range } from '../core/text';
import type { ImageSite, ImageUse } from '../model/facts';
import { imagePlace, shownReference } from '../model/image-findings';
import { isValidDigest, parseImageReference, type TagClass } from '../model/image-reference';
import type { FileSummary } from '../model/workspace-index';
import type { Linter } from './linter';

/** A text that may name images. */
export interface InventorySource {
  readonly path: string;
  readonly text: string;
  /** The editor's language id. */
  readonly languageHint?: string | undefined;
}

export interface InventoryReference {
  /** File in which the reference is written, which may be another than the one that uses it. */
  readonly path: string;
  readonly range: Range;
  /** As written; unknown parts are `…`. */
  readonly text: string;
  /** Undefined when there is none or it is not known. */
  readonly tag: string | undefined;
  readonly tagClass: TagClass;
  readonly digest: string | undefined;
  readonly environment: Environment;
  /** `Deployment/app/container.web/image` */
  readonly anchor: string;
  readonly site: ImageSite;
  /** `used`: it is pulled. `built`: this workspace makes it (`docker build -t`, compose `build:`, Packer's `docker-tag`). */
  readonly role: 'used' | 'built';
  /** The text is written in one piece at `range`, so that a digest can be put behind it. */
  readonly isWhole: boolean;
}

/** A file that builds an image under a name of the repository. */
export interface InventoryBuild {
  readonly path: string;
  readonly name: string;
  readonly dockerfile: string | undefined;
}

export interface InventoryRepository {
  /** Registry and repository: `docker.io/library/nginx`. */
  readonly repository: string;
  /** Every tag in use, sorted: more than one means that the workspace does not agree. */
  readonly tags: readonly string[];
  /** By path and place. */
  readonly references: readonly InventoryReference[];
  /** By path and name. */
  readonly builds: readonly InventoryBuild[];
}

/** Sites that name what was just made. */
const BUILT_SITES: ReadonlySet<ImageSite> = new Set<ImageSite>(['packer.tag', 'shell.tag']);

/**
 * Every image reference of the sources, by repository.
 *
 * @param linter knows the other files of the workspace; its index is used when it has one
 */
export function inventory(sources: Iterable<InventorySource>, linter: Linter): readonly InventoryRepository[] {
  const found = new Repositories();
  for (const { path, text, languageHint } of sources) {
    const source = linter.source(path, text, languageHint);
    if (!source) continue;
    for (const use of linter.imageUses(path, text, languageHint)) found.addUse(use, path, source.environment);
    const summary = linter.summarise(path, text);
    if (summary) found.addBuilds(summary);
  }
  return found.result();
}

class Repositories {
  private readonly references = new Map<string, Map<string, InventoryReference>>();
  private readonly builds = new Map<string, Map<string, InventoryBuild>>();

  addUse(use: ImageUse, path: string, environment: Environment): void {
    for (const option of use.options) {
      const { reference } = option;
      if (isUnknown(reference.repository)) continue;
      const place = imagePlace(use, option);
      const text = shownReference(option);
      const known: InventoryReference = {
        path: place.path ?? path,
        range: { start: place.start, end: place.end },
        text,
        tag: reference.tag?.includes(HOLE) ? undefined : reference.tag,
        tagClass: reference.tagClass,
        digest: reference.digest !== undefined && isValidDigest(reference.digest) ? reference.digest : undefined,
        environment,
        anchor: use.anchor,
        site: use.site,
        role: use.builtHere || BUILT_SITES.has(use.site) ? 'built' : 'used',
        isWhole: option.text.isVerbatim() && !text.includes('…'),
      };
      // A default of a module's variable is seen from each file that uses it.
      const identity = [known.path, known.range.start, known.range.end, text].join('\0');
      const references = table(this.references, shownName(reference.repository));
      if (!references.has(identity)) references.set(identity, known);
    }
  }

  addBuilds({ path, imagesBuilt }: FileSummary): void {
    for (const { name, dockerfile } of imagesBuilt) {
      const reference = parseImageReference(name);
      if (!reference || isUnknown(reference.repository)) continue;
      const builds = table(this.builds, shownName(reference.repository));
      builds.set([path, name, dockerfile ?? ''].join('\0'), { path, name, dockerfile });
    }
  }

  result(): readonly InventoryRepository[] {
    const names = new Set([...this.references.keys(), ...this.builds.keys()]);
    return [...names].sort(compare).map((repository) => {
      const references = [...(this.references.get(repository)?.values() ?? [])].sort(
        (a, b) => compare(a.path, b.path) || a.range.start - b.range.start || compare(a.text, b.text),
      );
      const builds = [...(this.builds.get(repository)?.values() ?? [])].sort(
        (a, b) => compare(a.path, b.path) || compare(a.name, b.name),
      );
      const tags = new Set(references.flatMap(({ tag, tagClass }) => tag ?? (tagClass === 'none' ? 'latest' : [])));
      return { repository, tags: [...tags].sort(compare), references, builds };
    });
  }
}

function table<Item>(tables: Map<string, Map<string, Item>>, name: string): Map<string, Item> {
  const known = tables.get(name);
  if (known) return known;
  const made = new Map<string, Item>();
  tables.set(name, made);
  return made;
}

/** Nothing of the name is known, so it belongs to no repository: `FROM ${BASE}`. */
function isUnknown(repository: string): boolean {
  return !/[a-z0-9]/i.test(repository.replace(/^docker\.io\/(?:library\/)?(?=\uE000)/, ''));
}

/** Of a name that begins with an unknown part, the registry is not known either. */
function shownName(repository: string): string {
  return repository.replace(/^docker\.io\/(?=\uE000)/, '').replace(/\uE000+/g, '…');
}

/** By code unit: the same order on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
