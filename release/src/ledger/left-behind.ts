import type { Leftovers } from '../bakers/packer/leftovers';
import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from './record';
import type { AttemptRecord } from './releases';

/** What a build left behind, as the ledger keeps it. */
export interface LeftByBuild extends Leftovers {
  readonly run: string;
  /** ISO 8601. */
  readonly t: string;
  readonly image: string;
}

/** A version that may still run and should not: it did not become live, or could not be ended. */
export interface LeftByDeploy {
  readonly why: 'not-live' | 'not-ended';
  readonly run: string;
  readonly id: string;
  readonly slot: string | null;
  /** Why it did not become live, or what of it is left. */
  readonly reason: string;
}

/** The record of what a build left behind; undefined when it left nothing. A finished image is an orphan (F08). */
export function noteOfLeftovers(run: string, image: string, left: Leftovers): LedgerRecord | undefined {
  const { orphans, files, made } = left;
  if (orphans.length + files.length + made.length === 0) return undefined;
  return { type: 'note', run, what: orphans.length > 0 ? 'orphan-image' : 'left-behind', image, orphans, files, made };
}

/** What builds left behind, oldest first. Whether it is still there, the ledger does not know. */
export function leftByBuilds(view: LogView<LedgerRecord>): readonly LeftByBuild[] {
  return view
    .records()
    .filter(({ type, what }) => type === 'note' && (what === 'orphan-image' || what === 'left-behind'))
    .map((record) => ({
      run: record.run,
      t: record.t,
      image: typeof record['image'] === 'string' ? record['image'] : '',
      orphans: textsOf(record['orphans']),
      files: filesOf(record['files']),
      made: textsOf(record['made']),
    }));
}

/** Versions that did not become live or could not be ended, the last one of each slot: nobody replaced them since. */
export function leftByDeploys(view: LogView<LedgerRecord>): readonly LeftByDeploy[] {
  const last = new Map<string | null, LeftByDeploy>();
  for (const record of view.records()) {
    const slot = typeof record['slot'] === 'string' ? record['slot'] : null;
    if (record.type === 'release') {
      // Without slots it took the place of everything; with them, of what its own slot held.
      last.delete(slot);
      last.delete(null);
    }
    if (record.type === 'retired') {
      last.delete(slot);
      const rest = textsOf(record['left']);
      const id = typeof record['release'] === 'string' ? record['release'] : '';
      if (rest.length > 0) last.set(slot, { why: 'not-ended', run: record.run, id, slot, reason: rest.join(', ') });
    }
    if (record.type === 'attempt') {
      const { run, id, reason } = record as unknown as AttemptRecord;
      last.set(slot, { why: 'not-live', run, id, slot, reason });
    }
  }
  return [...last.values()];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function filesOf(value: unknown): Leftovers['files'] {
  return Array.isArray(value) ? (value as Leftovers['files']) : [];
}
