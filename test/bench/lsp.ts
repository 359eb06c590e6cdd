/**
 * `npm run bench`, second part: a running language server over `--stdio`, as an editor uses it. What is measured is what
 * a person waits for: from the change to the diagnostics, with the protocol between.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import { mixedTree, SAMPLES, type Sample } from './generate';

const root = process.argv[2] ?? process.cwd();
const FOLDER = 'file:///bench';
const WARM = 30;
const ROUNDS = 60;

interface Server {
  readonly connection: ProtocolConnection;
  readonly pid: number;
  stop(): Promise<void>;
}

async function start(): Promise<Server> {
  const child = spawn(process.execPath, [join(root, 'dist/server.node.js'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    workspaceFolders: [{ uri: FOLDER, name: 'bench' }],
    capabilities: {
      textDocument: {
        diagnostic: {},
        codeAction: {
          codeActionLiteralSupport: { codeActionKind: { valueSet: [] } },
          dataSupport: true,
          resolveSupport: { properties: ['edit'] },
        },
      },
      workspace: { workspaceEdit: { documentChanges: true } },
    },
  });
  await connection.sendNotification('initialized', {});
  return {
    connection,
    pid: child.pid ?? 0,
    stop: async () => {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      connection.dispose();
    },
  };
}

async function open(connection: ProtocolConnection, uri: string, languageId: string, text: string): Promise<void> {
  await connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
}

async function pull(connection: ProtocolConnection, uri: string): Promise<readonly Diagnostic[]> {
  const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
    textDocument: { uri },
  });
  return report.kind === 'full' ? report.items : [];
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

/** CPU time that a process has used, in ms; on a machine that is busy with other things it says more than the clock. */
function cpuTime(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // utime and stime, in hundredths of a second (proc(5)).
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Types one character after the other into the middle of a file, and asks for code actions. */
async function typing(sample: Sample): Promise<Record<string, string | number>> {
  const server = await start();
  const { connection } = server;
  const uri = `${FOLDER}/${sample.path}`;
  const text = sample.make(2000);
  const line = Math.floor(text.split('\n').length / 2);
  await open(connection, uri, 'plaintext', text);
  const opened = await timed(() => pull(connection, uri));
  let version = 1;
  const keystroke = async (): Promise<number> => {
    version++;
    const at = { line, character: 0 };
    // A comment in every language that has one; the text is a new one in each round.
    const added = version % 2 === 0 ? '#' : '';
    const removed = { start: at, end: { line, character: version % 2 === 0 ? 0 : 1 } };
    return timed(async () => {
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ range: removed, text: added }],
      });
      await pull(connection, uri);
    });
  };
  const first = await keystroke();
  for (let round = 0; round < WARM; round++) await keystroke();
  const times: number[] = [];
  const used = cpuTime(server.pid);
  for (let round = 0; round < ROUNDS; round++) times.push(await keystroke());
  const cpu = (cpuTime(server.pid) - used) / ROUNDS;
  const found = await pull(connection, uri);
  const range = found[Math.floor(found.length / 2)]?.range ?? {
    start: { line, character: 0 },
    end: { line, character: 0 },
  };
  const actions: number[] = [];
  for (let round = 0; round < WARM + ROUNDS; round++) {
    const params = { textDocument: { uri }, range, context: { diagnostics: [] } };
    const time = await timed(() => connection.sendRequest('textDocument/codeAction', params));
    if (round >= WARM) actions.push(time);
  }
  await server.stop();
  return {
    language: sample.language,
    findings: found.length,
    'open → diagnostics': opened.toFixed(2),
    'first keystroke': first.toFixed(2),
    'keystroke p50': quantile(times, 0.5),
    'keystroke p95': quantile(times, 0.95),
    'CPU a keystroke': cpu.toFixed(2),
    'code action p50': quantile(actions, 0.5),
    'code action p95': quantile(actions, 0.95),
  };
}

/** Memory of a server with many documents open, all of them linted. */
async function memory(count: number): Promise<Record<string, string | number>> {
  const server = await start();
  const { connection, pid } = server;
  const files = mixedTree(count);
  for (const file of files) await open(connection, `${FOLDER}/${file.path}`, 'plaintext', file.text);
  const began = performance.now();
  for (const file of files) await pull(connection, `${FOLDER}/${file.path}`);
  const seconds = (performance.now() - began) / 1000;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const resident = Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
  await server.stop();
  return { documents: files.length, 'all linted in s': seconds.toFixed(2), 'RSS MB': Math.round(resident) };
}

async function main(): Promise<void> {
  console.log(
    `A running language server, files of 2,000 lines, one document a server. Times in milliseconds, protocol included, after ${WARM} keystrokes.`,
  );
  const rows: Record<string, string | number>[] = [];
  for (const sample of SAMPLES) rows.push(await typing(sample));
  console.table(rows);
  if (process.platform === 'linux') console.table([await memory(200)]);
}

await main();
