// Starts a headless Chromium that shows the workbench.
import { chromium } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param {string} executablePath what `ensureBrowser` returned */
export function launchBrowser(executablePath) {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/**
 * The address that opens a folder, or an empty window.
 *
 * @param {{ url: string, token?: string }} server
 * @param {string | undefined} folder absolute path of a folder or of a `.code-workspace` file
 * @param {readonly (readonly [string, string])[]} payload what the workbench is told beside it
 */
export function workbenchAddress(server, folder, payload = []) {
  const query = new URLSearchParams();
  if (server.token !== undefined) query.set('tkn', server.token);
  if (folder === undefined) query.set('ew', 'true');
  else query.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', folder);
  query.set('payload', JSON.stringify([['skipWelcome', 'true'], ['skipReleaseNotes', 'true'], ...payload]));
  return `${server.url}/?${query}`;
}

/** A path of this machine as the workbench names it. */
export function remoteUri(server, path) {
  return `vscode-remote://${new URL(server.url).host}${path}`;
}
