// Installs a real VS Code (server, web workbench and extension host) out of npm's code-server package, once a machine.
// `node test/vscode/host.mjs` installs it and prints where it lies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from '../../scripts/system-packages.mjs';

const source = join(dirname(fileURLToPath(import.meta.url)), 'host');
const MANIFEST = ['package.json', 'package-lock.json', '.npmrc'];
/** The Git extension loads this native module, which would have to be compiled; Node's own copying does here. */
const STAND_IN = 'fs-copyfile.cjs';
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Why the editor cannot run on this machine: a suite that needs it is skipped with this reason. */
export class MissingPrerequisite extends Error {}

/**
 * The editor, installed when it is not there yet.
 *
 * @returns the folder of VS Code's server, the Node that runs it, and its version
 * @throws MissingPrerequisite when it cannot be installed here
 */
export function ensureEditor() {
  const directory = cacheDirectory();
  if (!existsSync(join(directory, '.complete'))) install(directory);
  const vscode = join(directory, 'node_modules/code-server/lib/vscode');
  const { version } = JSON.parse(readFileSync(join(vscode, 'package.json'), 'utf8'));
  return { vscode, version, node: findNode(directory) };
}

/**
 * The path of a Chromium or Chrome, installed by apt where that is possible.
 *
 * @throws MissingPrerequisite when there is none
 */
export function ensureBrowser() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new MissingPrerequisite(`CHROMIUM names ${named}, which does not exist`);
  }
  const find = () => BROWSERS.find((path) => existsSync(path));
  if (find() === undefined) ensurePackages(['chromium']);
  const found = find();
  if (found === undefined)
    throw new MissingPrerequisite('no Chromium: `apt-get install chromium`, or set CHROMIUM to the path of one');
  return found;
}

/** The lock file names the folder: another version is another folder, and an old one stays usable. */
function cacheDirectory() {
  const key = createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .update(readFileSync(join(source, STAND_IN)))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
    .slice(0, 16);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(process.env.VSCODE_TEST_HOST_CACHE ?? join(cache, 'vscode-test-host'), key);
}

/** Installs aside and renames: an install that is interrupted, or that runs twice, leaves no half editor behind. */
function install(directory) {
  console.log(`Installing VS Code for the tests in ${directory} …`);
  mkdirSync(dirname(directory), { recursive: true });
  const temporary = mkdtempSync(join(dirname(directory), 'new-'));
  try {
    for (const name of MANIFEST) cpSync(join(source, name), join(temporary, name));
    // No install script may run: code-server's own would fetch 400 MB of packages that nothing here needs.
    const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: temporary,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: withoutNpmSettings(process.env),
      // npm is a script of the shell on Windows; the arguments are fixed words.
      shell: process.platform === 'win32',
    });
    if (npm.status !== 0)
      throw new MissingPrerequisite(
        'npm could not install the editor (package code-server): is the registry reachable?',
      );
    const standIn = join(temporary, 'node_modules/@vscode/fs-copyfile');
    mkdirSync(standIn, { recursive: true });
    cpSync(join(source, STAND_IN), join(standIn, 'index.js'));
    // The packages that the server needs are dependencies of our own lock file, one level up.
    symlinkSync('../../..', join(temporary, 'node_modules/code-server/lib/vscode/node_modules'), 'junction');
    writeFileSync(join(temporary, '.complete'), '');
    renameSync(temporary, directory);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another process may have been faster.
    if (!existsSync(join(directory, '.complete'))) throw error;
  }
}

/** What `npm run` sets for its scripts would win over the host's own .npmrc. */
function withoutNpmSettings(environment) {
  const isSetting = (name) =>
    /^npm_(?:config_(?!cache|registry|cafile|userconfig|globalconfig)|lifecycle|package)/i.test(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSetting(name)));
}

function findNode(directory) {
  const packaged = join(directory, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(packaged)) return packaged;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 15)) return process.execPath;
  throw new MissingPrerequisite(
    `VS Code's server needs Node 22.15 or newer, and no package brings one for ${process.platform}-${process.arch}`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log({ ...ensureEditor(), browser: ensureBrowser() });
}
