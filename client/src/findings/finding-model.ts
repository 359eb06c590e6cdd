import type { FileFindings } from '../../../server/src/lsp/protocol';
import { SEVERITIES, type FoundItem, type Grouping } from './finding-types';

/** A group of the *Findings* view: the findings of a rule or of a file, the worst first. */
export interface FindingGroup {
  /** The rule's id or the file's URI. */
  readonly key: string;
  readonly items: readonly FoundItem[];
}

/** Findings of many files: what a search found, and over it what the editor knows of the documents that are open. */
export class FindingModel {
  /** What a search found, by the file whose lint found it: it may lie in another. */
  private readonly searched = new Map<string, readonly FoundItem[]>();
  /** The same by the file that it lies in, each once. */
  private searchedIn: ReadonlyMap<string, readonly FoundItem[]> | undefined;
  private readonly live = new Map<string, readonly FoundItem[]>();

  /** Replaces what the lint of these files found, wherever it lies. What the lint of others found stays. */
  takeSearched(linted: readonly string[], files: readonly Pick<FileFindings, 'uri' | 'findings'>[]): void {
    const found = new Map<string, FoundItem[]>();
    for (const { uri, findings } of files) {
      for (const { rule, severity, message, range, foundBy } of findings) {
        const item = { uri, rule, severity, message, range };
        for (const finder of foundBy ?? [uri]) {
          const items = found.get(finder);
          if (items) items.push(item);
          else found.set(finder, [item]);
        }
      }
    }
    for (const finder of linted) this.setSearched(finder, found.get(finder) ?? []);
  }

  /** The files whose lint found something in this one. */
  findersIn(uri: string): readonly string[] {
    return [...this.searched].flatMap(([finder, items]) => (items.some((item) => item.uri === uri) ? [finder] : []));
  }

  /** The file is gone: with it what was found in it, and what its lint found. */
  forgetSearched(uri: string): void {
    this.setSearched(uri, []);
    for (const finder of this.findersIn(uri))
      this.setSearched(
        finder,
        (this.searched.get(finder) ?? []).filter((item) => item.uri !== uri),
      );
  }

  private setSearched(finder: string, items: readonly FoundItem[]): void {
    if (items.length === 0) this.searched.delete(finder);
    else this.searched.set(finder, items);
    this.searchedIn = undefined;
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
    this.searchedIn = undefined;
  }

  /** A file has another name; what was found in it is the same. */
  rename(from: string, to: string): void {
    this.live.delete(from);
    for (const [finder, items] of [...this.searched]) {
      this.setSearched(finder, []);
      this.setSearched(
        finder === from ? to : finder,
        items.map((item) => (item.uri === from ? { ...item, uri: to } : item)),
      );
    }
  }

  all(): readonly FoundItem[] {
    this.searchedIn ??= byPlace([...this.searched.values()].flat());
    const searched = this.searchedIn;
    const uris = new Set([...searched.keys(), ...this.live.keys()]);
    return [...uris].flatMap((uri) => this.live.get(uri) ?? searched.get(uri) ?? []);
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

/** By the file that they lie in; what several files found is there once. */
function byPlace(items: readonly FoundItem[]): ReadonlyMap<string, readonly FoundItem[]> {
  const places = new Map<string, Map<string, FoundItem>>();
  for (const item of items) {
    const { uri, rule, message, range } = item;
    const place = places.get(uri) ?? new Map<string, FoundItem>();
    places.set(uri, place);
    const identity = JSON.stringify([rule, range, message]);
    if (!place.has(identity)) place.set(identity, item);
  }
  return new Map([...places].map(([uri, place]) => [uri, [...place.values()]]));
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
