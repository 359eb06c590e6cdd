import { PassThrough } from 'node:stream';
import { expect, it, vi } from 'vitest';
import type { LogOutputChannel, Uri } from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  Trace,
  TraceFormat,
} from 'vscode-languageserver-protocol/node';
import { connect } from '../../client/src/server/connect';
import { registryCredentials } from '../../server/src/lsp/protocol';

vi.mock('vscode', () => ({ extensions: {}, workspace: {} }));
vi.mock('vscode-languageclient', () => ({ CloseAction: {}, ErrorAction: {}, RevealOutputChannelOn: {}, State: {} }));
vi.mock('../../client/src/documents/middleware', () => ({ documentMiddleware: () => ({}) }));
vi.mock('../../client/src/neighbours', () => ({ neighbourMiddleware: () => ({}), findConfigNeighbours: () => ({}) }));

const SECRET = 'hun"ter\\2, "password';

/** The channel that the client traces to, with what arrives in the log behind it. */
async function traceChannel(): Promise<{ readonly channel: LogOutputChannel; readonly lines: string[] }> {
  const lines: string[] = [];
  const log = Object.freeze({ logLevel: 1, trace: (text: string) => lines.push(text) }) as unknown as LogOutputChannel;
  let options: LanguageClientOptions | undefined;
  const createClient = (_extension: Uri, given: LanguageClientOptions): Promise<BaseLanguageClient> => {
    options = given;
    return Promise.resolve({ onDidChangeState: () => undefined } as unknown as BaseLanguageClient);
  };
  const platform = { createClient } as unknown as Parameters<typeof connect>[0]['platform'];
  const parts = { platform, extension: {}, open: {}, log } as unknown as Parameters<typeof connect>[0];
  await connect(parts, { answers: () => undefined, ended: () => undefined });
  // As the library chooses it.
  const channel = (options?.traceOutputChannel ?? options?.outputChannel) as LogOutputChannel;
  return { channel, lines };
}

it.each([TraceFormat.Text, TraceFormat.JSON])('no password is in a trace (%s)', async (traceFormat) => {
  const { channel, lines } = await traceChannel();
  const [up, down] = [new PassThrough(), new PassThrough()];
  const connectionOf = (from: PassThrough, to: PassThrough): ReturnType<typeof createProtocolConnection> =>
    createProtocolConnection(new StreamMessageReader(from), new StreamMessageWriter(to));
  const [client, server] = [connectionOf(up, down), connectionOf(down, up)];
  client.onRequest(registryCredentials.method, () => ({ username: 'jo', password: SECRET }));
  // As the client library logs it (`trace`, `traceObject`).
  const log = (message: unknown, data?: string): void => {
    const text =
      typeof message === 'string' ? `${message}${data === undefined ? '' : `\n${data}`}` : JSON.stringify(message);
    channel.trace(text);
  };
  await client.trace(
    Trace.Verbose,
    { log },
    {
      sendNotification: false,
      traceFormat,
    },
  );
  client.listen();
  server.listen();
  try {
    expect(await server.sendRequest(registryCredentials.method, { registry: 'r.example' })).toEqual({
      username: 'jo',
      password: SECRET,
    });
    const text = lines.join('\n');
    expect(text).toContain(registryCredentials.method);
    expect(text).toContain('"password":');
    expect(text).not.toContain('hun');
    expect(text).not.toContain('2, ');
    expect(channel.logLevel).toBe(1);
  } finally {
    client.dispose();
    server.dispose();
  }
});
