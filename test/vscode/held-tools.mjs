// Real tools that wait where a test says so: a step can be cancelled only while it lasts.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Puts a program of the same name in front of each tool. While a file `WORD` lies in the folder that
 * IMMUTABLE_TEST_HOLD names, a call with that word writes `WORD.begun` and waits until the file is gone.
 *
 * @returns the environment that tools are found with
 */
export function holdTools(directory, names) {
  const programs = join(directory, 'held-tools');
  const held = join(directory, 'held');
  for (const folder of [programs, held]) mkdirSync(folder);
  for (const name of names) {
    const real = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    const file = join(programs, name);
    writeFileSync(
      file,
      `#!/bin/sh
for word; do
  while [ -e "$IMMUTABLE_TEST_HOLD/$word" ]; do
    : > "$IMMUTABLE_TEST_HOLD/$word.begun"
    sleep 0.1
  done
done
exec ${real} "$@"
`,
    );
    chmodSync(file, 0o755);
  }
  return {
    PATH: `${programs}${delimiter}${process.env.PATH}`,
    IMMUTABLE_TEST_HOLD: held,
    // Otherwise the editor asks a log-in shell for its environment, which sets PATH anew.
    VSCODE_CLI: '1',
  };
}
