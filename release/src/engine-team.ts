import { SYSTEM_CLOCKS, type Fence } from './durable/chained-log';
import type { LogView } from './durable/chained-reader';
import { Ledger } from './ledger/ledger';
import type { LedgerRecord } from './ledger/record';
import { LockLostError, type EnvironmentLock } from './lock/environment-lock';
import type { LockHolder } from './lock/holder';
import { RunStoppedError, type RunContext } from './run/context';
import type { RunEnd } from './run/deploy';
import { Journal } from './run/journal';
import { describeOffline, joinTeam } from './shared-ledger/join';
import { readLedger, type SharedPlace } from './shared-ledger/open';
import type { SharedLedger } from './shared-ledger/shared-ledger';

/** Whose run it is, and where. */
export interface TeamRun {
  readonly place: SharedPlace;
  readonly run: string;
  /** Name of the ledger. */
  readonly name: string;
  /** Undefined for a run without an environment: what it writes is shared with nobody. */
  readonly environment: { readonly name: string; readonly protected: boolean } | undefined;
  readonly lock: EnvironmentLock;
  readonly context: RunContext;
}

/** Somebody else in the team acts on the environment. */
export interface HeldInTeam {
  readonly kind: 'held';
  readonly holder: LockHolder | 'damaged';
  readonly needsTakeOver: boolean;
}

/** A run's part in the team, from its begin to its end. Without a team it is the lock of this machine and nothing else. */
export class TeamSession {
  readonly kind = 'entered';

  private constructor(
    private readonly own: TeamRun,
    readonly courier: SharedLedger | undefined,
    private readonly isOffline: boolean,
    /** Why the run must not start: a gate says it beside the others. */
    readonly refusal: string | undefined,
  ) {}

  /**
   * Takes the environment in the team. The lock is held.
   *
   * @param stolen tokens of dead holders that the lock was taken from
   * @throws LogDamagedError, SharedLedgerDamagedError, LockLostError; RunStoppedError when a run that had begun cannot
   * be resumed without the team
   */
  static enter(own: TeamRun, stolen: readonly string[]): TeamSession | HeldInTeam {
    const { place, environment, lock, context } = own;
    const joined = joinTeam(place, environment?.name, lock);
    if (joined.kind === 'held') return joined;
    const { share } = joined;
    if (share) share.onWaiting = (why) => context.tell({ type: 'warning', text: `${why}. The record waits here.` });
    const refusal = joined.kind === 'offline' ? refusalOf(own, joined, share?.queued ?? 0) : undefined;
    const session = new TeamSession(own, share, joined.kind === 'offline', refusal);
    const dead = joined.kind === 'joined' ? joined.stolenFrom?.token : undefined;
    for (const token of new Set([...stolen, ...(dead === undefined ? [] : [dead])])) session.noteStolen(token);
    if (joined.kind === 'joined' && joined.text !== undefined) context.tell({ type: 'warning', text: joined.text });
    return session;
  }

  /** Asked before every append, here and in the team. */
  get fence(): Fence {
    const { lock } = this.own;
    return {
      assertHeld: () => {
        lock.assertHeld();
        this.courier?.assertHeld();
      },
    };
  }

  /** Another environment, as the team has it. */
  readLedger(environment: string): LogView<LedgerRecord> {
    const { view, team } = readLedger(this.own.place, environment);
    if (team?.problem) this.own.context.tell({ type: 'warning', text: `${environment}: ${team.problem.text}` });
    return view;
  }

  /** Gives the environment back in the team, once the end is known. A run that is stuck keeps it. */
  leave({ outcome, text }: Pick<RunEnd, 'outcome' | 'text'>): void {
    this.courier?.leave(outcome === 'stuck' ? holdOf(text) : undefined);
  }

  /** Gives the lock back. The ledger is closed. */
  end({ outcome, text }: Pick<RunEnd, 'outcome' | 'text'>): void {
    const { lock } = this.own;
    if (outcome === 'stuck') return lock.keepAsHold(holdOf(text));
    if (this.isOffline) this.deliverLate();
    lock.release();
  }

  /** The remote may answer by now. What waits still is delivered by the next command that reaches it. */
  private deliverLate(): void {
    try {
      this.courier?.synchronize(this.own.lock);
    } catch (error) {
      if (error instanceof LockLostError) throw error;
    }
  }

  private noteStolen(token: string): void {
    const { place, name, run, lock } = this.own;
    const ledger = Ledger.open(place.root.ledger(name), place.root.torn, lock, SYSTEM_CLOCKS, this.courier);
    ledger.append({ type: 'lock.stolen', run, token, because: 'its holder had died' });
    ledger.close();
  }
}

/** A protected environment does not go on without the team, unless its claim is still this run's. */
function refusalOf(
  { environment, name, place, run, context }: TeamRun,
  { problem, hasClaim }: { readonly problem: string; readonly hasClaim: boolean },
  queued: number,
): string | undefined {
  if (environment?.protected !== true || hasClaim) {
    context.tell({ type: 'warning', text: `${problem}. Records wait here; others do not see this run.` });
    return undefined;
  }
  const refusal = describeOffline(name, problem, queued);
  // The gates of a run that had begun were passed before; without the claim somebody else may act now.
  if (Journal.read(place.root.run(run)).length > 0) throw new RunStoppedError('refused', refusal);
  return refusal;
}

function holdOf(text: string): string {
  return text.slice(0, 500);
}
