import { readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AbstractMessageReader, AbstractMessageWriter, type DataCallback, type Message } from 'vscode-jsonrpc';
import { explainRule } from '../../server/src/lsp/protocol';
import { LspClient } from '../support/lsp-client';

const ROOT = join(import.meta.dirname, '..', '..');
let directory = '';
let bundle = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'immutable-web-'));
  const outfile = join(directory, 'server.web.js');
  await build({
    entryPoints: [join(ROOT, 'server/src/lsp/main.web.ts')],
    outfile,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    mainFields: ['module', 'main'],
    define: {
      IMMUTABLE_INFRA_PACKAGE: JSON.stringify({ version: '1.2.3' }),
      IMMUTABLE_INFRA_PAGES: JSON.stringify({ 'mutable-reference/image-latest': '# The page\n' }),
    },
    logLevel: 'error',
  });
  bundle = readFileSync(outfile, 'utf8');
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

class PortReader extends AbstractMessageReader {
  constructor(private readonly port: MessagePort) {
    super();
  }

  listen(callback: DataCallback): { dispose(): void } {
    this.port.on('message', (message: Message) => callback(message));
    return { dispose: () => undefined };
  }
}

class PortWriter extends AbstractMessageWriter {
  constructor(private readonly port: MessagePort) {
    super();
  }

  write(message: Message): Promise<void> {
    this.port.postMessage(message);
    return Promise.resolve();
  }

  end(): void {
    return;
  }
}

describe('the server for the browser', () => {
  it('runs as a classic script that has nothing of Node, and asks the client for files', async () => {
    const { port1, port2 } = new MessageChannel();
    const worker = {
      onmessage: undefined as ((event: { data: unknown }) => void) | undefined,
      addEventListener: () => undefined,
      postMessage: (message: unknown) => port2.postMessage(message),
    };
    port2.on('message', (data: unknown) => worker.onmessage?.({ data }));
    const channels: MessageChannel[] = [];
    // What a worker has, and nothing else: no `process`, no `require`, no `Buffer`.
    runInNewContext(bundle, {
      self: worker,
      MessageChannel: function create(): MessageChannel {
        const channel = new MessageChannel();
        channels.push(channel);
        return channel;
      },
      ...{ setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask, performance, console },
      ...{ TextEncoder, TextDecoder, URL, AbortController, crypto },
    });
    const root = 'vscode-vfs://github/acme/shop';
    const client = await LspClient.connect(new PortReader(port1), new PortWriter(port1), {
      folders: [root],
      remote: { [`${root}/immutable.yaml`]: 'lint:\n  rules:\n    mutable-reference/image-latest: info\n' },
      options: { fileSystem: true },
    });
    expect(client.initialized?.serverInfo?.version).toBe('1.2.3');
    const uri = `${root}/Dockerfile`;
    await client.open(uri, 'dockerfile', 'FROM node:latest\n');
    const found = (await client.diagnostics(uri)).find(({ code }) => code === 'mutable-reference/image-latest');
    expect(found?.severity).toBe(3);
    expect(found?.codeDescription).toBeUndefined();
    expect((await client.send(explainRule, { rule: 'mutable-reference/image-latest' }))?.markdown).toBe('# The page\n');
    await client.stop();
    for (const port of [port1, port2, ...channels.flatMap((channel) => [channel.port1, channel.port2])]) port.close();
  });
});
