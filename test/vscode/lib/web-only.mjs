// Serves VS Code for the Web with one extension, and no VS Code process behind it: as on vscode.dev, extensions run in a
// web worker and files are in memory.
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
};

const CLIENT = 'dist/client.web.js';
const WORKBENCH = 'out/vs/code/browser/workbench';

/**
 * @param {object} options
 * @param {{ vscode: string }} options.editor what `ensureEditor` returned
 * @param {string} options.extension folder of the extension
 * @param {object} options.settings
 * @param {string} [options.prologue] runs before the extension's own script
 * @returns its address and `stop()`
 */
export async function serveWebOnly({ editor, extension, settings, prologue = '' }) {
  const script = localWorkbench(readFileSync(join(editor.vscode, WORKBENCH, 'workbench.js'), 'utf8'));
  const template = readFileSync(join(editor.vscode, WORKBENCH, 'workbench.html'), 'utf8');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (pathname === '/') {
      response.setHeader('Content-Type', TYPES['.html']);
      response.end(page(template, request.headers.host, settings));
    } else if (pathname === `/vscode/${WORKBENCH}/workbench.js`) {
      response.setHeader('Content-Type', TYPES['.js']);
      response.end(script);
    } else if (pathname === `/extension/${CLIENT}`) {
      response.setHeader('Content-Type', TYPES['.js']);
      response.end(prologue + readFileSync(join(extension, CLIENT), 'utf8'));
    } else if (pathname.startsWith('/vscode/')) sendFile(response, editor.vscode, pathname.slice('/vscode'.length));
    else sendFile(response, extension, pathname.startsWith('/extension/') ? pathname.slice('/extension'.length) : '');
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** code-server patched its workbench to be remote always. That is undone here, in memory. */
function localWorkbench(script) {
  const remote = ',remoteAuthority:location.host}';
  const home =
    /get userRoamingDataHome\(\)\{return \w+\((\w+)\.file\(this\.userDataPath\)\.with\(\{scheme:(\w+)\.vscodeRemote\}\),"User"\)\}/;
  if (!script.includes(remote) || !home.test(script))
    throw new Error('this version of code-server patches its workbench in another way: test/vscode/lib/web-only.mjs');
  return script
    .replace(remote, '}')
    .replace(
      home,
      (_, uri, schemes) =>
        `get userRoamingDataHome(){return ${uri}.file("/User").with({scheme:${schemes}.vscodeUserData})}`,
    );
}

function page(template, host, settings) {
  const configuration = {
    folderUri: { $mid: 1, scheme: 'tmp', path: '/workspace' },
    userDataPath: '/',
    enableWorkspaceTrust: false,
    isEnabledCoderGettingStarted: false,
    isEnabledFileDownloads: true,
    isEnabledFileUploads: true,
    _wrapWebWorkerExtHostInIframe: false,
    productConfiguration: { nameShort: 'Code', nameLong: 'Code', enableTelemetry: false },
    configurationDefaults: settings,
    developmentOptions: { extensions: [{ $mid: 1, scheme: 'http', authority: host, path: '/extension' }] },
  };
  const values = {
    WORKBENCH_WEB_CONFIGURATION: JSON.stringify(configuration).replaceAll('"', '&quot;'),
    WORKBENCH_WEB_BASE_URL: '/vscode',
    WORKBENCH_NLS_FALLBACK_URL: '/vscode/out/nls.messages.js',
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, key) => values[key] ?? '');
}

function sendFile(response, root, path) {
  const file = join(root, normalize(`/${decodeURIComponent(path)}`));
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.statusCode = 404;
    response.end();
    return;
  }
  response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).pipe(response);
}
