import type { ChainedLine } from '../durable/chain';
import { LogDamagedError, type Fence } from '../durable/chained-log';
import { viewOfChain, type CheckedChain, type LogView } from '../durable/chained-reader';
import { Ledger, type Courier } from '../ledger/ledger';
import type { LedgerRecord } from '../ledger/record';
import { LockLostError } from '../lock/environment-lock';
import { livenessOfHolder, type LockHolder } from '../lock/holder';
import type { StateRoot } from '../state-root';
import { UnreachableError } from './git';
import { mergeChains, type Contradiction, type Merged } from './merge';
import { readNotes, writeNotes, type SharedNotes } from './notes';
import type { TeamRef, TeamState } from './team-ref';

/** So old may be what a run knows of its claim when it writes down what it does next. */
const CLAIM_MILLISECONDS = 10_000;
/** A remote that does not answer must not hold up a run. */
const QUICK_MILLISECONDS = 10_000;
/** After a remote did not answer, it is left alone for so long. */
const REST_MILLISECONDS = 30_000;
/** So often a push may lose against others, and be refused for no reason that can be seen. */
const LOST_PUSHES = 200;
const REFUSED_PUSHES = 6;

/** This clone's ledger and the team's contradict each other, or the team's is damaged. A person must decide. */
export class SharedLedgerDamagedError extends Error {
  constructor(
    readonly remote: string,
    readonly environment: string,
    readonly place: Contradiction,
  ) {
    const what =
      place.kind === 'team'
        ? `record ${place.seq} of ${environment} at \`${remote}\` is not what it was`
        : `record ${place.seq} of ${environment} here is not the one that the team has`;
    super(`${what}. Nothing was added. Look at \`immutable-infra verify-ledger ${environment}\`.`);
    this.name = 'SharedLedgerDamagedError';
  }
}

/** What bringing both together did. */
export type Synchronized = Pick<Merged, 'received' | 'rebased' | 'restored'> & {
  /** How many records were delivered. */
  readonly delivered: number;
};

export type ClaimResult =
  | ({
      readonly kind: 'claimed';
      /** A holder that had died, or that was taken over from: the ledger records it. */
      readonly stolenFrom: LockHolder | undefined;
    } & Synchronized)
  | { readonly kind: 'held'; readonly holder: LockHolder | 'damaged'; readonly needsTakeOver: boolean };

export interface TeamProblem {
  readonly kind: 'unreachable' | 'damaged';
  readonly text: string;
  /** The first record that is not as it was; undefined when the remote did not answer. */
  readonly seq: number | undefined;
}

/** What a reader is told, without any lock. */
export interface TeamReading {
  readonly view: LogView<LedgerRecord>;
  /** How many records wait here to be delivered. */
  readonly queued: number;
  readonly claim: LockHolder | 'damaged' | undefined;
  /** Why the team's part could not be read, or not be believed. */
  readonly problem: TeamProblem | undefined;
}

/**
 * The ledger of an environment that a team shares. What is written goes into this clone's file first, under its lock;
 * then it is delivered. Whoever acts on the environment holds the claim beside it, which is taken by the same
 * compare-and-swap, so that of several clones one acts (docs/decisions/008).
 */
export class SharedLedger implements Courier, Fence {
  private holder: LockHolder | undefined;
  private lostTo: LockHolder | 'damaged' | 'nobody' | undefined;
  private lastLook = 0;
  private restsUntil = 0;
  /** Why what is written waits; undefined when nothing does. */
  private waiting: string | undefined;
  /** Told when a record has to wait. */
  onWaiting: (why: string) => void = () => undefined;

  constructor(
    private readonly team: TeamRef,
    private readonly root: StateRoot,
  ) {}

  get remote(): string {
    return this.team.remote;
  }

  private get environment(): string {
    return this.team.environment;
  }

  private get path(): string {
    return this.root.ledger(this.environment);
  }

