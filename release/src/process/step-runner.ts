// The program between the engine and a tool. It outlives the engine: a tool whose parent is gone goes on, but nobody
// would learn how it ended (release-engine.md §3.1). Its order comes on standard input.
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskReserve } from '../durable/disk-full';
import { PRIVATE_FILE } from '../durable/files';
import { identify, thisProcess } from '../machine/process-identity';
import { Redactor } from '../secrets/redactor';
import { OutputCopy, OutputLog } from './output-copy';
import { StepFiles, type StepEnd, type StepOrder } from './step-files';

/** How often new output is looked for. */
const POLL_MILLISECONDS = 50;

/** More than the file that says how the tool ended. */
const RESERVE_BYTES = 16 * 1024;

const order = JSON.parse(readFileSync(0, 'utf8')) as StepOrder;
const files = new StepFiles(order.directory);
const reserve = new DiskReserve(files.reserve, RESERVE_BYTES);
run();

function run(): void {
  // Without a word of how the tool ended nobody knows what it did: room for that is taken before it starts.
  reserve.hold();
  files.setProcesses({ runner: thisProcess(), tool: undefined });
  const redactor = new Redactor(order.secrets);
  const both = new OutputLog(files.output);
  const standard = new OutputLog(files.standardOutput);
  const copies = [
    new OutputCopy(openNameless(), redactor, [both, standard]),
    new OutputCopy(openNameless(), redactor, [both]),
  ] as const;
  const [program, ...words] = order.command;
  const child = spawn(program, words, {
    cwd: order.cwd,
    env: order.environment,
    shell: false,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', copies[0].descriptor, copies[1].descriptor],
  });
  const tool = child.pid === undefined ? undefined : identify(child.pid);
  files.setProcesses({ runner: thisProcess(), tool });
  const timer = setInterval(() => copies.forEach((copy) => copy.advance()), POLL_MILLISECONDS);
  const finish = (end: StepEnd): void => {
    clearInterval(timer);
    copies.forEach((copy) => copy.finish());
    [both, standard].forEach((log) => log.finish());
    reserve.spend(() => files.setEnd(end));
    reserve.release();
  };
  child.once('error', (error) => finish({ code: null, signal: null, error: error.message }));
  child.once('exit', (code, signal) => finish({ code, signal, error: null }));
}

/**
 * A file without a name. A tool that writes to a pipe dies when nobody reads it any more; a tool that writes to a file
 * goes on when this program is killed, and what it prints, secrets too, is under no name on the disk.
 */
function openNameless(): number {
  const directory = mkdtempSync(join(tmpdir(), 'immutable-output-'));
  const path = join(directory, 'output');
  const descriptor = openSync(path, 'ax+', PRIVATE_FILE);
  unlinkSync(path);
  rmdirSync(directory);
  return descriptor;
}
