import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FILE } from '../durable/files';
import type { Redactor } from '../secrets/redactor';
import type { RunEvent } from './events';

export const EVENTS_FILE = 'events.jsonl';

/** Writes what viewers are told. Losing a line is no harm: the journal is the truth. */
export class EventLog {
  constructor(
    private readonly directory: string,
    private readonly redactor: Redactor,
  ) {}

  tell(event: RunEvent): void {
    const line = this.redactor.mask(JSON.stringify({ v: 1, t: new Date().toISOString(), ...event }));
    try {
      appendFileSync(join(this.directory, EVENTS_FILE), `${line}\n`, { mode: PRIVATE_FILE });
    } catch {
      // A full disk must not stop a run that is in the middle of something.
    }
  }
}