  /** What is known of the claim of an earlier process of this clone. */
  get notes(): SharedNotes {
    return readNotes(this.root.shared(this.environment));
  }

  /** How many records wait here, as far as can be told without asking the remote. */
  get queued(): number {
    return Math.max(0, Ledger.lines(this.path).lines.length - (this.notes.seen?.seq ?? 0));
  }

  /** Both together, in memory. Changes nothing but git objects, and needs no lock. */
  read(): TeamReading {
    const here = Ledger.lines(this.path);
    const alone = (problem: TeamProblem): TeamReading => ({
      view: viewOfChain(this.path, here),
      queued: this.queued,
      claim: undefined,
      problem,
    });
    try {
      const team = this.team.look();
      if (team.chain.damage) return alone(problemOf(this.damagedAt('team', team.chain.damage.seq)));
      const merged = mergeChains(here.lines, team.chain.lines, this.notes.seen);
      if (merged.kind !== 'merged') return alone(problemOf(this.damagedAt(merged.kind, merged.seq)));
      const isHereWhole = !here.damage || here.damage.kind === 'torn' || merged.queued === 0;
      const chain: CheckedChain = {
        lines: merged.lines,
        head: merged.lines.at(-1)?.hash ?? here.head,
        damage: isHereWhole ? undefined : here.damage,
      };
      return { view: viewOfChain(this.path, chain), queued: merged.queued, claim: team.claim, problem: undefined };
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      return alone({ kind: 'unreachable', text: error.message, seq: undefined });
    }
  }

  /**
   * Brings this clone's ledger and the team's together: what others wrote comes here, what waits here is delivered.
   * Nobody may have the ledger open.
   *
   * @throws UnreachableError, LogDamagedError, SharedLedgerDamagedError; LockLostError from the fence
   */
  synchronize(fence: Fence): Synchronized {
    return this.exchange((state) => {
      const { merged, summary } = this.received(state, fence);
      const isOver = this.isOwnLeftover(state);
      // While somebody else acts, nothing is written before him.
      const isFree = state.claim === undefined || isOver || this.isOwn(state);
      const change = isFree && (merged.queued > 0 || isOver) ? { lines: merged.lines } : undefined;
      return {
        change: change && { ...change, claim: this.holder, message: `${this.environment}: records` },
        result: { ...summary, delivered: change ? merged.queued : 0 },
      };
    });
  }

  /**
   * Puts what a person has accepted in the place of both ledgers. What the remote had stays in the history of its ref.
   *
   * @param decide what both become; undefined to leave everything as it is
   * @returns false when somebody acts on the environment now, or nothing was decided
   */
  replace(fence: Fence, decide: (state: TeamState) => readonly ChainedLine[] | undefined): boolean {
    return this.exchange((state) => {
      const lines = state.claim === undefined || this.isOwnLeftover(state) ? decide(state) : undefined;
      if (!lines) return { change: undefined, result: false };
      Ledger.rewrite(this.path, lines, fence);
      this.note({ seen: undefined });
      const message = `${this.environment}: a damage was accepted`;
      return { change: { lines, claim: undefined, message }, result: true };
    });
  }

  /** What the team has now. @throws UnreachableError */
  look(): TeamState {
    return this.team.look();
  }

  /**
   * Takes the environment for a run, in the team as a whole, and brings both ledgers together in the same move.
   *
   * @param holder of this clone's lock, which is held
   * @param takeOver token of a claim that a person decided to take over from, `damaged` for an unreadable one
   * @throws as `synchronize`
   */
  claim(fence: Fence, holder: LockHolder, takeOver?: string): ClaimResult {
    const result = this.exchange<ClaimResult>((state) => {
      const before = this.isOwnLeftover(state) ? undefined : state.claim;
      if (before !== undefined && !mayBeTaken(before, takeOver)) {
        const needsTakeOver = before === 'damaged' || livenessOfHolder(before) === 'unknown';
        return { change: undefined, result: { kind: 'held', holder: before, needsTakeOver } };
      }
      const { merged, summary } = this.received(state, fence);
      return {
        change: { lines: merged.lines, claim: holder, message: `${this.environment}: run ${holder.run}` },
        result: {
          kind: 'claimed',
          stolenFrom: before === 'damaged' ? undefined : before,
          ...summary,
          delivered: merged.queued,
        },
      };
    });
    if (result.kind === 'claimed') {
      this.holder = holder;
      this.lastLook = Date.now();
      this.note({ claim: { token: holder.token, run: holder.run, isOver: false } });
    }
    return result;
  }

