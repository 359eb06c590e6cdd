// `npm run test:electron`: the suite of the extension host in the desktop VS Code, which @vscode/test-electron downloads.
// `VSCODE_EXECUTABLE` names one that is there already.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { QUIET_SETTINGS } from './lib/quiet-settings.mjs';
import { readReport } from './report.mjs';
import { bundleHostSuite, makeWorkspace, root } from './suite.mjs';

const directory = mkdtempSync(join(tmpdir(), 'immutable-electron-'));
const report = join(directory, 'report.json');
const executable = process.env.VSCODE_EXECUTABLE;
let problem;
try {
  await runTests({
    ...(executable === undefined ? { version: 'stable' } : { vscodeExecutablePath: executable }),
    extensionDevelopmentPath: root,
    extensionTestsPath: await bundleHostSuite(),
    launchArgs: [
      makeWorkspace(directory, QUIET_SETTINGS).file,
      '--disable-extensions',
      '--disable-workspace-trust',
      `--user-data-dir=${join(directory, 'user-data')}`,
    ],
    extensionTestsEnv: { IMMUTABLE_TEST_REPORT: report },
  });
} catch (error) {
  problem = error instanceof Error ? error.message : String(error);
}
const { passed, failed, skipped, failures } = readReport(report, problem);
rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
for (const failure of failures) console.error(`\n✖ ${failure}`);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
