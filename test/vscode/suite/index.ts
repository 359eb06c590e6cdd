import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** One test in the report. */
interface ReportedTest {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly error?: string | undefined;
}

/**
 * Entry point that VS Code calls in its extension host. Writes a report to the file that `IMMUTABLE_TEST_REPORT` names:
 * the exit code alone cannot be trusted, because a host that dies also ends with 0.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, slow: 5_000, color: false, reporter: 'min' });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // Loaded only now: `describe` is there from here on.
  await import('./all');
  const tests: ReportedTest[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => tests.push({ title: test.fullTitle(), state: 'passed' }));
    runner.on('pending', (test) => tests.push({ title: test.fullTitle(), state: 'skipped' }));
    runner.on('fail', (test, error: unknown) =>
      tests.push({ title: test.fullTitle(), state: 'failed', error: textOf(error) }),
    );
  });
  const file = process.env['IMMUTABLE_TEST_REPORT'];
  if (file !== undefined) writeFileSync(file, JSON.stringify({ tests }));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