  /** Delivers what this run has written. What cannot be delivered waits; a claim that is gone is told by the fence. */
  deliver(): void {
    if (!this.holder || this.lostTo !== undefined || performance.now() < this.restsUntil) return;
    this.tryDelivery(this.holder);
  }

  /**
   * Asked before every record: is the environment still this run's, in the team as well? A remote that does not answer
   * changes nothing, because nobody is given a claim that somebody holds.
   *
   * @throws LockLostError
   */
  assertHeld(): void {
    if (this.holder && this.lostTo === undefined && Date.now() - this.lastLook >= CLAIM_MILLISECONDS) this.lookAgain();
    if (this.lostTo === undefined) return;
    const by = this.lostTo === 'nobody' ? undefined : this.lostTo;
    throw new LockLostError(`${this.environment} at \`${this.remote}\``, by);
  }

  /**
   * Gives the claim back with everything that is left to deliver. The ledger is closed.
   *
   * @param hold why a person must look before anybody goes on; the claim then stays
   * @returns why records wait here; undefined when the team has them all
   */
  leave(hold?: string): string | undefined {
    const { holder } = this;
    if (!holder || this.lostTo !== undefined) return this.waiting;
    this.tryDelivery(hold === undefined ? undefined : { ...holder, hold });
    if (this.waiting === undefined) this.note({ claim: undefined });
    else this.note({ claim: { token: holder.token, run: holder.run, isOver: hold === undefined } });
    this.holder = undefined;
    return this.waiting;
  }

  private tryDelivery(claim: LockHolder | undefined): void {
    try {
      this.exchange((state) => {
        if (!this.isOwn(state)) {
          this.lostTo = state.claim ?? 'nobody';
          return { change: undefined, result: undefined };
        }
        const here = Ledger.lines(this.path);
        const merged = mergeChains(here.lines, state.chain.lines, this.notes.seen);
        // With the claim nobody else writes, so what is here continues what the team has.
        if (merged.kind !== 'merged') throw this.damagedAt(merged.kind, merged.seq);
        if (merged.rebased > 0) throw this.damagedAt('team', state.chain.lines.length);
        if (merged.queued === 0 && claim !== undefined && claim.hold === undefined) {
          return { change: undefined, result: undefined };
        }
        const message = `${this.environment}: ${claim ? 'records of' : 'end of'} run ${this.holder?.run ?? ''}`;
        return { change: { lines: merged.lines, claim, message }, result: undefined };
      });
      this.waiting = undefined;
      this.restsUntil = 0;
    } catch (error) {
      if (!(error instanceof UnreachableError) && !(error instanceof SharedLedgerDamagedError)) throw error;
      if (this.waiting === undefined) this.onWaiting(error.message);
      this.waiting = error.message;
      this.restsUntil = performance.now() + REST_MILLISECONDS;
    }
  }

  private lookAgain(): void {
    try {
      // A quick question; what has changed is read only when something has.
      this.team.commit(QUICK_MILLISECONDS);
      const state = this.team.look();
      if (!this.isOwn(state)) this.lostTo = state.claim ?? 'nobody';
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      this.restsUntil = performance.now() + REST_MILLISECONDS;
    }
    this.lastLook = Date.now();
  }

