import { Worker } from 'node:worker_threads';
import type { RuleMeta } from '../../server/src/core/rule';
import type { FileSummary } from '../../server/src/model/workspace-index';
import type { ConfigProblem } from '../../server/src/workspace/config-file';
import type { Candidate } from './discover';
import { HeapKeeper } from './heap';
import { LintSession, type LintOutcome, type SessionOptions, type SummaryOutcome } from './session';

/** Lints many files in two passes. Outcomes come in the order of the candidates, however the work is shared. */
export interface LintPool {
  summarise(candidates: readonly Candidate[], progress: Progress): Promise<readonly SummaryOutcome[]>;
  useSummaries(summaries: readonly FileSummary[]): void;
  lint(candidates: readonly Candidate[], progress: Progress): Promise<readonly LintOutcome[]>;
  /** What is wrong in the configurations, and the custom rules of the given directories' files. */
  finish(paths: readonly string[]): Promise<PoolSummary>;
  close(): Promise<void>;
}

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

/** Files of one directory share their module: neighbours stay together. */
const CHUNK = 32;

/** Megabytes for a thread's new objects, which die with their file; V8's own choice is 48. */
const YOUNG = 8;

/** All in this thread. */
export class LocalPool implements LintPool {
  private readonly session: LintSession;

  constructor(options: SessionOptions) {
    this.session = new LintSession(options);
  }

  summarise(candidates: readonly Candidate[], progress: Progress): Promise<readonly SummaryOutcome[]> {
    return oneByOne(candidates, progress, (candidate) => this.session.summarise(candidate));
  }

  useSummaries(summaries: readonly FileSummary[]): void {
    this.session.useSummaries(summaries);
  }

  lint(candidates: readonly Candidate[], progress: Progress): Promise<readonly LintOutcome[]> {
    return oneByOne(candidates, progress, (candidate) => this.session.lint(candidate));
  }

  finish(paths: readonly string[]): Promise<PoolSummary> {
    return Promise.resolve(summaryOf(this.session, paths));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** What a session knows at the end. */
export function summaryOf(session: LintSession, paths: readonly string[]): PoolSummary {
  const metas = new Map<string, RuleMeta>();
  for (const path of paths) for (const meta of session.customMetas(path)) metas.set(meta.id, meta);
  return { problems: session.problems(), customMetas: [...metas.values()] };
}

/** Gives the terminal a turn now and then. */
async function oneByOne<Item, Outcome>(
  items: readonly Item[],
  progress: Progress,
  work: (item: Item) => Outcome,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const heap = new HeapKeeper();
  for (const [index, item] of items.entries()) {
    outcomes.push(work(item));
    progress(1);
    if (index % CHUNK !== CHUNK - 1) continue;
    heap.check();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return outcomes;
}

/** Work shared among threads. Each thread asks for the next chunk when it is done with one. */
export class ThreadPool implements LintPool {
  private readonly threads: Thread[];
  /** Which thread has seen a file: it still knows its syntax. */
  private readonly owners = new Map<string, Thread>();

  /** @param script the bundle, which enters itself as a worker */
  constructor(script: string, options: SessionOptions, count: number) {
    const workerData: WorkerData = { immutableInfraWorker: options };
    this.threads = Array.from(
      { length: count },
      () => new Thread(new Worker(script, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG } })),
    );
  }

  summarise(candidates: readonly Candidate[], progress: Progress): Promise<readonly SummaryOutcome[]> {
    return this.share<SummaryOutcome>('summarise', candidates, progress);
  }

  useSummaries(summaries: readonly FileSummary[]): void {
    // A thread that dies here says so at the next question.
    for (const thread of this.threads) thread.ask({ type: 'summaries', summaries }).catch(() => undefined);
  }

  lint(candidates: readonly Candidate[], progress: Progress): Promise<readonly LintOutcome[]> {
    return this.share<LintOutcome>('lint', candidates, progress);
  }

  async finish(paths: readonly string[]): Promise<PoolSummary> {
    const first = this.threads[0];
    const own = (await first?.ask({ type: 'finish', paths })) as PoolSummary | undefined;
    const others = await Promise.all(this.threads.slice(1).map((thread) => thread.ask({ type: 'finish', paths: [] })));
    const problems = [...(own?.problems ?? []), ...others.flatMap((other) => (other as PoolSummary).problems)];
    return { problems, customMetas: own?.customMetas ?? [] };
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private async share<Outcome>(
    type: 'summarise' | 'lint',
    candidates: readonly Candidate[],
    progress: Progress,
  ): Promise<readonly Outcome[]> {
    const chunks = chunksOf(candidates, (candidate) => this.owners.get(candidate.path));
    const open = new Set(chunks.keys());
    const done: (readonly Outcome[])[] = [];
    await Promise.all(
      this.threads.map(async (thread) => {
        for (let mine = this.pick(open, chunks, thread); mine !== undefined; mine = this.pick(open, chunks, thread)) {
          open.delete(mine);
          const chunk = chunks[mine] ?? [];
          for (const { path } of chunk) this.owners.set(path, thread);
          done[mine] = (await thread.ask({ type, candidates: chunk })) as readonly Outcome[];
          progress(chunk.length);
        }
      }),
    );
    return done.flat();
  }

  /** The next chunk of a thread: one that it has seen before, or that nobody has, or else one of another thread. */
  private pick(
    open: ReadonlySet<number>,
    chunks: readonly (readonly Candidate[])[],
    thread: Thread,
  ): number | undefined {
    let last: number | undefined;
    for (const index of open) {
      const owner = this.owners.get(chunks[index]?.[0]?.path ?? '');
      if (owner === undefined || owner === thread) return index;
      last = index;
    }
    return last;
  }
}

/** Neighbours in pieces that one thread takes at once; a piece has one owner. */
function chunksOf(
  candidates: readonly Candidate[],
  ownerOf: (candidate: Candidate) => Thread | undefined,
): Candidate[][] {
  const chunks: Candidate[][] = [];
  let owner: Thread | undefined;
  for (const candidate of candidates) {
    const last = chunks.at(-1);
    const own = ownerOf(candidate);
    if (last && last.length < CHUNK && own === owner) last.push(candidate);
    else chunks.push([candidate]);
    owner = own;
  }
  return chunks;
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
