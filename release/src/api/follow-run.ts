import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { isEngineAlive } from '../engine-process';
import { EVENTS_FILE } from '../run/event-log';
import type { RunEvent } from '../run/events';
import { Journal } from '../run/journal';
import { progressOf, type RunProgress } from '../run/progress';

const POLL_MILLISECONDS = 100;

/** An engine says who it is within this time. */
const START_MILLISECONDS = 20_000;

/** How following a run ended. */
export interface FollowEnd {
  readonly progress: RunProgress;
  /** What the closing record says; undefined when the run is interrupted. */
  readonly text: string | undefined;
}

/**
 * Shows what a run tells until it ends or its engine is gone. Any number of viewers may follow a run, from its
 * beginning or later; aborting ends the following, not the run.
 */
export async function followRun(
  directory: string,
  onEvent: (event: RunEvent) => void,
  signal?: AbortSignal,
  from: 'start' | 'now' = 'start',
): Promise<FollowEnd> {
  const tail = new EventTail(join(directory, EVENTS_FILE));
  // What was told before an interruption, a question above all, is settled.
  if (from === 'now') tail.read();
  const deadline = performance.now() + START_MILLISECONDS;
  let wasAlive = false;
  let isEndTold = false;
  const tellNew = (): readonly RunEvent[] => {
    const events = tail.read();
    events.forEach(onEvent);
    isEndTold ||= events.some(({ type }) => type === 'closed');
    return events;
  };
  for (;;) {
    const isAlive = isEngineAlive(directory);
    wasAlive ||= isAlive;
    const events = tellNew();
    const entries = Journal.read(directory).records();
    const closed = entries.findLast((entry) => entry.type === 'run.closed');
    const isOver = closed !== undefined || (!isAlive && (wasAlive || performance.now() > deadline));
    const isRefused = !isAlive && entries.length === 0 && events.some(({ type }) => type === 'problem');
    if (isOver || isRefused) {
      tellNew();
      if (closed?.type !== 'run.closed') return { progress: progressOf(entries), text: undefined };
      // The journal comes first, and events may be lost: the end is told by whichever says it.
      if (!isEndTold) onEvent({ type: 'closed', outcome: closed.outcome, text: closed.reason });
      return { progress: progressOf(entries), text: closed.reason };
    }
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** Reads the whole lines that were added since it was asked last. */
class EventTail {
  private at = 0;
  private rest = '';
  private readonly decoder = new StringDecoder('utf8');

  constructor(private readonly path: string) {}

  read(): RunEvent[] {
    if (!existsSync(this.path)) return [];
    const descriptor = openSync(this.path, 'r');
    try {
      const bytes = Buffer.alloc(64 * 1024);
      for (;;) {
        const count = readSync(descriptor, bytes, 0, bytes.length, this.at);
        if (count === 0) break;
        this.at += count;
        this.rest += this.decoder.write(bytes.subarray(0, count));
      }
    } finally {
      closeSync(descriptor);
    }
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as RunEvent];
      } catch {
        // Events may be lossy.
        return [];
      }
    });
  }
}
