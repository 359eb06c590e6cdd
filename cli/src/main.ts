import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { isGateData, serveGate } from './lint-gate';
import { isWorkerData, serveWorker } from './lint-worker';
import { processIo } from './io';
import { runCommandLine, troubleExits } from './run';

if (!isMainThread && parentPort && isWorkerData(workerData)) {
  serveWorker(parentPort, workerData);
} else if (!isMainThread && parentPort && isGateData(workerData)) {
  void serveGate(parentPort, workerData);
} else {
  // Node would print the minified line of the bundle.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`immutable-infra: internal error, please report it.\n${error.stack ?? error.message}\n`);
    process.exitCode = troubleExits(process.argv.slice(2)).internal;
  });
  void runCommandLine(process.argv.slice(2), processIo()).then((code) => {
    process.exitCode = code;
  });
}
