import type { Place } from '../../core/text';
import type { ConfigBlock } from '../config-block';
import { numberIn, textOf, type Value } from '../values/value';
import { given } from './literals';

/** A `cleanup_policies` block of a Google Artifact Registry repository. */
export interface CleanupPolicy {
  readonly id: string;
  readonly action: string | undefined;
  readonly header: Place;
  /** What `DELETE` looks at: `ANY` by default; undefined when not known, or when it has no condition. */
  readonly tagState: string | undefined;
  /** Undefined when they are not all known. */
  readonly tagPrefixes: readonly string[] | undefined;
  /** Days after which a version goes, and where they are written. */
  readonly age: { readonly days: number; readonly at: Place } | undefined;
  /** How many versions `most_recent_versions` keeps. */
  readonly keep: { readonly count: number; readonly at: Place } | undefined;
}

/** The clean-up policies of a repository, in source order. */
export function cleanupPolicies(repository: ConfigBlock): readonly CleanupPolicy[] {
  return repository.blocks('cleanup_policies').map((policy, index) => {
    const condition = policy.block('condition');
    const state = condition && given(condition, 'tag_state');
    const olderThan = condition?.value('older_than');
    const days = daysOf(textOf(olderThan));
    const keepCount = policy.block('most_recent_versions')?.value('keep_count');
    const count = numberIn(keepCount);
    return {
      id: textOf(policy.value('id')) ?? String(index),
      action: textOf(policy.value('action')),
      header: policy.header,
      tagState: condition && (state ? textOf(state.value) : 'ANY'),
      tagPrefixes: textsIn(condition?.value('tag_prefixes')),
      age: days !== undefined && olderThan?.origin ? { days, at: olderThan.origin } : undefined,
      keep: count !== undefined && keepCount?.origin ? { count, at: keepCount.origin } : undefined,
    };
  });
}

function textsIn(list: Value | undefined): readonly string[] | undefined {
  if (!list || list.type === 'null') return [];
  if (list.type !== 'list' || list.open) return undefined;
  const texts = list.items.map(textOf);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `604800s`, `7d` as days. */
function daysOf(duration: string | undefined): number | undefined {
  const found = /^(\d+)([smhd])$/.exec(duration ?? '');
  const unit = SECONDS[found?.[2] ?? ''];
  return found && unit ? Math.floor((Number(found[1]) * unit) / 86_400) : undefined;
}
