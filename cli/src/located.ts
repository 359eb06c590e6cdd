import type { Finding, Fix } from '../../server/src/core/finding';
import { LineIndex, type Place } from '../../server/src/core/text';

/** Lines and columns from 1. */
export interface Region {
  /** Relative to the root. */
  readonly path: string;
  readonly startLine: number;
  /** In UTF-16 code units. */
  readonly startColumn: number;
  readonly endLine: number;
  /** Behind the last character. */
  readonly endColumn: number;
  /** Columns in UTF-8 bytes, as reviewdog counts them. */
  readonly startByte: number;
  readonly endByte: number;
}

/** A line of source to show, cut around the finding when it is very long. */
export interface Excerpt {
  readonly text: string;
  /** How many code units were cut away on the left. */
  readonly cut: number;
}

export interface LocatedRelated {
  readonly region: Region;
  readonly message: string;
}

export interface LocatedFix extends Fix {
  /** Where each of `edits` is. */
  readonly regions: readonly Region[];
}

/** What a change did to a finding; see `--diff-base`. */
export type Change = 'new' | 'touched' | 'existing' | 'fixed';

/** A finding with everything that an output format needs, so that texts need not be kept. */
export interface LocatedFinding extends Finding {
  readonly region: Region;
  readonly excerpt: Excerpt;
  readonly relatedRegions: readonly LocatedRelated[];
  readonly fixes: readonly LocatedFix[];
  readonly change?: Change | undefined;
}

/** Longer lines are cut around the finding. */
const MAX_EXCERPT = 240;

/** Turns offsets into lines and columns, with the texts at hand. */
export class Locator {
  private readonly indexes = new Map<string, { readonly text: string; readonly index: LineIndex }>();

  /** @param read text of a file, `''` when it is gone */
  constructor(private readonly read: (path: string) => string) {}

  locate(finding: Finding): LocatedFinding {
    const { path, range } = finding;
    return {
      ...finding,
      region: this.region({ ...range, path }, path),
      excerpt: this.excerpt(path, range.start),
      relatedRegions: finding.related.map(({ at, message }) => ({ region: this.region(at, path), message })),
      fixes: finding.fixes.map((fix) => ({ ...fix, regions: fix.edits.map((edit) => this.region(edit.at, path)) })),
    };
  }

  private region(at: Place, path: string): Region {
    const file = at.path ?? path;
    const { index } = this.open(file);
    const start = index.position(at.start);
    const end = index.position(at.end);
    return {
      path: file,
      startLine: start.line + 1,
      startColumn: start.column + 1,
      endLine: end.line + 1,
      endColumn: end.column + 1,
      startByte: Buffer.byteLength(index.line(start.line).slice(0, start.column)) + 1,
      endByte: Buffer.byteLength(index.line(end.line).slice(0, end.column)) + 1,
    };
  }

  private excerpt(path: string, offset: number): Excerpt {
    const { index } = this.open(path);
    const { line, column } = index.position(offset);
    const text = index.line(line);
    if (text.length <= MAX_EXCERPT) return { text, cut: 0 };
    const cut = Math.max(0, Math.min(column - 40, text.length - MAX_EXCERPT));
    return { text: text.slice(cut, cut + MAX_EXCERPT), cut };
  }

  private open(path: string): { readonly text: string; readonly index: LineIndex } {
    let known = this.indexes.get(path);
    if (!known) {
      const text = this.read(path);
      known = { text, index: new LineIndex(text) };
      this.indexes.set(path, known);
    }
    return known;
  }
}

/** By path, place and rule: the order in which findings are shown. */
export function compareFindingPlaces(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.range.start - b.range.start || a.range.end - b.range.end || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
