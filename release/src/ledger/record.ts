import type { JsonObject } from '../durable/canonical-json';

/** What a ledger tells: releases, images, and facts about them (release-engine.md §3.6). */
export const RECORD_TYPES = [
  'image',
  'release',
  'attempt',
  'retired',
  'drift',
  'note',
  'gone',
  'anchor',
  'lock.stolen',
] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

/** A record as a run hands it over. The log adds its number, the time and the hash. */
export interface LedgerRecord extends JsonObject {
  readonly type: RecordType;
  /** Of the run that writes it. */
  readonly run: string;
}
