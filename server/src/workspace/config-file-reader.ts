import { didYouMeanText } from '../core/did-you-mean';
import { globProblem } from '../core/glob';
import type { Range } from '../core/text';
import { asMap, asScalar, asSequence, resolve, type DataNode, type MapEntry } from '../lang/data/tree';

/** Something wrong in a configuration or policy file. The rest of the file still applies. */
export interface ConfigProblem {
  readonly path: string;
  readonly range: Range;
  /** Zero-based. */
  readonly line: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** True when a check by the schema, or of YAML itself, tells the same. */
  readonly isInSchema?: boolean | undefined;
}

/** Reads checked values out of a YAML or JSON tree and notes what is not as expected, with its place. */
export class DataReader {
  readonly problems: ConfigProblem[] = [];

  /** @param isInSchema whether a schema of the file says the same, except of what `problemBeyondSchema` notes */
  constructor(
    private readonly path: string,
    private readonly lineAt: (offset: number) => number,
    private readonly isInSchema = false,
  ) {}

  problem(range: Range, message: string, severity: 'error' | 'warning' = 'error'): void {
    const problem = { path: this.path, range, line: this.lineAt(range.start), message, severity };
    this.problems.push(this.isInSchema ? { ...problem, isInSchema: true } : problem);
  }

  /** Notes what no schema can tell. */
  problemBeyondSchema(range: Range, message: string): void {
    this.problems.push({ path: this.path, range, line: this.lineAt(range.start), message, severity: 'error' });
  }

  /** The entries of a map; unknown and doubled keys are noted. */
  fields(node: DataNode, what: string, known: readonly string[]): ReadonlyMap<string, MapEntry> {
    const found = new Map<string, MapEntry>();
    for (const entry of this.entries(node, what)) {
      if (!known.includes(entry.key)) {
        this.problem(
          entry.keyRange,
          `${what} has no key \`${entry.key}\`.${didYouMeanText(entry.key, known)}`,
          'warning',
        );
      } else if (found.has(entry.key)) this.problem(entry.keyRange, `\`${entry.key}\` is written twice: keep one.`);
      else if (!isNothing(entry.value)) found.set(entry.key, entry);
    }
    return found;
  }

  /** All entries of a map; none and a problem when it is no map. */
  entries(node: DataNode, what: string): readonly MapEntry[] {
    const map = asMap(node);
    if (!map) this.problem(node.range, `${what} must be a map of keys and values, not ${kindOf(node)}.`);
    return map?.entries ?? [];
  }

  items(node: DataNode, what: string): readonly DataNode[] {
    const list = asSequence(node);
    if (!list) this.problem(node.range, `${what} must be a list, not ${kindOf(node)}.`);
    return list?.items ?? [];
  }

  text(node: DataNode, what: string): string | undefined {
    const value = asScalar(node)?.value;
    if (typeof value === 'string') return value;
    this.problem(node.range, `${what} must be a text, not ${kindOf(node)}.`);
    return undefined;
  }

  boolean(node: DataNode, what: string): boolean | undefined {
    const value = asScalar(node)?.value;
    if (typeof value === 'boolean') return value;
    this.problem(node.range, `${what} must be true or false, not ${kindOf(node)}.`);
    return undefined;
  }

  /** A list of texts; a single text counts as a list of one. */
  texts(node: DataNode, what: string): readonly string[] {
    if (typeof asScalar(node)?.value === 'string') return [this.text(node, what) ?? ''];
    return this.items(node, what)
      .map((item) => this.text(item, `Each item of ${what}`))
      .filter((item) => item !== undefined);
  }

  /** A list of globs; those that cannot be read are noted and left out. */
  globs(node: DataNode, what: string): readonly string[] {
    const items = typeof asScalar(node)?.value === 'string' ? [node] : this.items(node, what);
    return items.flatMap((item) => this.glob(item, items[0] === node ? what : `Each item of ${what}`) ?? []);
  }

  glob(node: DataNode, what: string): string | undefined {
    const glob = this.text(node, what);
    const wrong = glob === undefined ? undefined : globProblem(glob);
    if (wrong === undefined) return glob;
    this.problemBeyondSchema(node.range, wrong);
    return undefined;
  }

  choice<const Option extends string>(node: DataNode, what: string, options: readonly Option[]): Option | undefined {
    // YAML 1.1 reads a plain `off` as false.
    const value = asScalar(node)?.value === false && options.includes('off' as Option) ? 'off' : asScalar(node)?.value;
    const found = options.find((option) => option === value);
    if (found === undefined) {
      const guess = typeof value === 'string' ? didYouMeanText(value, options) : '';
      this.problem(node.range, `${what} must be one of ${options.join(', ')}, not ${kindOf(node)}.${guess}`);
    }
    return found;
  }
}

/** How to name what stands there instead of what was expected. */
export function kindOf(node: DataNode): string {
  const found = resolve(node);
  if (found?.type === 'map') return 'a map';
  if (found?.type === 'sequence') return 'a list';
  const value = found?.type === 'scalar' ? found.value : null;
  return value === null ? 'nothing' : `\`${String(value).slice(0, 60)}\``;
}

function isNothing(node: DataNode): boolean {
  const found = resolve(node);
  return found?.type === 'scalar' && found.value === null && found.style === 'plain';
}

/** The tree as plain values; deep enough for the options of a rule. */
export function plainValue(node: DataNode, depth = 0): unknown {
  const found = resolve(node);
  if (!found || depth > 8) return null;
  if (found.type === 'scalar') return found.value;
  if (found.type === 'sequence') return found.items.map((item) => plainValue(item, depth + 1));
  return Object.fromEntries(found.entries.map((entry) => [entry.key, plainValue(entry.value, depth + 1)]));
}
