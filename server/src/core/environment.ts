/**
 * What a file is for, told from its path (rules.md §4.5). In `development` the families about access, state,
 * health and rollout are mere hints: prototypes and tests are legitimate exceptions.
 */
export type Environment = 'production' | 'development';

const TEST_DATA =
  /(^|\/)(testdata|test-data|test-?fixtures?|fixtures?|__fixtures__|golden|snapshots?|__snapshots__)\//i;

/** True for files that are input or expected output of a test: nobody runs what they name. */
export function isTestData(path: string): boolean {
  return TEST_DATA.test(path);
}

const TEST_CODE = /(^|\/)(tests?|testing|__tests__|e2e|acctest|[^/]+[-_]tests)\//i;

/** True for files of tests: what stands in for a secret there is known to everybody who can read the repository. */
export function isTestCode(path: string): boolean {
  return isTestData(path) || TEST_CODE.test(path);
}
