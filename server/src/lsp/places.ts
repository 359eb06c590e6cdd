import type { Finding } from '../core/finding';
import { LineIndex, type Place, type Range } from '../core/text';
import { BoundedCache } from '../workspace/bounded-cache';
import type { Location } from './folders';
import type { LspRange } from './protocol';
import { formatUri } from './uri';

/** The LSP range of offsets. */
export function toLspRange(lines: LineIndex, { start, end }: Range): LspRange {
  const from = lines.position(start);
  const to = end === start ? from : lines.position(end);
  return {
    start: { line: from.line, character: from.column },
    end: { line: to.line, character: to.column },
  };
}

/** The offsets of an LSP range. */
export function toOffsets(lines: LineIndex, { start, end }: LspRange): Range {
  return {
    start: lines.offset({ line: start.line, column: start.character }),
    end: lines.offset({ line: end.line, column: end.character }),
  };
}

/** Code units of text whose line starts are kept. */
const BUDGET = 1024 * 1024;

/** Turns places in any file of a folder into LSP locations. */
export class Places {
  private readonly indexes = new BoundedCache<string, { readonly text: string; readonly lines: LineIndex }>(
    BUDGET,
    ({ text }) => text.length + 100,
  );

  /** Undefined when the other file is gone. */
  location(
    from: Location,
    uri: string,
    lines: LineIndex,
    at: Place,
  ): { readonly uri: string; readonly range: LspRange } | undefined {
    if (at.path === undefined || at.path === from.path) return { uri, range: toLspRange(lines, at) };
    const resource = from.folder.resourceOf(at.path);
    const other = resource && this.linesOf(from, at.path);
    return resource && other && { uri: formatUri(resource), range: toLspRange(other, at) };
  }

  /** The line starts of another file of the folder. */
  linesOf({ folder }: Location, path: string): LineIndex | undefined {
    const text = folder.files.read(path);
    if (text === undefined) return undefined;
    const resource = folder.resourceOf(path);
    const key = resource ? formatUri(resource) : path;
    const known = this.indexes.get(key);
    if (known?.text === text) return known.lines;
    const lines = new LineIndex(text);
    this.indexes.set(key, { text, lines });
    return lines;
  }
}

/** Where a finding is shown in a file: one that lies in another file stands at what refers to it. */
export function shownRange(finding: Finding, path: string, text: string, lines: LineIndex): Range {
  if (finding.path === path) {
    const end = Math.min(finding.range.end, text.length);
    return { start: Math.min(finding.range.start, end), end };
  }
  const related = finding.related.find(({ at }) => at.path === undefined || at.path === path);
  return related?.at ?? anchorRange(text, lines, finding.anchor);
}

/**
 * Where in a text the thing stands that an anchor names: the block of `resource.aws_instance.web/ami`. The first line
 * that says anything when it cannot be found.
 */
export function anchorRange(text: string, lines: LineIndex, anchor: string): Range {
  const [head = ''] = anchor.split('/');
  const [kind = '', ...labels] = head.split('.');
  const quoted = labels.map((label) => `"?${label.replace(/[^\w-]/g, '\\$&')}"?`);
  const named =
    quoted.length > 0 && new RegExp(`^[ \\t]*${kind.replace(/[^\w-]/g, '')}[ \\t]+${quoted.join('[ \\t]+')}`, 'm');
  const found = named ? named.exec(text) : null;
  const start = found ? found.index + (found[0].length - found[0].trimStart().length) : Math.max(0, text.search(/\S/));
  const line = lines.lineAt(start);
  return { start, end: found ? found.index + found[0].length : lines.lineEnd(line) };
}
