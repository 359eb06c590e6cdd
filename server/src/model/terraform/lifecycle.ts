import type { Place } from '../../core/text';
import type { Expression } from '../../lang/hcl/ast';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import { booleanIn } from '../values/value';
import type { TerraformResource } from './types';

/** One entry of `lifecycle { ignore_changes = […] }`, or its `all`. */
export interface IgnoredChange {
  readonly lifecycle: ConfigBlock;
  readonly attribute: ConfigAttribute;
  readonly expression: Expression;
  /** As written, without quotes: `ami`, `launch_template[0].version`, `all`. */
  readonly path: string;
  /** The names and indexes of the path: `launch_template`, `0`, `version`. */
  readonly steps: readonly string[];
  readonly at: Place;
  /** It is all that `ignore_changes` holds. */
  readonly only: boolean;
}

/** What `ignore_changes` names, in source order. The quoted form of Terraform 0.11 and of JSON files counts too. */
export function ignoredChanges(resource: TerraformResource): readonly IgnoredChange[] {
  return resource.block.blocks('lifecycle').flatMap((lifecycle) => {
    const attribute = lifecycle.attribute('ignore_changes');
    if (!attribute) return [];
    const { expression } = attribute;
    const items = expression.type === 'tuple' ? expression.items : [expression];
    return items.map((item): IgnoredChange => {
      const path = attribute.file.text.slice(item.range.start, item.range.end).replace(/^"|"$/g, '');
      return {
        lifecycle,
        attribute,
        expression: item,
        path,
        steps: path.split(/[.[\]"]+/).filter((step) => step !== ''),
        at: { ...item.range, path: attribute.path },
        only: items.length === 1,
      };
    });
  });
}

/** True when Terraform ignores changes of one of the arguments, or of everything. */
export function ignoresChangesOf(resource: TerraformResource, names: readonly string[]): boolean {
  return ignoredChanges(resource).some(({ steps }) => steps[0] === 'all' || names.includes(steps[0] ?? ''));
}

/** True when `replace_triggered_by` names something: a change elsewhere replaces the resource. */
export function hasReplaceTrigger(resource: TerraformResource): boolean {
  return resource.block
    .blocks('lifecycle')
    .some((lifecycle) => lifecycle.attribute('replace_triggered_by') !== undefined);
}

/** True when the resource itself says `create_before_destroy = true`. */
export function declaresCreateBeforeDestroy(resource: TerraformResource): boolean {
  return resource.block
    .blocks('lifecycle')
    .some((lifecycle) => booleanIn(lifecycle.value('create_before_destroy')) === true);
}

/**
 * True when Terraform creates the successor first. It also does so for everything that a resource with
 * `create_before_destroy` depends on, whatever that says itself (Terraform documentation, "The lifecycle Meta-Argument").
 */
export function createsBeforeDestroy(resource: TerraformResource): boolean {
  const visited = new Set<TerraformResource>([resource]);
  const waiting = [resource];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (declaresCreateBeforeDestroy(next)) return true;
    for (const referrer of managedReferrers(next)) {
      if (visited.has(referrer)) continue;
      visited.add(referrer);
      waiting.push(referrer);
    }
  }
  return false;
}

/** The managed resources that exist and refer to this one. */
export function managedReferrers(resource: TerraformResource): readonly TerraformResource[] {
  return resource.module.referrers(resource).flatMap((block) => {
    const [type, name] = block.labels;
    if (block.kind !== 'resource' || type === undefined || name === undefined) return [];
    const found = resource.module.resource(type, name);
    return found && !found.disabled ? [found] : [];
  });
}

/** True when an output or the argument of a module call hands the resource on, so that others may add to it. */
export function isHandedOn(resource: TerraformResource): boolean {
  return resource.module.referrers(resource).some((block) => block.kind === 'output' || block.kind === 'module');
}
