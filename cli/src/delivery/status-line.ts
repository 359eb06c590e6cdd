import type { Io } from '../io';
import { printable } from '../terminal';

/** One line on a terminal that says what is done now, for commands that may take long. Elsewhere nothing is shown. */
export class StatusLine {
  private isDrawn = false;

  constructor(private readonly io: Io) {}

  show(text: string): void {
    if (!this.io.stderr.isTty) return;
    this.isDrawn = true;
    this.io.stderr.write(`\r\u001b[K${printable(text)} …`);
  }

  clear(): void {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    this.io.stderr.write('\r\u001b[K');
  }
}

/**
 * Runs something that Ctrl+C ends.
 *
 * @throws what it throws; the signal's reason when it was ended
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort(new InterruptedError());
  process.once('SIGINT', onInterrupt);
  try {
    return await work(abort.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Ctrl+C. */
export class InterruptedError extends Error {
  constructor() {
    super('interrupted');
    this.name = 'InterruptedError';
  }
}
