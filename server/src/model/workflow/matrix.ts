import { asMap, asScalar, asSequence, entry, get, items } from '../../lang/data/tree';
import type { DataNode, ScalarNode } from '../../lang/data/tree';

/** The values that a matrix gives to expressions. */
export interface Matrix {
  /**
   * The literal values of `matrix.a` or, for a row of maps, `matrix.a.b`. Undefined when some are not known: the row
   * comes from an expression, or no row has the key.
   */
  values(path: readonly string[]): readonly ScalarNode[] | undefined;
}

/**
 * Reads `strategy.matrix` (GitHub, "Running variations of jobs in a workflow"): a list a key, and rows added by
 * `include`. `exclude` removes combinations, never a value that we could tell: it is not read.
 *
 * @returns undefined when there is no matrix, or it is an expression as a whole
 */
export function matrixOf(strategy: DataNode | undefined): Matrix | undefined {
  const matrix = asMap(get(strategy, 'matrix'));
  if (!matrix) return undefined;
  const included = entry(matrix, 'include')?.value;
  const includes = asSequence(included);
  return {
    values: (path) => {
      const [key, ...rest] = path;
      // An `include` that is an expression may bring other values for every key.
      if (key === undefined || key === 'include' || key === 'exclude' || (included && !includes)) return undefined;
      const row = entry(matrix, key)?.value;
      if (row && !asSequence(row)) return undefined;
      const rows: (DataNode | undefined)[] = [
        ...items(row),
        ...(includes?.items ?? []).flatMap((item) => (asMap(item) ? (entry(item, key)?.value ?? []) : [undefined])),
      ];
      const found = rows.map((item) => asScalar(rest.length === 0 ? item : get(item, ...rest)));
      const known = found.filter((scalar) => scalar !== undefined);
      return known.length > 0 && known.length === found.length ? known : undefined;
    },
  };
}
