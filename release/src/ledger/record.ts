import type { JsonObject } from '../durable/canonical-json';

/** What a ledger tells: releases, images, and facts about them (release-engine.md §3.6). */
export const RECORD_TYPES = [
  'image',
  'release',
  'attempt',
  'retired',
  'drift',
  'adopted',
  'note',
  'gone',
  'anchor',
  'lock.stolen',
] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

/** A record as a run hands it over. The ledger adds its place, the time and the hash. */
export interface NewRecord extends JsonObject {
  readonly type: RecordType;
  /** Of the run that writes it. */
  readonly run: string;
}

/** A record in the ledger. */
export interface LedgerRecord extends NewRecord {
  readonly v: 1;
  /** From 1, without gaps. Order is this, never time. */
  readonly seq: number;
  /** Wall clock, ISO 8601, for people. */
  readonly t: string;
  /** Boot id and nanoseconds of the monotonic clock: shows a wall clock that was set back. */
  readonly mono: string;
  /** Set when the wall clock stood before the previous record's. */
  readonly clockSkew?: boolean;
}
