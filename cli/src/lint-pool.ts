import { Worker } from 'node:worker_threads';
import type { RuleMeta } from '../../server/src/core/rule';
import { saysSomething, type FileSummary } from '../../server/src/model/workspace-index';
import type { ConfigProblem } from '../../server/src/workspace/config-file';
import type { Candidate } from './discover';
import { detached } from './detach';
import { LintSession, type LintOutcome, type SessionOptions, type SummaryOutcome } from './session';
import { piecesOf, Shares } from './shares';

export interface PoolSummary {
  readonly problems: readonly ConfigProblem[];
  readonly customMetas: readonly RuleMeta[];
}

/** Called with the number of files that were just done. */
export type Progress = (count: number) => void;

/** What a worker is asked. */
export type WorkerRequest =
  | { readonly type: 'summarise'; readonly candidates: readonly Candidate[] }
  | { readonly type: 'lint'; readonly candidates: readonly Candidate[] }
  | { readonly type: 'summaries'; readonly summaries: readonly FileSummary[] }
  | { readonly type: 'finish'; readonly paths: readonly string[] };

/** Marks the data of our own workers. */
export interface WorkerData {
  readonly immutableInfraWorker: SessionOptions;
}

/** Megabytes for a thread's new objects, which die with their file; V8's own choice is 48. */
const YOUNG = 12;

/** How long this thread works, in milliseconds, before it looks whether another one wants something. */
const TURN = 4;

/** How many pieces a thread is given ahead, so that it never waits for this one. */
const AHEAD = 2;

/**
 * Lints many files in two passes, on this thread and on others. Outcomes come in the order of the candidates, however
 * the work is shared.
 */
export class LintPool {
  private readonly session: LintSession;
  private readonly threads: readonly Thread[];

  /**
   * @param script the bundle, which enters itself as a worker
   * @param count of threads, this one included
   */
  constructor(script: string, options: SessionOptions, count: number) {
    const workerData: WorkerData = { immutableInfraWorker: options };
    this.threads = Array.from(
      { length: count - 1 },
      () => new Thread(new Worker(script, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG } })),
    );
    this.session = new LintSession(options);
  }

  summarise(candidates: readonly Candidate[], progress: Progress): Promise<readonly SummaryOutcome[]> {
    return this.share('summarise', candidates, progress, (candidate) => this.session.summarise(candidate));
  }

  useSummaries(summaries: readonly FileSummary[]): void {
    // A thread that dies here says so at the next question.
    const telling = summaries.filter(saysSomething);
    for (const thread of this.threads) thread.ask({ type: 'summaries', summaries: telling }).catch(() => undefined);
    this.session.useSummaries(telling);
  }

  lint(candidates: readonly Candidate[], progress: Progress): Promise<readonly LintOutcome[]> {
    return this.share('lint', candidates, progress, (candidate) => this.session.lint(candidate));
  }

  /** What is wrong in the configurations, and the custom rules of the given directories' files. */
  async finish(paths: readonly string[]): Promise<PoolSummary> {
    const own = summaryOf(this.session, paths);
    const others = await Promise.all(this.threads.map((thread) => thread.ask({ type: 'finish', paths: [] })));
    const problems = [...own.problems, ...others.flatMap((other) => (other as PoolSummary).problems)];
    return { problems, customMetas: own.customMetas };
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private async share<Outcome>(
    type: 'summarise' | 'lint',
    candidates: readonly Candidate[],
    progress: Progress,
    work: (candidate: Candidate) => Outcome,
  ): Promise<readonly Outcome[]> {
    const pieces = piecesOf(candidates);
    const shares = new Shares(pieces.length, this.threads.length + 1, type === 'lint');
    const done: (readonly Outcome[])[] = [];
    const elsewhere = async (thread: Thread, share: number): Promise<void> => {
      for (let mine = shares.take(share); mine !== undefined; mine = shares.take(share)) {
        const piece = pieces[mine] ?? [];
        done[mine] = (await thread.ask({ type, candidates: piece })) as readonly Outcome[];
        progress(piece.length);
      }
    };
    const here = async (): Promise<void> => {
      let turn = performance.now();
      for (let mine = shares.take(0); mine !== undefined; mine = shares.take(0)) {
        const outcomes: Outcome[] = [];
        for (const candidate of pieces[mine] ?? []) {
          outcomes.push(work(candidate));
          progress(1);
          if (performance.now() - turn < TURN) continue;
          await new Promise<void>((resolve) => setImmediate(resolve));
          turn = performance.now();
        }
        done[mine] = detached(outcomes);
      }
    };
    const others = this.threads.flatMap((thread, index) =>
      Array.from({ length: AHEAD }, () => elsewhere(thread, index + 1)),
    );
    await Promise.all([...others, here()]);
    return done.flat();
  }
}

/** What a session knows at the end. */
export function summaryOf(session: LintSession, paths: readonly string[]): PoolSummary {
  const metas = new Map<string, RuleMeta>();
  for (const path of paths) for (const meta of session.customMetas(path)) metas.set(meta.id, meta);
  return { problems: session.problems(), customMetas: [...metas.values()] };
}

/** One worker; answers come in the order of the questions. */
class Thread {
  private readonly waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  private failure: Error | undefined;

  constructor(private readonly worker: Worker) {
    worker.on('message', (answer) => this.waiting.shift()?.resolve(answer));
    worker.on('error', (error) => this.fail(error));
    worker.on('exit', (code) => {
      if (this.waiting.length > 0) this.fail(new Error(`A worker thread ended with code ${code}`));
    });
  }

  ask(request: WorkerRequest): Promise<unknown> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private fail(error: Error): void {
    this.failure = error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
