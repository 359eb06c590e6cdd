import type { TextEdit } from '../../core/finding';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import type { IgnoredChange } from '../terraform/lifecycle';
import { textOf } from '../values/value';
import { insertAttribute, insertBlock, removeAttribute, removeBlock, replaceValue } from './hcl';
import { removeJson } from './hcl-json';
import { removeNative } from './hcl-native';

/** Gives an argument a value, whether it is there already or not. */
export function setAttribute(block: ConfigBlock, name: string, value: string): TextEdit[] {
  const attribute = block.attribute(name);
  return attribute ? replaceValue(attribute, value) : insertAttribute(block, name, value);
}

/** Sets `create_before_destroy = true`; the `lifecycle` block is added when there is none. */
export function setCreateBeforeDestroy(resource: ConfigBlock): TextEdit[] {
  const lifecycle = resource.block('lifecycle');
  if (lifecycle) return setAttribute(lifecycle, 'create_before_destroy', 'true');
  return insertBlock(resource, ['lifecycle {', '  create_before_destroy = true', '}']);
}

/** Removes one entry of `ignore_changes`; the argument and the `lifecycle` block go with it when it is all they hold. */
export function removeIgnoredChange(change: IgnoredChange): TextEdit[] {
  const { attribute, expression, lifecycle, only } = change;
  if (only) {
    const alone = lifecycle.attributes.length === 1 && lifecycle.nested.length === 0;
    return alone ? removeBlock(lifecycle) : removeAttribute(attribute);
  }
  if (attribute.file.form !== 'json') return removeNative(attribute, expression.range);
  const { start } = expression.range;
  return removeJson(attribute, attribute.file.text[start] === '"' ? start : start - 1, 0);
}

/** Insertions at one and the same place as one edit, in order: edits of a fix must not meet. */
export function joinInsertions(edits: readonly TextEdit[]): TextEdit[] {
  const joined: TextEdit[] = [];
  for (const next of edits) {
    const index = joined.findIndex(
      ({ at }) =>
        at.start === at.end && at.start === next.at.start && at.end === next.at.end && at.path === next.at.path,
    );
    const before = joined[index];
    if (before) joined[index] = { at: before.at, text: before.text + next.text };
    else joined.push(next);
  }
  return joined;
}

/**
 * Turns `name = "app"` into `name_prefix = "app-"`; the provider adds what makes it unique. Undefined when the prefix would
 * be longer than the provider takes, or its length is not known and the limit is a short one.
 */
export function renameToPrefix(name: ConfigAttribute, longest: number): TextEdit[] | undefined {
  const { expression, file, path, node } = name;
  const known = textOf(name.value);
  const dash = known !== undefined && (known.endsWith('-') || known.length === longest) ? '' : '-';
  if ((known?.length ?? 30) + dash.length > longest) return undefined;
  const at = (start: number, end: number): TextEdit['at'] => ({ start, end, path });
  const isJson = file.form === 'json';
  // Blanks before the `=` give way, so that it stays where it is.
  const blanks = isJson ? 0 : Math.min('_prefix'.length, node.equalsRange.start - name.nameRange.end - 1);
  const renamed: TextEdit = {
    at: at(name.nameRange.start, name.nameRange.end + Math.max(0, blanks)),
    text: isJson ? '"name_prefix"' : 'name_prefix',
  };
  if (dash === '') return [renamed];
  const { start, end } = expression.range;
  if (expression.type === 'template' && expression.form === 'quoted' && file.text[end - 1] === '"') {
    return [renamed, { at: at(end - 1, end - 1), text: dash }];
  }
  if (isJson || expression.type === 'template') return undefined;
  return [renamed, { at: at(start, end), text: `"\${${file.text.slice(start, end)}}${dash}"` }];
}
