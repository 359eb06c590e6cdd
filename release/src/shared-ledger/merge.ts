import { chain, GENESIS, type ChainedLine } from '../durable/chain';
import type { JsonObject } from '../durable/canonical-json';

/** The last record that this clone has seen in the team's ledger. */
export interface Seen {
  readonly seq: number;
  readonly hash: string;
}

export interface Merged {
  readonly kind: 'merged';
  /** The team's chain with the records that wait here behind it. */
  readonly lines: readonly ChainedLine[];
  /** How many of them, at the end, the team does not have yet. */
  readonly queued: number;
  /** How many of the queued ones got a new place: others had written before them. */
  readonly rebased: number;
  /** How many records of others are new here. */
  readonly received: number;
  /** How many records the team had once and has no more; they are queued again. */
  readonly restored: number;
}

/** One of the two is not what it was. */
export interface Contradiction {
  /** `team`: the team's ledger was written anew. `here`: this clone's ledger was. */
  readonly kind: 'team' | 'here';
  /** The first record that differs. */
  readonly seq: number;
}

/**
 * Brings this clone's chain and the team's together. The team's order counts: a record that waits here goes behind what
 * others have written meanwhile, with its content as it was and its old hash beside it. Nothing is ever dropped: a
 * clone that has more than the team, because the remote was restored from a backup, gives it back.
 *
 * @param here valid lines of this clone
 * @param team valid lines of the team
 * @param seen what this clone has seen there before
 */
export function mergeChains(
  here: readonly ChainedLine[],
  team: readonly ChainedLine[],
  seen: Seen | undefined,
): Merged | Contradiction {
  const common = commonLength(here, team);
  const known = seen?.seq ?? 0;
  const isTeamAsSeen = known === 0 || team[known - 1]?.hash === seen?.hash;
  const isTeamShortened = common === team.length;
  if (!isTeamAsSeen && !isTeamShortened) return { kind: 'team', seq: common + 1 };
  // What differs was never delivered, or this clone's file was written anew.
  if (common < Math.min(known, here.length) && !isTeamShortened) return { kind: 'here', seq: common + 1 };
  const waiting = here.slice(common);
  const moved = common === team.length ? waiting : appended(team, waiting);
  return {
    kind: 'merged',
    lines: [...team, ...moved],
    queued: moved.length,
    rebased: common === team.length ? 0 : moved.length,
    received: team.length - common,
    restored: Math.max(0, Math.min(known, here.length) - team.length),
  };
}

/** Records with a new place behind others. What they say stays; the hash that they had stands in them. */
export function appended(before: readonly ChainedLine[], records: readonly ChainedLine[]): readonly ChainedLine[] {
  let previous = before.at(-1)?.hash ?? GENESIS;
  return records.map((line, index) => {
    const record = JSON.parse(line.body) as JsonObject;
    const moved = { ...record, seq: before.length + index + 1, rebased: record['rebased'] ?? line.hash };
    const { hash, body } = chain(previous, moved);
    previous = hash;
    return { body, hash };
  });
}

/** A chain that is equal at one place is equal before it. */
export function commonLength(one: readonly ChainedLine[], other: readonly ChainedLine[]): number {
  let low = 0;
  let high = Math.min(one.length, other.length);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (one[middle - 1]?.hash === other[middle - 1]?.hash) low = middle;
    else high = middle - 1;
  }
  return low;
}
