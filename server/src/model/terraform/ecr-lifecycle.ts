import type { Place } from '../../core/text';
import type { ConfigBlock } from '../config-block';
import { structureOf } from '../values/structure';
import { entryOf, numberIn, textOf, UNKNOWN, type Value } from '../values/value';

/** A rule of an ECR lifecycle policy, as far as it is known. It expires what it counts too many or too old of. */
export interface ExpiryRule {
  readonly priority: number | undefined;
  readonly tagStatus: string | undefined;
  /** Prefixes and patterns of the tags that it looks at; undefined when they are not all known. */
  readonly tags: readonly string[] | undefined;
  readonly countType: string | undefined;
  readonly count: number | undefined;
  /** Where the count is written. */
  readonly countAt: Place | undefined;
}

/** The rules of a policy in JSON (`aws_ecr_lifecycle_policy.policy`); none when its text is not known (P22). */
export function rulesOfPolicy(policy: Value): readonly ExpiryRule[] {
  const rules = entryOf(structureOf(policy), 'rules');
  if (rules?.type !== 'list') return [];
  return rules.items.map((rule) => {
    const selection = entryOf(rule, 'selection') ?? UNKNOWN;
    const count = entryOf(selection, 'countNumber');
    return {
      priority: numberIn(entryOf(rule, 'rulePriority')),
      tagStatus: textOf(entryOf(selection, 'tagStatus')),
      tags: tagsIn([entryOf(selection, 'tagPrefixList'), entryOf(selection, 'tagPatternList')]),
      countType: textOf(entryOf(selection, 'countType')),
      count: numberIn(count),
      countAt: count?.origin,
    };
  });
}

/** The rules of a `data "aws_ecr_lifecycle_policy_document"`. */
export function rulesOfDocument(document: ConfigBlock): readonly ExpiryRule[] {
  return document.blocks('rule').flatMap((rule) =>
    rule.blocks('selection').map((selection) => {
      const count = selection.value('count_number');
      return {
        priority: numberIn(rule.value('priority')),
        tagStatus: textOf(selection.value('tag_status')),
        tags: tagsIn([selection.value('tag_prefix_list'), selection.value('tag_pattern_list')]),
        countType: textOf(selection.value('count_type')),
        count: numberIn(count),
        countAt: count?.origin,
      };
    }),
  );
}

function tagsIn(lists: readonly (Value | undefined)[]): readonly string[] | undefined {
  const tags: string[] = [];
  for (const list of lists) {
    if (!list || list.type === 'null') continue;
    if (list.type !== 'list' || list.open) return undefined;
    for (const item of list.items) {
      const tag = textOf(item);
      if (tag === undefined) return undefined;
      tags.push(tag);
    }
  }
  return tags;
}
