import type { Pipeline } from '../config/types';
import type { StateRoot } from '../state-root';
import { Git, UnreachableError } from './git';
import { SharedLedger } from './shared-ledger';
import { TeamRef } from './team-ref';

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
  return new SharedLedger(new TeamRef(git, ledger.remote, environment, timeout), root);
}
