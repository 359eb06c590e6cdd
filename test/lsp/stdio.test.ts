import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  IPCMessageReader,
  IPCMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { LspClient, rangeOf } from '../support/lsp-client';

const ROOT = join(import.meta.dirname, '..', '..');
let directory = '';
let bundle = '';

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'immutable-lsp-'));
  bundle = join(directory, 'package', 'dist', 'server.node.js');
  await build({
    entryPoints: [join(ROOT, 'server/src/lsp/main.node.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    define: { IMMUTABLE_INFRA_PACKAGE: JSON.stringify({ version: '1.2.3' }) },
    logLevel: 'error',
  });
  const pages = join(directory, 'package', 'docs', 'rules', 'mutable-reference');
  mkdirSync(pages, { recursive: true });
  writeFileSync(join(pages, 'image-latest.md'), '# The page\n');
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function start(words: readonly string[]): Promise<{ client: LspClient; child: ChildProcess; folder: string }> {
  const folder = mkdtempSync(join(directory, 'work-'));
  const child = spawn(process.execPath, [bundle, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const client = await LspClient.connect(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin), {
    folders: [pathToFileURL(folder).href],
  });
  return { client, child, folder };
}

async function stop(client: LspClient, child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit') as Promise<[number | null]>;
  await client.connection.sendRequest('shutdown');
  await client.connection.sendNotification('exit');
  const [code] = await exit;
  client.connection.dispose();
  return code;
}

describe('the bundled server', () => {
  it.each([['--stdio'], []].map((words) => [words]))('speaks over standard input and output with %j', async (words) => {
    const { client, child, folder } = await start(words);
    expect(client.initialized?.serverInfo).toEqual({ name: 'immutable-infra', version: '1.2.3' });
    const uri = pathToFileURL(join(folder, 'Dockerfile')).href;
    const text = 'FROM node:latest\n';
    await client.open(uri, 'dockerfile', text);
    const [found] = await client.diagnostics(uri);
    expect(found).toMatchObject({ code: 'mutable-reference/image-latest', range: rangeOf(text, 'node:latest') });
    expect(found?.codeDescription?.href).toMatch(
      /^file:.*\/package\/docs\/rules\/mutable-reference\/image-latest\.md$/,
    );
    expect(await stop(client, child)).toBe(0);
  });

  it('reads what stands beside a document, and follows its changes', async () => {
    const { client, child, folder } = await start(['--stdio']);
    writeFileSync(join(folder, 'immutable.yaml'), 'lint:\n  rules:\n    mutable-reference/image-latest: off\n');
    const uri = pathToFileURL(join(folder, 'Dockerfile')).href;
    await client.open(uri, 'dockerfile', 'FROM node:latest\nUSER app\n');
    expect(await client.rules(uri)).not.toContain('mutable-reference/image-latest');
    writeFileSync(join(folder, 'immutable.yaml'), 'lint:\n  rules:\n    mutable-reference/image-latest: warning\n');
    await client.watched({ uri: pathToFileURL(join(folder, 'immutable.yaml')).href, type: 2 });
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).toContain('mutable-reference/image-latest');
    expect(await stop(client, child)).toBe(0);
  });

  it('speaks over the channel of Node, as VS Code starts it', async () => {
    const child = fork(bundle, ['--node-ipc'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    const folder = pathToFileURL(mkdtempSync(join(directory, 'work-'))).href;
    const client = await LspClient.connect(new IPCMessageReader(child), new IPCMessageWriter(child), {
      folders: [folder],
    });
    await client.open(`${folder}/Dockerfile`, 'dockerfile', 'FROM node:latest\n');
    expect(await client.rules(`${folder}/Dockerfile`)).toContain('mutable-reference/image-latest');
    expect(await stop(client, child)).toBe(0);
  });
});
