import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { nodeDigestResolver } from './node-digests';
import { NodeFiles } from './node-files';
import { rulePage } from './node-pages';
import type { Runtime } from './runtime';
import { startServer } from './server';

declare const IMMUTABLE_INFRA_PACKAGE: { readonly version: string } | undefined;

/** The package's own directory: the bundle lies in `dist`. */
const PACKAGE = join(__dirname, '..');

const version = typeof IMMUTABLE_INFRA_PACKAGE === 'undefined' ? '0.0.0' : IMMUTABLE_INFRA_PACKAGE.version;

const runtime: Runtime = {
  version,
  localFiles: new NodeFiles(),
  yield: () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
  readDoc: (rule) => rulePage(PACKAGE, rule)?.text,
  docUri: (rule) => {
    const page = rulePage(PACKAGE, rule);
    return page && pathToFileURL(page.file).href;
  },
  now: () => new Date(),
  createDigestResolver: (host) => nodeDigestResolver(host, version),
};

// One request that fails must not take the documents of the others along.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
});

// Without an argument that names a transport (`--stdio`, `--node-ipc`, …) the connection cannot be made: editors that
// leave it out mean standard input and output.
const named = process.argv.some((word) => /^--(stdio|node-ipc|socket|pipe)\b/.test(word));
startServer(
  named
    ? createConnection(ProposedFeatures.all)
    : createConnection(ProposedFeatures.all, process.stdin, process.stdout),
  runtime,
);
