/** Few enough not to look like an attack, many enough to hide the round trips. */
const MAX_AT_ONCE = 4;

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
  /** Milliseconds since 1970 before which the host does not want to be asked. */
  closedUntil: number;
}

/** Lets a few requests at a time through to each host, and remembers which host asked to be left alone. */
export class HostGate {
  private readonly lanes = new Map<string, Lane>();

  /** Runs the work when the host has a free place. */
  async pass<Result>(host: string, work: () => Promise<Result>): Promise<Result> {
    const lane = this.lane(host);
    if (lane.running >= MAX_AT_ONCE) await new Promise<void>((free) => lane.waiting.push(free));
    else lane.running++;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody slips in between.
      const next = lane.waiting.shift();
      if (next) next();
      else lane.running--;
    }
  }

  close(host: string, until: number): void {
    const lane = this.lane(host);
    lane.closedUntil = Math.max(lane.closedUntil, until);
  }

  /** Milliseconds until the host may be asked again; 0 when it may now. */
  closedFor(host: string, now: number): number {
    return Math.max(0, (this.lanes.get(host)?.closedUntil ?? 0) - now);
  }

  private lane(host: string): Lane {
    const known = this.lanes.get(host);
    if (known) return known;
    const lane: Lane = { running: 0, waiting: [], closedUntil: 0 };
    this.lanes.set(host, lane);
    return lane;
  }
}
