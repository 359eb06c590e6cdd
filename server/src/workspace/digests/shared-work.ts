import { cancelController, type CancelSignal } from './platform';

interface Job<Result> {
  readonly promise: Promise<Result>;
  readonly abort: () => void;
  waiting: number;
}

/** Does the same work once for all who ask for it at the same time. It is cancelled when nobody waits any more. */
export class SharedWork<Result> {
  private readonly jobs = new Map<string, Job<Result>>();

  /**
   * @param work must not reject
   * @param onCancelled what a caller gets whose signal fires first
   */
  run(
    key: string,
    signal: CancelSignal | undefined,
    work: (signal: CancelSignal) => Promise<Result>,
    onCancelled: Result,
  ): Promise<Result> {
    if (signal?.aborted) return Promise.resolve(onCancelled);
    const job = this.jobs.get(key) ?? this.start(key, work);
    job.waiting++;
    return new Promise((resolve) => {
      const leave = (): void => {
        signal?.removeEventListener('abort', leave);
        job.waiting--;
        if (job.waiting === 0) {
          if (this.jobs.get(key) === job) this.jobs.delete(key);
          job.abort();
        }
        resolve(onCancelled);
      };
      signal?.addEventListener('abort', leave);
      void job.promise.then((result) => {
        signal?.removeEventListener('abort', leave);
        resolve(result);
      });
    });
  }

  private start(key: string, work: (signal: CancelSignal) => Promise<Result>): Job<Result> {
    const controller = cancelController();
    const promise = work(controller.signal).finally(() => {
      if (this.jobs.get(key) === job) this.jobs.delete(key);
    });
    const job: Job<Result> = { promise, abort: () => controller.abort(), waiting: 0 };
    this.jobs.set(key, job);
    return job;
  }
}
