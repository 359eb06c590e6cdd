import type { EnvironmentLock } from '../lock/environment-lock';
import type { LockHolder } from '../lock/holder';
import { UnreachableError } from './git';
import { openSharedLedger, type SharedPlace } from './open';
import type { SharedLedger } from './shared-ledger';

export type Joined =
  | {
      readonly kind: 'joined';
      /** Undefined: the ledger is kept on this machine. */
      readonly share: SharedLedger | undefined;
      readonly stolenFrom: LockHolder | undefined;
      /** For people: what coming together did. Undefined: nothing worth telling. */
      readonly text: string | undefined;
    }
  | { readonly kind: 'held'; readonly holder: LockHolder | 'damaged'; readonly needsTakeOver: boolean }
  | {
      readonly kind: 'offline';
      readonly share: SharedLedger | undefined;
      readonly problem: string;
      /** The claim that an earlier process took for this run was never given back. */
      readonly hasClaim: boolean;
    };

/**
 * Takes an environment in the team, once its lock is held here. Records of others come here, what waits is delivered.
 *
 * @param environment undefined for a run without one: what it writes is shared with nobody
 * @throws LogDamagedError, SharedLedgerDamagedError, LockLostError
 */
export function joinTeam(place: SharedPlace, environment: string | undefined, lock: EnvironmentLock): Joined {
  let share: SharedLedger | undefined;
  try {
    share = environment === undefined ? undefined : openSharedLedger(place, environment);
    if (!share) return { kind: 'joined', share, stolenFrom: undefined, text: undefined };
    const result = share.claim(lock, lock.holder);
    if (result.kind === 'held') return result;
    const { received, rebased, restored, stolenFrom } = result;
    const parts = [
      received > 0 ? `${count(received)} of others came here` : '',
      rebased > 0 ? `${count(rebased)} from here now stand behind them` : '',
      restored > 0 ? `${count(restored)} that \`${share.remote}\` had lost were given back` : '',
    ].filter((part) => part !== '');
    return { kind: 'joined', share, stolenFrom, text: parts.length > 0 ? `${parts.join('; ')}.` : undefined };
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    const hasClaim = share?.notes.claim?.run === lock.holder.run;
    return { kind: 'offline', share, problem: error.message, hasClaim };
  }
}

/** What a person must know when a protected environment refuses to go on alone. */
export function describeOffline(environment: string, problem: string, queued: number): string {
  const waiting = queued === 0 ? '' : ` ${count(queued)} ${queued === 1 ? 'waits' : 'wait'} here to be delivered.`;
  return `${problem}.${waiting} ${environment} is protected: nothing starts before the team can see it. Mend the connection, then run \`immutable-infra sync-ledger ${environment}\``;
}

function count(records: number): string {
  return `${records} ${records === 1 ? 'record' : 'records'}`;
}
