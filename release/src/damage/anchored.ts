import { chain, follow, GENESIS, looksLikeRecord, type ChainedLine, type Stamp } from '../durable/chain';
import type { JsonObject } from '../durable/canonical-json';
import { SYSTEM_CLOCKS, type Clocks } from '../durable/chained-log';
import { thisProcess } from '../machine/process-identity';
import { appended } from '../shared-ledger/merge';

/** A person's word for a damage. */
export interface Acceptance {
  /** The first record that is not as it was written: typed, so that somebody has read it. */
  readonly seq: number;
  readonly reason: string;
  readonly by: string;
}

/** What a ledger becomes when its damage is accepted. */
export interface Accepted {
  readonly lines: readonly ChainedLine[];
  /** How many records behind the damage still prove themselves, and were carried over. */
  readonly carried: number;
}

/**
 * A ledger that goes on after a damage: what is sound, an `anchor` with the reason, and behind it those records that
 * still prove themselves. A record that proves nothing is left out: whoever changed it decides no rollback.
 *
 * @param sound lines that the chain holds
 * @param others lines that may stand behind the damage, here or in the team
 * @param facts where the damaged bytes are kept
 */
export function anchored(
  sound: readonly ChainedLine[],
  others: readonly ChainedLine[],
  { seq, reason, by }: Acceptance,
  facts: JsonObject,
  clocks: Clocks = SYSTEM_CLOCKS,
): Accepted {
  const known = new Set(sound.flatMap(({ hash, body }) => [hash, rebasedOf(body)]));
  const carried = [...new Map(others.map((line) => [line.hash, line])).values()].filter(({ hash }) => !known.has(hash));
  const anchor: JsonObject & Stamp = {
    type: 'anchor',
    run: 'verify-ledger',
    accepted: seq,
    reason,
    by,
    carried: carried.length,
    ...facts,
    v: 1,
    seq: sound.length + 1,
    t: clocks.now().toISOString(),
    mono: `${thisProcess().boot}/${clocks.monotonic()}`,
  };
  const line = chain(sound.at(-1)?.hash ?? GENESIS, anchor);
  const before = [...sound, { body: line.body, hash: line.hash }];
  return { lines: [...before, ...appended(before, carried)], carried: carried.length };
}

/** Every line of a text that proves itself: its hash is right behind the record that has the number before its own. */
export function soundLines(text: string): readonly ChainedLine[] {
  const found = new Map<number, string[]>();
  for (const raw of text.replace(/^\uFEFF/, '').split('\n')) {
    const line = raw.replace(/\r$/, '');
    const seq = looksLikeRecord(line) ? seqOf(line) : undefined;
    if (seq !== undefined) found.set(seq, [...(found.get(seq) ?? []), line]);
  }
  return [...found.keys()]
    .sort((a, b) => a - b)
    .flatMap((seq) => {
      const before = seq === 1 ? [GENESIS] : (found.get(seq - 1) ?? []).map((line) => line.slice(-66, -2));
      for (const line of found.get(seq) ?? []) {
        const sound = before.map((hash) => follow(hash, line)).find((one) => one !== undefined);
        if (sound) return [sound];
      }
      return [];
    });
}

function seqOf(line: string): number | undefined {
  try {
    const { seq } = JSON.parse(line) as { seq?: unknown };
    return typeof seq === 'number' ? seq : undefined;
  } catch {
    return undefined;
  }
}

function rebasedOf(body: string): string {
  const { rebased } = JSON.parse(body) as { rebased?: unknown };
  return typeof rebased === 'string' ? rebased : '';
}
