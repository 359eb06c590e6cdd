import type { Pipeline } from '../config/types';
import type { LogView } from '../durable/chained-reader';
import { Ledger } from '../ledger/ledger';
import type { LedgerRecord } from '../ledger/record';
import { folderInRepository, type StateRoot } from '../state-root';
import { Git, UnreachableError } from './git';
import { SharedLedger, type TeamReading } from './shared-ledger';
import { ledgerRef, TeamRef } from './team-ref';

const TIMEOUT_MILLISECONDS = 60_000;

/** What decides where the ledger of an environment is shared. */
export interface SharedPlace {
  readonly pipeline: Pipeline;
  /** Absolute: the folder of `immutable.yaml`. */
  readonly folder: string;
  readonly root: StateRoot;
}

/**
 * The ledger that a team shares; undefined when the pipeline keeps it on this machine.
 *
 * @param timeout milliseconds for each question to the remote
 * @throws UnreachableError when there is no git
 */
export function openSharedLedger(
  { pipeline, folder, root }: SharedPlace,
  environment: string,
  timeout = TIMEOUT_MILLISECONDS,
): SharedLedger | undefined {
  const { ledger } = pipeline;
  if (ledger.backend !== 'git') return undefined;
  const git = Git.find(folder);
  if (typeof git === 'string') throw new UnreachableError(ledger.remote, git);
  const ref = ledgerRef(folderInRepository(folder));
  return new SharedLedger(new TeamRef(git, ledger.remote, environment, timeout, ref), root);
}

/** The history of an environment, as far as it can be known from here. */
export interface LedgerReading {
  readonly view: LogView<LedgerRecord>;
  /** What the team has beside it; undefined when the ledger is kept on this machine. */
  readonly team: (Omit<TeamReading, 'view'> & { readonly remote: string }) | undefined;
}

/**
 * Reads the history of an environment: the team's and what waits here together. Needs no lock, never throws because of
 * a remote: then it is what is known here, with the reason.
 */
export function readLedger(place: SharedPlace, environment: string, timeout = TIMEOUT_MILLISECONDS): LedgerReading {
  const path = place.root.ledger(environment);
  const { ledger } = place.pipeline;
  if (ledger.backend !== 'git') return { view: Ledger.read(path), team: undefined };
  const { remote } = ledger;
  try {
    const { view, ...team } = openSharedLedger(place, environment, timeout)?.read() ?? nothing(path);
    return { view, team: { ...team, remote } };
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    const problem = { kind: 'unreachable', text: error.message, seq: undefined } as const;
    return { view: Ledger.read(path), team: { remote, queued: 0, claim: undefined, problem } };
  }
}

function nothing(path: string): TeamReading {
  return { view: Ledger.read(path), queued: 0, claim: undefined, problem: undefined };
}
