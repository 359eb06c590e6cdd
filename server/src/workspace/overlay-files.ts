import type { ProjectFiles } from '../model/project';

/** Texts by path that stand over others; `null` where a file is to be taken as absent. */
export type Overlay = Readonly<Record<string, string | null>>;

/** Files with some of them replaced, added or taken away: the base of a review, texts that are being fixed. */
export class OverlayFiles implements ProjectFiles {
  private readonly texts: ReadonlyMap<string, string | null>;
  private readonly added = new Map<string, Set<string>>();

  constructor(
    private readonly below: ProjectFiles,
    overlay: Overlay,
  ) {
    this.texts = new Map(Object.entries(overlay));
    for (const [path, text] of this.texts) if (text !== null) this.addEntry(path);
  }

  /** The text that stands over a path; undefined when none does. */
  over(path: string): string | null | undefined {
    return this.texts.get(path);
  }

  read(path: string): string | undefined {
    const over = this.texts.get(path);
    return over === undefined ? this.below.read(path) : (over ?? undefined);
  }

  list(directory: string): readonly string[] | undefined {
    const below = this.below.list(directory);
    const added = this.added.get(directory);
    if (this.texts.size === 0 || (!below && !added)) return below;
    const prefix = directory === '' ? '' : `${directory}/`;
    const names = new Set([...(below ?? []), ...(added ?? [])]);
    return [...names].filter((name) => this.texts.get(prefix + name) !== null).sort();
  }

  /** Makes a file and the directories above it listed. */
  private addEntry(path: string): void {
    const slash = path.lastIndexOf('/');
    const directory = slash < 0 ? '' : path.slice(0, slash);
    const names = this.added.get(directory) ?? new Set<string>();
    const isKnown = this.added.has(directory);
    names.add(path.slice(slash + 1));
    this.added.set(directory, names);
    if (!isKnown && directory !== '') this.addEntry(directory);
  }
}
