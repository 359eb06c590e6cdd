import type { StateRoot } from '../state-root';
import { Journal } from './journal';
import type { Outcome } from './journal-entry';
import type { RunSpec } from './spec';

/** Nobody else writes the journal of a run that never began. */
const OWN = { assertHeld: () => undefined };

/**
 * Ends a run before it did anything, so that nobody takes it for an interrupted one.
 *
 * @returns false when it had begun: then it stays as it is
 */
export function closeUnstarted(root: StateRoot, spec: RunSpec, outcome: Outcome, reason: string): boolean {
  const directory = root.run(spec.run);
  if (Journal.read(directory).length > 0) return false;
  const journal = Journal.open(directory, root.torn, OWN);
  try {
    journal.append({ type: 'run.created', kind: spec.kind, environment: spec.environment, spec: spec.run });
    journal.append({ type: 'run.closed', outcome, reason });
  } finally {
    journal.close();
  }
  return true;
}
