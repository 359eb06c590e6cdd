// Runs VS Code's own server on the loopback interface.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 3_000;

/**
 * Starts a server whose whole state lies in one directory.
 *
 * @param {object} options
 * @param {{ vscode: string, node: string }} options.editor what `ensureEditor` returned
 * @param {string} options.directory where settings, extensions and the log go
 * @param {object} [options.settings] user settings
 * @param {boolean} [options.isDriven] read `extensionTestsPath` from the address; toasts are not shown then
 * @param {boolean} [options.trust] ask whether workspaces are trusted; off by default
 * @param {string} [options.token] who opens the address must know it; tests need none
 * @param {number} [options.port] a free one by default
 * @param {NodeJS.ProcessEnv} [options.environment] reaches the extension host
 * @param {number} [options.graceSeconds] how long the extension host of a window lives on that closed without saying so;
 *   VS Code's own hours by default
 * @returns its address, the id of its process, `log()` and `stop()`
 */
export async function startServer(options) {
  const {
    editor,
    directory,
    settings = {},
    isDriven = false,
    trust = false,
    environment = {},
    token,
    graceSeconds,
  } = options;
  const userData = join(directory, 'user-data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(settings, null, 2));
  const port = options.port ?? (await freePort());
  const logFile = join(directory, 'server.log');
  const log = openSync(logFile, 'a');
  const child = spawn(
    editor.node,
    [
      join(editor.vscode, 'out/server-main.js'),
      ...['--host', '127.0.0.1', '--port', String(port), '--accept-server-license-terms'],
      ...(token === undefined ? ['--without-connection-token'] : ['--connection-token', token]),
      ...['--user-data-dir', userData, '--server-data-dir', join(directory, 'server-data')],
      ...['--extensions-dir', join(directory, 'extensions'), '--telemetry-level', 'off'],
      ...(trust ? [] : ['--disable-workspace-trust']),
      ...(isDriven ? ['--enable-smoke-test-driver'] : []),
      ...(graceSeconds === undefined ? [] : ['--reconnection-grace-time', String(graceSeconds)]),
    ],
    {
      stdio: ['ignore', log, log],
      // A group of its own: stopping it ends the extension hosts too.
      detached: true,
      env: { ...process.env, ...environment },
    },
  );
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  const readLog = () => readFileSync(logFile, 'utf8');
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = () => stopGroup(child, exited);
  try {
    await Promise.race([
      answers(url),
      exited.then((code) => {
        throw new Error(`VS Code's server ended with ${code}:\n${readLog().slice(-2000)}`);
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, token, pid: child.pid, log: readLog, stop, exited };
}

/**
 * Installs a packed extension for a server that is started with the same directory.
 *
 * @throws with what the installer said
 */
export function installExtension(editor, directory, vsix) {
  const places = ['server-data', 'user-data', 'extensions'].flatMap((name) => [
    name === 'extensions' ? '--extensions-dir' : `--${name}-dir`,
    join(directory, name),
  ]);
  const { status, stderr, stdout } = spawnSync(
    editor.node,
    [
      join(editor.vscode, 'out/server-main.js'),
      '--accept-server-license-terms',
      ...places,
      '--install-extension',
      vsix,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the packed extension could not be installed:\n${stdout}${stderr}`);
}

async function answers(url) {
  const end = Date.now() + START_LIMIT_MS;
  while (Date.now() < end) {
    try {
      if ((await fetch(`${url}/version`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(50);
  }
  throw new Error(`VS Code's server did not answer on ${url} within ${START_LIMIT_MS / 1000} seconds`);
}

async function stopGroup(child, exited) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // Nothing of the group runs any more.
    }
  };
  signal('SIGTERM');
  await Promise.race([exited, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  signal('SIGKILL');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
