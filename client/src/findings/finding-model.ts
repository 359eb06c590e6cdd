import { SEVERITIES, type FoundItem, type Grouping } from './finding-types';

/** A group of the *Findings* view: the findings of a rule or of a file, the worst first. */
export interface FindingGroup {
  /** The rule's id or the file's URI. */
  readonly key: string;
  readonly items: readonly FoundItem[];
}

/** Findings of many files: what a search found, and over it what the editor knows of the documents that are open. */
export class FindingModel {
  private readonly searched = new Map<string, readonly FoundItem[]>();
  private readonly live = new Map<string, readonly FoundItem[]>();

  /** What a search found in a file. */
  setSearched(uri: string, items: readonly FoundItem[]): void {
    if (items.length === 0) this.searched.delete(uri);
    else this.searched.set(uri, items);
  }

  /**
   * What is shown in an open document; undefined once it is closed. What was typed and never saved goes with it: then
   * what was last searched of the saved file is shown again.
   */
  setLive(uri: string, items: readonly FoundItem[] | undefined): void {
    if (items) this.live.set(uri, items);
    else this.live.delete(uri);
  }

  /** The documents whose findings the editor shows. */
  liveUris(): readonly string[] {
    return [...this.live.keys()];
  }

  /** Whether the workspace was searched. */
  hasSearched = false;

  /** Forgets what a search found: a new one begins. */
  clearSearched(): void {
    this.searched.clear();
  }

  /** A file has another name; what was found in it is the same. */
  rename(from: string, to: string): void {
    const items = this.searched.get(from);
    this.searched.delete(from);
    this.live.delete(from);
    if (items)
      this.setSearched(
        to,
        items.map((item) => ({ ...item, uri: to })),
      );
  }

  all(): readonly FoundItem[] {
    const uris = new Set([...this.searched.keys(), ...this.live.keys()]);
    return [...uris].flatMap((uri) => this.live.get(uri) ?? this.searched.get(uri) ?? []);
  }

  groups(grouping: Grouping): readonly FindingGroup[] {
    const groups = new Map<string, FoundItem[]>();
    for (const item of this.all()) {
      const key = grouping === 'rule' ? item.rule : item.uri;
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
    return [...groups]
      .map(([key, items]) => ({ key, items: items.sort(compareItems) }))
      .sort((a, b) => rankOf(a) - rankOf(b) || compareText(a.key, b.key));
  }
}

/** Position of the worst severity of a group. */
function rankOf({ items }: FindingGroup): number {
  return Math.min(...items.map(({ severity }) => SEVERITIES.indexOf(severity)));
}

function compareItems(a: FoundItem, b: FoundItem): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.uri, b.uri) ||
    a.range.start.line - b.range.start.line ||
    a.range.start.character - b.range.start.character
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
