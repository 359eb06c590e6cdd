import type { CancellationToken } from 'vscode-languageserver';

/** Thrown when nobody waits for the result any more. */
export class Cancelled extends Error {
  constructor() {
    super('Nobody waits for this result any more.');
  }
}

/**
 * Lints run one after the other, and between two of them messages are heard: a change, a cancellation, a request that
 * is answered from what is known.
 */
export class Turns {
  private tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly pause: () => Promise<void>) {}

  /**
   * Runs something when it is its turn.
   *
   * @throws Cancelled when the token says so before or after
   */
  take<Result>(run: () => Result, token: CancellationToken | undefined): Promise<Result> {
    const turn = this.tail.then(async () => {
      if (token?.isCancellationRequested) throw new Cancelled();
      await this.pause();
      if (token?.isCancellationRequested) throw new Cancelled();
      const result = run();
      return result;
    });
    this.tail = turn.catch(() => undefined);
    return turn;
  }
}
