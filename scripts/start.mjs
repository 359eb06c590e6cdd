// `npm start [-- folder]`: opens an editor with the extension on the example infrastructure, or on a folder.
// `npm start -- --cli [paths]`: lints in the terminal only.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startInTerminal } from './start-cli.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const words = process.argv.slice(2);
const examples = join(root, 'examples');
const paths = words.filter((word) => word !== '--cli');
// npm changes to the package's directory; paths are meant from where the user stands.
const from = process.env.INIT_CWD ?? process.cwd();

if (words.includes('--cli')) process.exitCode = startInTerminal(root, paths, from);
else await openEditor(paths[0] === undefined ? examples : resolve(from, paths[0]));

async function openEditor(folder) {
  if (!existsSync(folder)) {
    console.error(`There is no folder ${folder}.`);
    process.exitCode = 1;
    return;
  }
  const code = process.env.IMMUTABLE_START_SERVER === '1' ? undefined : findOnPath(['code', 'code-insiders', 'codium']);
  if (code !== undefined) openDesktop(code, folder);
  else await openInBrowser(folder);
}

function openDesktop(code, folder) {
  console.log(`Opening ${folder} in ${code} with this extension …`);
  // The launcher is a script of the shell on Windows.
  const isScript = process.platform === 'win32';
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', folder];
  const { status, error } = spawnSync(
    isScript ? `"${code}"` : code,
    isScript ? args.map((word) => `"${word}"`) : args,
    {
      stdio: 'inherit',
      shell: isScript,
    },
  );
  if (error) console.error(`It did not start: ${error.message}`);
  process.exitCode = status ?? 1;
}

/** Where no VS Code is on the PATH: VS Code's own server, with the packed extension, on the loopback interface. */
async function openInBrowser(folder) {
  console.log('There is no VS Code on the PATH: starting its server instead.');
  const { ensureEditor } = await import('../test/vscode/host.mjs');
  const { installExtension, startServer } = await import('../test/vscode/lib/server.mjs');
  const { workbenchAddress } = await import('../test/vscode/lib/browser.mjs');
  const { packageExtension } = await import('./package.mjs');
  const directory = mkdtempSync(join(tmpdir(), 'immutable-start-'));
  let server;
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await server?.stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());
  try {
    const editor = ensureEditor();
    const vsix = join(directory, 'extension.vsix');
    packageExtension(vsix);
    installExtension(editor, directory, vsix);
    if (isStopping) return;
    const settings = {
      // The chat of the editor would take a third of the window from whoever came to see this extension.
      'chat.disableAIFeatures': true,
      'telemetry.telemetryLevel': 'off',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
      'workbench.startupEditor': 'none',
    };
    // Other people on this machine can reach the port, but do not know the token. A folder of the user's own is trusted
    // only when the user says so.
    const token = randomBytes(18).toString('hex');
    const trust = folder !== examples;
    server = await startServer({ editor, directory, settings, token, trust });
    console.log(
      `\nOpen this address in a browser on this machine:\n\n  ${workbenchAddress(server, folder)}\n\nCtrl+C ends it.`,
    );
    openAddress(workbenchAddress(server, folder));
    await server.exited;
  } catch (error) {
    console.error(`The editor did not start: ${error.message}\nLint in the terminal instead: npm start -- --cli`);
    process.exitCode = 1;
  } finally {
    await stop();
  }
}

/** Shows the address in the user's browser, where there is a desktop to show it on. */
function openAddress(address) {
  const isDesktop = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!isDesktop || !process.stdout.isTTY) return;
  const opener = { darwin: ['open'], win32: ['explorer.exe'] }[process.platform] ?? ['xdg-open'];
  const child = spawn(opener[0], [address], { stdio: 'ignore', detached: true });
  // The address is printed: no harm done.
  child.on('error', () => undefined);
  child.unref();
}

function findOnPath(names) {
  const ends = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const found = ends.map((end) => join(directory, name + end)).find((file) => existsSync(file));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
