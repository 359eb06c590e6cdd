import type { LogView } from '../durable/chained-reader';
import type { LedgerRecord } from '../ledger/record';
import { RunStoppedError } from './context';
import type { Journal } from './journal';
import type { JournalEntry } from './journal-entry';
import { progressOf } from './progress';

/**
 * Stops a resumed run when others acted on the environment while it lay interrupted: its plan was made for a target
 * that is another one now, and going on would move the traffic back to what is older.
 *
 * @throws RunStoppedError `partial` when a step of it was under way, else `refused`
 */
export function stopWhenOvertaken(
  past: readonly JournalEntry[],
  journal: Pick<Journal, 'append'>,
  view: LogView<LedgerRecord>,
  run: string,
): void {
  const created = past.find((entry) => entry.type === 'run.created');
  const began = created?.type === 'run.created' ? created.ledger : undefined;
  // What is live already is only brought to its end.
  const hasPlan = past.some(({ type }) => type === 'plan.intent');
  if (began === undefined || !hasPlan || past.some(({ type }) => type === 'release.recorded')) return;
  const other = view
    .records()
    .slice(began)
    .findLast((record) => record.run !== run && (record.type === 'release' || record.type === 'retired'));
  if (!other) return;
  const what = typeof other['id'] === 'string' ? `${other['id']} got live` : 'a version was retired';
  const { open } = progressOf(past);
  if (open) journal.append({ type: `${open.step}.recovered`, data: { verdict: 'overtaken' } });
  const isUnderWay = open !== undefined && ['apply', 'route', 'retire'].includes(open.step);
  throw new RunStoppedError(
    isUnderWay ? 'partial' : 'refused',
    `Run ${other.run} acted on the environment while this one lay interrupted: ${what}. Its plan is of no use any more; start a new run.${isUnderWay ? ' A step of it was under way: look at what runs first, with `immutable-infra drift`.' : ''}`,
  );
}
