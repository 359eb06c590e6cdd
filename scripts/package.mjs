// `npm run package [-- FILE]`: packs the extension as a .vsix file that any VS Code installs.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The page with a picture of each command. Together they are as large as half the package, so they stay here. */
const PICTURE_PAGE = 'docs/delivery.md';
const PICTURE = /^!\[[^\]]*\]\(images\/delivery\/[^)]*\)\n\n?/gm;
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Packs what the set-up script built.
 *
 * @param {string} file where the package goes
 * @throws when it cannot be built, with what the tool said
 */
export function packageExtension(file) {
  const args = [
    join(root, 'node_modules/@vscode/vsce/vsce'),
    'package',
    // Everything is bundled.
    '--no-dependencies',
    // The repository has no public address yet, so links in the README stay relative.
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    file,
  ];
  const stage = mkdtempSync(join(tmpdir(), 'immutable-package-'));
  try {
    copyWhatIsPacked(stage);
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: stage, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The extension was not packed:\n${stdout}${stderr}`);
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** A copy, so that the packed page does not show pictures that are not in the package. */
function copyWhatIsPacked(stage) {
  const allowed = readFileSync(join(root, '.vscodeignore'), 'utf8').matchAll(/^!([^/*\n]+)/gm);
  const starts = [...allowed].map(([, start]) => start);
  for (const entry of readdirSync(root)) {
    if (entry === '.vscodeignore' || starts.some((start) => entry.startsWith(start)))
      cpSync(join(root, entry), join(stage, entry), { recursive: true });
  }
  const page = join(stage, PICTURE_PAGE);
  writeFileSync(page, readFileSync(page, 'utf8').replace(PICTURE, ''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // npm changes to the package's directory; the path is meant from where the user stands.
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), process.argv[2] ?? `${name}-${version}.vsix`);
  try {
    packageExtension(file);
    console.log(`${file} (${(statSync(file).size / 1024).toFixed(0)} KB)`);
    console.log(`Install it with: code --install-extension ${file}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
