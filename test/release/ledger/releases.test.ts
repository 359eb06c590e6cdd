import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chain, GENESIS } from '../../../release/src/durable/chain';
import type { JsonObject } from '../../../release/src/durable/canonical-json';
import { viewOf, type LogView } from '../../../release/src/durable/chained-reader';
import type { LedgerRecord } from '../../../release/src/ledger/record';
import { ReleaseHistory } from '../../../release/src/ledger/releases';

/** A ledger with these records, and how many of them were parsed. */
function ledgerOf(...records: readonly JsonObject[]): {
  readonly view: LogView<LedgerRecord>;
  readonly parsed: () => number;
} {
  let head = GENESIS;
  let text = '';
  records.forEach((record, index) => {
    const { line, hash } = chain(head, { v: 1, seq: index + 1, t: '', mono: '', run: 'r', ...record });
    text += `${line}\n`;
    head = hash;
  });
  const view = viewOf<LedgerRecord>('ledger', text);
  const seen = new Set<number>();
  return {
    view: {
      ...view,
      *newestFirst() {
        for (const record of view.newestFirst()) {
          seen.add(record.seq);
          yield record;
        }
      },
    },
    parsed: () => seen.size,
  };
}

const release = (id: string, more: JsonObject = {}): JsonObject => ({
  type: 'release',
  id,
  images: [{ name: 'web', id: `image of ${id}`, ref: `web@${id}` }],
  health: { verdict: 'healthy', samples: 1 },
  rolledBackFrom: null,
  rollbackOf: null,
  oneWay: false,
  ...more,
});
const attempt = (id: string, slot: string | null, serves?: boolean): JsonObject => ({
  type: 'attempt',
  id,
  slot,
  ...(serves === undefined ? {} : { serves }),
});

describe('the history of releases', () => {
  it('finds what is live from the end, and parses nothing before it', () => {
    const { view, parsed } = ledgerOf(release('a'), release('b'), { type: 'note' }, { type: 'note' });
    const history = new ReleaseHistory(view);
    expect(history.live()?.id).toBe('b');
    expect(history.displacing()).toBeUndefined();
    expect(parsed()).toBe(3);
    expect(history.releases().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(parsed()).toBe(4);
  });

  it('takes the last attempt after the live release that may have the traffic', () => {
    const displacing = (...records: readonly JsonObject[]): string | undefined =>
      new ReleaseHistory(ledgerOf(...records).view).displacing()?.id;
    expect(displacing(release('a'), attempt('x', null), attempt('y', 'green', true))).toBe('y');
    expect(displacing(release('a'), attempt('x', null), attempt('y', 'green'))).toBe('x');
    expect(displacing(release('a'), attempt('x', 'green', false))).toBeUndefined();
    expect(displacing(attempt('x', null), release('a'))).toBeUndefined();
    expect(displacing(attempt('x', null))).toBe('x');
  });

  it('goes back to the live release when something else may serve, then to those before it', () => {
    const ids = (...records: readonly JsonObject[]): readonly string[] =>
      new ReleaseHistory(ledgerOf(...records).view).waysBack().map(({ id }) => id);
    expect(ids(release('a'), release('b'), release('c'))).toEqual(['b', 'a']);
    expect(ids(release('a'), release('b'), attempt('x', null))).toEqual(['b', 'a']);
    expect(ids(release('a'), release('b'), release('c', { rolledBackFrom: 'b', rollbackOf: 'a' }))).toEqual(['a']);
  });
});

describe('the hash of a line', () => {
  it('is SHA-256 of the hash before it and its record, in UTF-8', () => {
    const first = chain(GENESIS, { name: 'Zoë' });
    const sha = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
    expect(first.hash).toBe(sha(`0{"name":"Zoë"}`));
    expect(chain(first.hash, {}).hash).toBe(sha(`${first.hash}{}`));
  });
});
