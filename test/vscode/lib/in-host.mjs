// Runs a Mocha suite inside the extension host of a real VS Code: its server and a headless browser.
import { launchBrowser, remoteUri, workbenchAddress } from './browser.mjs';
import { QUIET_SETTINGS } from './quiet-settings.mjs';
import { startServer } from './server.mjs';

/** What the server's log says when the extension host ended by itself: the page reports 0 all the same. */
const DIED = /Extension Host Process exited with code: (?!0,)[^\n]*|Unknown reconnection token \(seen before\)/;

/**
 * @param {object} options
 * @param {object} options.editor what `ensureEditor` returned
 * @param {string} options.browser path of the browser
 * @param {string} options.directory for the server's state
 * @param {string} options.extension folder of the extension under development
 * @param {string} options.suite the bundled suite
 * @param {string | undefined} options.workspace
 * @param {object} [options.settings]
 * @param {NodeJS.ProcessEnv} [options.environment]
 * @param {number} options.limit ms
 * @returns {Promise<string | undefined>} what went wrong beside failing tests, which the suite's own report tells
 */
export async function runInHost(options) {
  const settings = { ...QUIET_SETTINGS, ...options.settings };
  const server = await startServer({ ...options, settings, isDriven: true });
  let browser;
  try {
    browser = await launchBrowser(options.browser);
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    const ended = new Promise((resolve) => {
      void page.exposeFunction('codeAutomationExit', (code) => resolve(code));
    });
    await page.exposeFunction('codeAutomationLog', (type, args) => printLog(type, args));
    const payload = [
      ['extensionDevelopmentPath', remoteUri(server, options.extension)],
      ['extensionTestsPath', remoteUri(server, options.suite)],
    ];
    await page.goto(workbenchAddress(server, options.workspace, payload));
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve('late'), options.limit);
    });
    const code = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (code === 'late') {
      await page.screenshot({ path: `${options.directory}/late.png` }).catch(() => undefined);
      return `the suite did not end within ${options.limit / 1000} seconds (picture and log: ${options.directory})`;
    }
    const died = DIED.exec(server.log());
    if (died) return `the extension host ended by itself: ${died[0]}`;
    return code === 0 ? undefined : `the suite ended with ${code}`;
  } finally {
    await browser?.close();
    await server.stop();
  }
}

/** Shows what the suite prints; the workbench's own messages only when they are asked for. */
function printLog(type, args) {
  const [first, ...rest] = args;
  if (typeof first !== 'string') return;
  const isOwn = first.startsWith('%c[Extension Host]');
  if (!isOwn && process.env.VSCODE_TEST_VERBOSE === undefined) return;
  const words = rest.filter((word) => typeof word !== 'string' || !/^color:/.test(word));
  const text = isOwn ? words.map(String).join(' ') : [first, ...words.map(String)].join(' ');
  if (isOwn && !/^\s*(?:✔|✖|\d+\)|[A-Z]|at |\+|-|Error)/.test(text) && process.env.VSCODE_TEST_VERBOSE === undefined)
    return;
  (type === 'error' ? console.error : console.log)(text);
}
