import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chain, GENESIS, lineOf, type ChainedLine } from '../../../release/src/durable/chain';
import { checkChain } from '../../../release/src/durable/chained-reader';
import { mergeChains, type Merged, type Seen } from '../../../release/src/shared-ledger/merge';

function extend(lines: readonly ChainedLine[], ...ids: readonly string[]): ChainedLine[] {
  const all = [...lines];
  for (const id of ids) {
    const { body, hash } = chain(all.at(-1)?.hash ?? GENESIS, { type: 'note', run: 'r', id, seq: all.length + 1 });
    all.push({ body, hash });
  }
  return all;
}

function idsOf(lines: readonly ChainedLine[]): string[] {
  return lines.map(({ body }) => (JSON.parse(body) as { id: string }).id);
}

function seenAt(lines: readonly ChainedLine[], seq = lines.length): Seen | undefined {
  const line = lines[seq - 1];
  return line && { seq, hash: line.hash };
}

function merged(...words: Parameters<typeof mergeChains>): Merged {
  const result = mergeChains(...words);
  if (result.kind !== 'merged') throw new Error(`contradiction at ${result.seq} (${result.kind})`);
  return result;
}

function isChain(lines: readonly ChainedLine[]): boolean {
  const { damage, lines: checked } = checkChain(lines.map((line) => `${lineOf(line)}\n`).join(''));
  const seqs = checked.map(({ body }) => (JSON.parse(body) as { seq: number }).seq);
  return damage === undefined && seqs.every((seq, index) => seq === index + 1);
}

describe('two chains', () => {
  const common = extend([], 'a', 'b');

  it('where one continues the other become the longer one', () => {
    const longer = extend(common, 'c', 'd');
    expect(merged(common, longer, seenAt(common))).toMatchObject({ lines: longer, queued: 0, received: 2, rebased: 0 });
    expect(merged(longer, common, seenAt(common))).toMatchObject({ lines: longer, queued: 2, received: 0, rebased: 0 });
  });

  it('that both went on become one: what waits here goes behind what the team has, with its old hash', () => {
    const here = extend(common, 'mine', 'mine too');
    const result = merged(here, extend(common, 'theirs'), seenAt(common));
    expect(idsOf(result.lines)).toEqual(['a', 'b', 'theirs', 'mine', 'mine too']);
    expect(result).toMatchObject({ queued: 2, rebased: 2, received: 1 });
    expect(isChain(result.lines)).toBe(true);
    const [moved] = result.lines.slice(3);
    expect(JSON.parse(moved?.body ?? '')).toMatchObject({ rebased: here[2]?.hash, seq: 4 });
  });

  it('of which the team lost its end: this clone gives it back', () => {
    const here = extend(common, 'c');
    expect(merged(here, common, seenAt(here))).toMatchObject({ lines: here, queued: 1, restored: 1 });
    expect(merged(here, [], seenAt(here))).toMatchObject({ lines: here, queued: 3, restored: 3 });
  });

  it('of which this clone lost all: the team gives it back', () => {
    const team = extend(common, 'c');
    expect(merged([], team, seenAt(team))).toMatchObject({ lines: team, queued: 0, received: 3 });
  });

  it('that say different things about what was delivered contradict each other: the first such record is named', () => {
    const here = extend(common, 'c', 'd');
    const written = extend(extend([], 'a'), 'B', 'c', 'd', 'e');
    expect(mergeChains(here, written, seenAt(here))).toEqual({ kind: 'team', seq: 2 });
    expect(mergeChains(written, here, seenAt(here))).toEqual({ kind: 'here', seq: 2 });
    // Restored from a backup, and then somebody else went on.
    expect(mergeChains(here, extend(common, 'x', 'y', 'z'), seenAt(here))).toEqual({ kind: 'team', seq: 3 });
  });

  it('random interleavings of clones fold into one chain, in which every record stands once', () => {
    const step = fc.record({
      clone: fc.nat(3),
      what: fc.constantFrom('write', 'write', 'exchange', 'exchange', 'lost push', 'lost file'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let team: readonly ChainedLine[] = [];
        const clones = Array.from({ length: 4 }, () => ({
          lines: [] as readonly ChainedLine[],
          seen: undefined as Seen | undefined,
        }));
        const acknowledged: string[] = [];
        const exchange = (clone: (typeof clones)[number], isPushed: boolean): void => {
          const result = merged(clone.lines, team, clone.seen);
          clone.lines = result.lines;
          clone.seen = seenAt(team);
          if (!isPushed) return;
          team = result.lines;
          clone.seen = seenAt(team);
        };
        for (const [index, { clone: number, what }] of steps.entries()) {
          const clone = clones[number];
          if (!clone) continue;
          if (what === 'write') {
            clone.lines = extend(clone.lines, `r${index}`);
            acknowledged.push(`r${index}`);
          } else if (what === 'lost file') {
            // A clone may lose what the team has; nothing else.
            if (clone.lines.length === clone.seen?.seq) clone.lines = clone.lines.slice(0, index % 3);
          } else exchange(clone, what === 'exchange');
        }
        for (const clone of [...clones, ...clones]) exchange(clone, true);
        expect(isChain(team)).toBe(true);
        expect(idsOf(team).sort()).toEqual(acknowledged.sort());
        expect(clones.map(({ lines }) => lines)).toEqual(clones.map(() => team));
      }),
      { seed: 46, numRuns: 400 },
    );
  });
});
