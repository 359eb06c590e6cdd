// Makes a fresh clone ready: installs packages when node_modules is not what package-lock.json says, and builds when a
// source is newer than the bundle. Does nothing when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const MINIMUM_NODE = 20;

if (Number(process.versions.node.split('.')[0]) < MINIMUM_NODE) {
  console.error(`Node ${MINIMUM_NODE} or newer is needed; this is ${process.version}.`);
  process.exit(1);
}
install();
build();

/** The stamp lies inside node_modules, so that it goes with it. */
function install() {
  const stamp = join(root, 'node_modules', '.immutable-infra-lock');
  const wanted = hashOf(['package-lock.json', 'package.json'].map((name) => readFileSync(join(root, name))));
  if (read(stamp) === wanted) return;
  if (isInstalled()) {
    writeFileSync(stamp, wanted);
    return;
  }
  console.log('Installing packages (npm ci) …');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, wanted);
}

/** True when npm itself installed exactly what the lock file says: its own record lists the same versions. */
function isInstalled() {
  const record = read(join(root, 'node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  const installed = JSON.parse(record).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || (entry.optional ?? false) || installed[path]?.version === entry.version,
  );
}

function build() {
  const bundle = join(root, 'dist', 'cli.js');
  const stamp = join(root, 'dist', '.sources');
  const sources = ['cli/src', 'server/src', 'client/src', 'release/src', 'docs/rules'].flatMap((path) =>
    filesBelow(join(root, path)),
  );
  const wanted = hashOf([
    ...['esbuild.mjs', 'package.json', 'package-lock.json'].map((name) => readFileSync(join(root, name))),
    ...sources.flatMap((file) => [file.slice(root.length), readFileSync(file)]),
  ]);
  if (existsSync(bundle) && read(stamp) === wanted) return;
  console.log('Building …');
  rmSync(stamp, { force: true });
  run(process.execPath, ['esbuild.mjs']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function run(program, args) {
  // npm is a script of the shell on Windows; the arguments are fixed words.
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32' && program === 'npm',
  });
  if (result.status === 0) return;
  console.error(`${program} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}.`);
  process.exit(result.status ?? 1);
}
