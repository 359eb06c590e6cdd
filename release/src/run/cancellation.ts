import { RunStoppedError } from './context';

/**
 * Whether a run is asked to stop. What has begun must be brought to a known end all the same: while that is done the
 * request is not seen (release-engine.md §3.8).
 */
export class Cancellation {
  private readonly controller = new AbortController();
  private readonly never = new AbortController().signal;
  private settling = 0;

  /** As steps see it: not aborted while something is brought to its end. */
  get signal(): AbortSignal {
    return this.settling > 0 ? this.never : this.controller.signal;
  }

  /** As the person gave it. */
  get request(): AbortSignal {
    return this.controller.signal;
  }

  cancel(by: string): void {
    this.controller.abort(new RunStoppedError('cancelled', `Cancelled by ${by}.`));
  }

  /** Does what must be done in spite of a cancel: finding out what happened, tidying up, a switch of the traffic. */
  async settle<Result>(work: () => Promise<Result>): Promise<Result> {
    this.settling++;
    try {
      return await work();
    } finally {
      this.settling--;
    }
  }
}
