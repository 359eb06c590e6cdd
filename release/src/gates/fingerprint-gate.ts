import type { EnvironmentConfig } from '../config/types';
import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from '../ledger/record';

type Fingerprint = Readonly<Record<string, string>>;

/**
 * Compares the target with what it must be: the values that the file pins, and those that the first deployment of this
 * environment saw where the file says `first-use`. The same name may lead to another cluster or account (F36).
 *
 * @returns why the run must not go on; undefined when it may
 */
export function fingerprintGate(
  environment: EnvironmentConfig,
  found: Fingerprint,
  view: LogView<LedgerRecord>,
): string | undefined {
  const remembered = view.records().find((record) => record.type === 'note' && record['what'] === 'fingerprint');
  const first = (remembered?.['fingerprint'] ?? {}) as Fingerprint;
  for (const [name, pinned] of Object.entries(environment.pin)) {
    const wanted = pinned === 'first-use' ? first[name] : pinned;
    if (wanted === undefined || found[name] === wanted) continue;
    const is = found[name] === undefined ? 'cannot be read' : `is ${found[name]}`;
    return `${name} of ${environment.name} ${is}, expected ${wanted}; this is another target`;
  }
  return undefined;
}

/** True when nothing remembers the target yet, so that this run must. */
export function isFirstUse(view: LogView<LedgerRecord>): boolean {
  return !view.records().some((record) => record.type === 'note' && record['what'] === 'fingerprint');
}
