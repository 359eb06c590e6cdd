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
  const mocha = new Mocha({ ui: 'bdd', timeout: 90_000, slow: 5_000, color: false, reporter: 'min' });
  const only = process.env['VSCODE_TEST_ONLY'];
  if (only !== undefined) mocha.grep(only);
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // Loaded only now: `describe` is there from here on.
  await load(process.env['IMMUTABLE_TEST_WINDOW'] ?? 'workspace');
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

/** The tests for a window; what makes the windows is in `suite.mjs`. */
function load(window: string): Promise<unknown> {
  switch (window) {
    case 'workspace':
      return import('./all');
    case 'neighbours':
      return import('./windows/neighbours');
    case 'virtual':
      return import('./windows/virtual');
    case 'empty':
      return import('./windows/empty');
    case 'release':
      return import('./release/all');
    case 'release-containers':
      return import('./release/containers');
    case 'release-reattach':
      return import('./release/reattach');
    case 'release-untrusted':
      return import('./release/untrusted');
    default:
      throw new Error(`no tests for a window ${window}`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
