import { setTimeout as pause } from 'node:timers/promises';
import { heldBy, type Workspace } from '../../../release/src/api/start-run';
import { describeHolder, type LockHolder } from '../../../release/src/lock/holder';
import { readLedger } from '../../../release/src/shared-ledger/open';
import type { Io } from '../io';
import { interruptible } from './status-line';

const POLL_MILLISECONDS = 500;
/** The remote of a team is asked less often. */
const TEAM_POLL_MILLISECONDS = 5000;
const REMOTE_MILLISECONDS = 15_000;

/** Why a run cannot start now. */
interface Holding {
  readonly by: string;
  /** True when it does not end by itself. */
  readonly isForGood: boolean;
}

/**
 * Waits until nobody acts on an environment, here and in the team. Whoever waits has no place in a row: of several, one
 * is next.
 *
 * @returns false when waiting is in vain: a person must take the environment over first
 * @throws InterruptedError on Ctrl+C
 */
export function waitForTurn(workspace: Workspace, environment: string, io: Io): Promise<boolean> {
  let told: string | undefined;
  return interruptible(async (signal) => {
    for (;;) {
      const here = holdingHere(workspace, environment);
      const holding = here ?? holdingInTeam(workspace, environment);
      if (holding === undefined) return true;
      if (holding.isForGood) return false;
      if (holding.by !== told) {
        io.stderr.write(
          `${environment} is locked by ${holding.by}. Waiting for it to be free; Ctrl+C stops waiting.\n`,
        );
        told = holding.by;
      }
      await pause(here ? POLL_MILLISECONDS : TEAM_POLL_MILLISECONDS, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  });
}

function holdingHere({ root }: Workspace, environment: string): Holding | undefined {
  const held = heldBy(root, environment);
  return held && { by: nameOf(held.holder), isForGood: held.needsTakeOver };
}

/** Of another machine nobody can tell whether it still works; it gives the environment back when it does. */
function holdingInTeam(workspace: Workspace, environment: string): Holding | undefined {
  const claim = readLedger(workspace, environment, REMOTE_MILLISECONDS).team?.claim;
  return claim && { by: nameOf(claim), isForGood: claim === 'damaged' || claim.hold !== undefined };
}

function nameOf(holder: LockHolder | 'damaged'): string {
  return holder === 'damaged' ? 'a lock file that cannot be read' : describeHolder(holder);
}
