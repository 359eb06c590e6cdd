// Runs the suites in a real VS Code: `node test/vscode/run.mjs [host] [browser] [web] [release]`. Prints the closing line.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBrowserSuite } from './browser/index.mjs';
import { MissingPrerequisite } from './host.mjs';
import { runReleaseSuite } from './release.mjs';
import { root, runHostSuite } from './suite.mjs';
import { runWebSuite } from './web.mjs';

const SUITES = { host: runHostSuite, browser: runBrowserSuite, web: runWebSuite, release: runReleaseSuite };

const wanted = process.argv.slice(2).filter((word) => word in SUITES);
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const [name, run] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const begun = Date.now();
  const result = await outcome(name, run);
  for (const { title, state } of result.tests)
    console.log(`${{ passed: '✔', failed: '✖', skipped: '-' }[state]} ${title}`);
  for (const failure of result.failures) console.error(`\n✖ ${failure}`);
  totals.passed += result.passed;
  totals.failed += result.failed;
  totals.skipped += result.skipped;
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  console.log(
    `VS Code (${name}): ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${seconds} s\n`,
  );
}
const results = join(root, 'test-results');
mkdirSync(results, { recursive: true });
writeFileSync(join(results, 'vscode.json'), JSON.stringify(totals));
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

async function outcome(name, run) {
  try {
    return await run();
  } catch (error) {
    const isMissing = error instanceof MissingPrerequisite;
    // A developer's machine may lack the editor; the gate may not.
    if (isMissing && process.env.CI !== 'true') {
      console.log(`Skipped the suite ${name}: ${error.message}.`);
      return { passed: 0, failed: 0, skipped: 1, failures: [], tests: [] };
    }
    const failure = isMissing
      ? `the suite ${name} needs more than there is: ${error.message}`
      : (error.stack ?? String(error));
    return { passed: 0, failed: 1, skipped: 0, failures: [failure], tests: [] };
  }
}
