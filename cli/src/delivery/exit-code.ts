import { DELIVERY_EXIT, type DeliveryExit } from '../exit-codes';
import type { FollowEnd } from '../../../release/src/api/follow-run';
import type { Outcome } from '../../../release/src/run/journal-entry';

const OF_OUTCOME: Readonly<Record<Outcome, DeliveryExit>> = {
  live: DELIVERY_EXIT.ok,
  baked: DELIVERY_EXIT.ok,
  retired: DELIVERY_EXIT.ok,
  refused: DELIVERY_EXIT.refused,
  locked: DELIVERY_EXIT.locked,
  failed: DELIVERY_EXIT.failed,
  partial: DELIVERY_EXIT.partial,
  cancelled: DELIVERY_EXIT.cancelled,
  'rolled-back': DELIVERY_EXIT.rolledBack,
  stuck: DELIVERY_EXIT.stuck,
  abandoned: DELIVERY_EXIT.failed,
};

/** An interrupted run may have done a part. */
export function exitOf({ progress }: FollowEnd): DeliveryExit {
  return progress.outcome === undefined ? DELIVERY_EXIT.partial : OF_OUTCOME[progress.outcome];
}
