/** How often a server that ended by itself is started again. */
export const MAX_RESTARTS = 5;

/** Within this time, in ms. */
export const RESTART_WINDOW = 3 * 60_000;

/** Decides whether a server that crashed is started again: a bug must not become a loop. */
export class RestartPolicy {
  private readonly restarts: number[] = [];

  /** @param now the time in ms; tests set it */
  constructor(private readonly now: () => number) {}

  /** The server ended. @returns whether it may be started again */
  ended(): boolean {
    const time = this.now();
    while (this.restarts[0] !== undefined && time - this.restarts[0] > RESTART_WINDOW) this.restarts.shift();
    if (this.restarts.length >= MAX_RESTARTS) return false;
    this.restarts.push(time);
    return true;
  }

  /** The user starts it by hand: what was before no longer counts. */
  reset(): void {
    this.restarts.length = 0;
  }
}
