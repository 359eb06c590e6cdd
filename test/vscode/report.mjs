// Reads what a suite wrote about itself.
import { existsSync, readFileSync } from 'node:fs';

/**
 * @param {string} file the report
 * @param {string | undefined} problem what went wrong beside it
 * @returns counts and failures; a suite without a passed test has failed, whatever its exit code says
 */
export function readReport(file, problem) {
  const tests = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).tests : [];
  const count = (state) => tests.filter((test) => test.state === state).length;
  const failures = tests.filter((test) => test.state === 'failed').map(({ title, error }) => `${title}\n${error}`);
  if (failures.length === 0 && problem !== undefined) failures.push(problem);
  if (failures.length === 0 && count('passed') === 0) failures.push('no test passed: the suite did not run');
  return { passed: count('passed'), failed: failures.length, skipped: count('skipped'), failures, tests };
}
