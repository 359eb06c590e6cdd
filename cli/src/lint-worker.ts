import type { MessagePort } from 'node:worker_threads';
import { summaryOf, type WorkerData, type WorkerRequest } from './lint-pool';
import { LintSession } from './session';

/** True when the data of a worker is that of one of ours. */
export function isWorkerData(data: unknown): data is WorkerData {
  return typeof data === 'object' && data !== null && 'immutableInfraWorker' in data;
}

/** Answers every request of the main thread, in order. */
export function serveWorker(port: MessagePort, data: WorkerData): void {
  const session = new LintSession(data.immutableInfraWorker);
  port.on('message', (request: WorkerRequest) => port.postMessage(answer(session, request)));
}

function answer(session: LintSession, request: WorkerRequest): unknown {
  switch (request.type) {
    case 'summarise':
      return request.candidates.map((candidate) => session.summarise(candidate));
    case 'lint':
      return request.candidates.map((candidate) => session.lint(candidate));
    case 'summaries':
      session.useSummaries(request.summaries);
      return undefined;
    case 'finish':
      return summaryOf(session, request.paths);
  }
}
