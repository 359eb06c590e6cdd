import { copyFileSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Fence } from '../durable/chained-log';
import { flushDirectory, makeDirectory, readIfThere } from '../durable/files';
import { Ledger } from '../ledger/ledger';
import { commonLength, mergeChains } from '../shared-ledger/merge';
import type { SharedLedger } from '../shared-ledger/shared-ledger';
import type { TeamState } from '../shared-ledger/team-ref';
import type { StateRoot } from '../state-root';
import { anchored, soundLines, type Acceptance, type Accepted } from './anchored';

export interface AcceptedDamage extends Accepted {
  /** Where the file lies as it was found; undefined when nothing here was damaged. */
  readonly kept: string | undefined;
}

/** Why a damage was not accepted. */
export class NotAcceptedError extends Error {}

/** The first record that is not as it was, here or in the team; undefined when all are. */
export function damagedSeq(environment: string, root: StateRoot, share: SharedLedger | undefined): number | undefined {
  const path = root.ledger(environment);
  return share ? seqIn(share.look(), path, share) : ownDamage(path);
}

/**
 * Accepts a damage by a person's word: the file as it was found is kept aside, and the ledger goes on with an `anchor`.
 *
 * @param fence the environment's lock, held
 * @throws NotAcceptedError when there is no such damage, or somebody acts; UnreachableError; LockLostError
 */
export function acceptDamage(
  environment: string,
  acceptance: Acceptance,
  root: StateRoot,
  share: SharedLedger | undefined,
  fence: Fence,
): AcceptedDamage {
  const path = root.ledger(environment);
  if (!share) {
    requireSeq(ownDamage(path), acceptance);
    const kept = keepAside(path, root);
    const result = anchored(Ledger.lines(path).lines, soundLines(readIfThere(path) ?? ''), acceptance, {
      kept: kept === undefined ? null : basename(kept),
    });
    Ledger.rewrite(path, result.lines, fence);
    return { ...result, kept };
  }
  let done: AcceptedDamage | undefined;
  const isReplaced = share.replace(fence, (state) => {
    requireSeq(seqIn(state, path, share), acceptance);
    const kept = done?.kept ?? keepAside(path, root);
    const others = [...soundLines(readIfThere(path) ?? ''), ...soundLines(state.damagedText ?? '')];
    const result = anchored(soundest(state, path), others, acceptance, {
      kept: kept === undefined ? null : basename(kept),
      team: state.commit ?? null,
    });
    done = { ...result, kept };
    return result.lines;
  });
  if (!isReplaced || !done) throw new NotAcceptedError(`Somebody acts on ${environment} now; wait for the end of it.`);
  return done;
}

function requireSeq(found: number | undefined, { seq }: Acceptance): void {
  if (found === seq) return;
  throw new NotAcceptedError(
    found === undefined
      ? 'There is no damage to accept: all records are as they were written.'
      : `The first damaged record is ${found}, not ${seq}. Look at \`immutable-infra verify-ledger\` again.`,
  );
}

/** A last line that was never finished is none: nobody was told that it is there. */
function ownDamage(path: string): number | undefined {
  const { damage, lines } = Ledger.lines(path);
  const isDamaged = damage !== undefined && (damage.kind !== 'torn' || lines.length < Ledger.acknowledged(path));
  return isDamaged ? damage.seq : undefined;
}

function seqIn({ chain }: TeamState, path: string, share: SharedLedger): number | undefined {
  const own = ownDamage(path);
  if (own !== undefined || chain.damage) return Math.min(own ?? Infinity, chain.damage?.seq ?? Infinity);
  const merged = mergeChains(Ledger.lines(path).lines, chain.lines, share.notes.seen);
  return merged.kind === 'merged' ? undefined : merged.seq;
}

/** The team's chain; this clone's where that one is damaged and this one goes on with what is sound of it. */
function soundest({ chain }: TeamState, path: string): Accepted['lines'] {
  const here = Ledger.lines(path).lines;
  const isContinued = commonLength(here, chain.lines) === chain.lines.length;
  return chain.damage && isContinued ? here : chain.lines;
}

function keepAside(path: string, root: StateRoot): string | undefined {
  if (!existsSync(path)) return undefined;
  makeDirectory(root.torn);
  const kept = join(root.torn, `${basename(path, '.jsonl')}-damaged-${Date.now()}-${process.pid}.jsonl`);
  copyFileSync(path, kept);
  flushDirectory(root.torn);
  return kept;
}
