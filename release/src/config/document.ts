import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml';
import type { PipelineProblem } from './problem';

/** A larger file is none that people write. */
const LARGEST_BYTES = 256 * 1024;
const MOST_ALIASES = 100;

export type DataPath = readonly (string | number)[];

/** A YAML text as plain data, with the place of every value (YAML 1.2, unique keys, bounded aliases). */
export class PipelineDocument {
  readonly problems: PipelineProblem[] = [];
  readonly data: unknown;
  private readonly lines = new LineCounter();
  private readonly document: Document.Parsed;

  constructor(
    readonly path: string,
    text: string,
  ) {
    const isTooLarge = Buffer.byteLength(text) > LARGEST_BYTES;
    this.document = parseDocument(isTooLarge ? '' : text, {
      version: '1.2',
      uniqueKeys: true,
      lineCounter: this.lines,
      prettyErrors: false,
    });
    if (isTooLarge)
      this.problemAt([0, 0], `The file is larger than ${LARGEST_BYTES / 1024} KiB. Is it the right file?`);
    for (const { pos, message } of this.document.errors) this.problemAt(pos, `${message}.`.replace('..', '.'));
    this.data = this.problems.length === 0 ? this.plainData() : undefined;
  }

  /** Notes a problem at a value, or at its key when `isKey`. A path that is not there is noted at what is. */
  problem(at: DataPath, message: string, isKey = false): void {
    this.problemAt(this.rangeOf(at, isKey), message);
  }

  private plainData(): unknown {
    try {
      return this.document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
    } catch (error) {
      this.problemAt([0, 0], `${error instanceof Error ? error.message : 'The aliases cannot be resolved'}.`);
      return undefined;
    }
  }

  private problemAt([start, end]: readonly [number, number, ...number[]], message: string): void {
    const { line, col } = this.lines.linePos(start);
    const problem = {
      path: this.path,
      range: { start, end },
      line: Math.max(0, line - 1),
      column: Math.max(0, col - 1),
    };
    this.problems.push({ ...problem, message });
  }

  private rangeOf(at: DataPath, isKey: boolean): [number, number] {
    let node: unknown = this.document.contents;
    let range = rangeOfNode(node) ?? [0, 0];
    for (const [index, segment] of at.entries()) {
      if (isAlias(node)) node = node.resolve(this.document);
      if (!isCollection(node)) break;
      const pair = isMap(node)
        ? node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(segment))
        : undefined;
      const isLast = index === at.length - 1;
      const next: unknown = isLast && isKey ? pair?.key : node.get(segment, true);
      const found = rangeOfNode(next) ?? rangeOfNode(pair?.key);
      if (!found) break;
      range = found;
      node = next;
    }
    return range;
  }
}

function rangeOfNode(node: unknown): [number, number] | undefined {
  const range = (node as Node | undefined)?.range;
  return range ? [range[0], range[1]] : undefined;
}