  /** Brings what others wrote into this clone's file. @throws as `synchronize` */
  private received(state: TeamState, fence: Fence): { merged: Merged; summary: Omit<Synchronized, 'delivered'> } {
    if (state.chain.damage) throw this.damagedAt('team', state.chain.damage.seq);
    const here = this.wholeLines(state, fence);
    const merged = mergeChains(here.lines, state.chain.lines, this.notes.seen);
    if (merged.kind !== 'merged') throw this.damagedAt(merged.kind, merged.seq);
    if (merged.received > 0 || here.damage) Ledger.rewrite(this.path, merged.lines, fence);
    this.noteSeen(state.chain);
    const { received, rebased, restored } = merged;
    return { merged, summary: { received, rebased, restored } };
  }

  /** This clone's lines. A file that was cut is mended when the team has all that is missing. */
  private wholeLines(state: TeamState, fence: Fence): CheckedChain {
    const here = Ledger.lines(this.path);
    if (!here.damage) return here;
    const team = state.chain.lines;
    const isBeginning = here.lines.every(({ hash }, index) => team[index]?.hash === hash);
    const isAllThere = isBeginning && team.length >= Ledger.acknowledged(this.path);
    if (here.damage.kind === 'short' && isAllThere) return here;
    if (here.damage.kind !== 'torn') throw new LogDamagedError(this.path, here.damage);
    // Saves the unfinished line, and cuts it off.
    Ledger.open(this.path, this.root.torn, fence).close();
    return Ledger.lines(this.path);
  }

  /** Looks, decides and pushes, again as long as somebody else is first. */
  private exchange<Result>(
    decide: (state: TeamState) => { readonly change: Change | undefined; readonly result: Result },
  ): Result {
    let refused = 0;
    for (let round = 0; round < LOST_PUSHES; round++) {
      const state = this.team.look();
      const { change, result } = decide(state);
      this.lastLook = Date.now();
      if (!change) return result;
      const problem = this.team.push(state, change);
      if (problem === undefined) {
        this.noteSeen({ lines: change.lines, head: '', damage: undefined });
        return result;
      }
      if (this.team.commit() !== state.commit) refused = 0;
      else if (++refused >= REFUSED_PUSHES) throw new UnreachableError(this.remote, problem);
      pause(10 + Math.random() * 40 * (1 + Math.min(round, 10)));
    }
    throw new UnreachableError(this.remote, 'others write faster than this clone');
  }

  private noteSeen({ lines }: CheckedChain): void {
    const hash = lines.at(-1)?.hash;
    if (hash !== undefined && this.notes.seen?.hash !== hash) this.note({ seen: { seq: lines.length, hash } });
  }

  private note(changes: SharedNotes): void {
    writeNotes(this.root.shared(this.environment), { ...this.notes, ...changes });
  }

  private isOwn({ claim }: TeamState): boolean {
    return claim !== undefined && claim !== 'damaged' && claim.token === this.holder?.token;
  }

  /** A claim of this clone whose run has ended when the remote did not answer. */
  private isOwnLeftover({ claim }: TeamState): boolean {
    const own = this.notes.claim;
    return own?.isOver === true && claim !== undefined && claim !== 'damaged' && claim.token === own.token;
  }

  private damagedAt(kind: Contradiction['kind'], seq: number): SharedLedgerDamagedError {
    return new SharedLedgerDamagedError(this.remote, this.environment, { kind, seq });
  }
}

function problemOf(error: SharedLedgerDamagedError): TeamProblem {
  return { kind: 'damaged', text: error.message, seq: error.place.seq };
}

type Change = Parameters<TeamRef['push']>[1];

function mayBeTaken(claim: LockHolder | 'damaged', takeOver: string | undefined): boolean {
  if (claim === 'damaged') return takeOver === 'damaged';
  return livenessOfHolder(claim) === 'dead' || claim.token === takeOver;
}

/** Blocks the thread, as git does. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
