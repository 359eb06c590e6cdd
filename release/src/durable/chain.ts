import * as crypto from 'node:crypto';
import { canonicalJson, type JsonObject } from './canonical-json';

/** What the log adds to every record. */
export interface Stamp {
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

/** The hash before the first record. */
export const GENESIS = '0';

const HASH_MEMBER = /,"h":"([0-9a-f]{64})"\}$/;

/** One line of a log; its hash holds all lines before it. */
export interface ChainedLine {
  readonly body: string;
  readonly hash: string;
}

/** The line of a record behind a given hash: the canonical record with its hash as the last member. */
export function chain(previous: string, record: JsonObject): ChainedLine & { readonly line: string } {
  const body = canonicalJson(record);
  const hash = hashOf(previous, body);
  return { body, hash, line: lineOf({ body, hash }) };
}

/** A line as it stands in the file, without its line feed. */
export function lineOf({ body, hash }: ChainedLine): string {
  return `${body.slice(0, -1)},"h":"${hash}"}`;
}

/** The body and hash of a line when it follows the given hash; undefined when it does not. */
export function follow(previous: string, line: string): ChainedLine | undefined {
  const written = HASH_MEMBER.exec(line);
  if (!written?.[1]) return undefined;
  const body = `${line.slice(0, written.index)}}`;
  return hashOf(previous, body) === written[1] ? { body, hash: written[1] } : undefined;
}

/** True for a line that looks like a record, whether or not its hash is right. */
export function looksLikeRecord(line: string): boolean {
  return line.startsWith('{') && HASH_MEMBER.test(line);
}

/** Twice as fast as an object for each hash. Node.js has it from 20.12. */
const { hash: hashAtOnce }: { readonly hash?: typeof crypto.hash } = crypto;

function hashOf(previous: string, body: string): string {
  const text = previous + body;
  return hashAtOnce?.('sha256', text) ?? crypto.createHash('sha256').update(text).digest('hex');
}
