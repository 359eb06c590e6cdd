import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createConnection,
  ProposedFeatures,
} from 'vscode-languageserver/browser';
import type { Runtime } from './runtime';
import { startServer } from './server';

declare const IMMUTABLE_INFRA_PACKAGE: { readonly version: string } | undefined;

/** The pages of the rules by id: a worker cannot read the package. */
declare const IMMUTABLE_INFRA_PAGES: Readonly<Record<string, string>> | undefined;

/** The worker itself. */
declare const self: ConstructorParameters<typeof BrowserMessageReader>[0];

/** As browsers have it; Node's own type differs. */
declare const MessageChannel: new () => {
  readonly port1: { postMessage(message: null): void };
  readonly port2: { onmessage: (() => void) | null };
};

const pages = new Map(Object.entries(typeof IMMUTABLE_INFRA_PAGES === 'undefined' ? {} : IMMUTABLE_INFRA_PAGES));

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port2.onmessage = () => waiting.shift()?.();

const runtime: Runtime = {
  version: typeof IMMUTABLE_INFRA_PACKAGE === 'undefined' ? '0.0.0' : IMMUTABLE_INFRA_PACKAGE.version,
  // A timer of a worker waits four milliseconds once it is nested; a message does not.
  yield: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port1.postMessage(null);
    }),
  readDoc: (rule) => pages.get(rule),
  docUri: () => undefined,
  now: () => new Date(),
};

startServer(
  createConnection(ProposedFeatures.all, new BrowserMessageReader(self), new BrowserMessageWriter(self)),
  runtime,
);
