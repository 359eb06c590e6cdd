import type { TextEdit } from '../../core/finding';
import { lineTerminator, type Place } from '../../core/text';
import type { ConfigAttribute, ConfigBlock } from '../config-block';
import type { TerraformFile } from '../terraform/types';
import { insertJsonAttribute, insertJsonBlock, insertJsonTopLevel, jsonText, removeJson } from './hcl-json';
import { insertNativeAttribute, insertNativeBlock, removeNative } from './hcl-native';
import { edit, lineEnd, statementEnd } from './hcl-text';

/*
 * Edits of Terraform, OpenTofu and Packer files. Values and blocks are given in native syntax; in a JSON file they are
 * written as JSON (`aws_x.y.id` becomes `"${aws_x.y.id}"`). Nothing but what must change is touched: comments, line
 * terminators and the alignment of other lines stay. An empty result means that there is no good place for the edit.
 */

/** Replaces text at a place: a value's origin, a part of a mapped text. */
export function replaceText(place: Place, text: string): TextEdit {
  return { at: place, text };
}

/** Gives an argument another value. */
export function replaceValue(attribute: ConfigAttribute, value: string): TextEdit[] {
  const { start, end } = attribute.expression.range;
  const text = attribute.file.form === 'json' ? jsonText(value, attribute, start) : value;
  return [edit(attribute, start, end, text)];
}

/**
 * Adds an argument after the one named `after`, else after the last one that stands before nested blocks.
 * The `=` is aligned with the lines around it when these are aligned and the name is short enough.
 *
 * @param options.comment shown behind the value (native syntax only)
 */
export function insertAttribute(
  block: ConfigBlock,
  name: string,
  value: string,
  options: { readonly after?: string | undefined; readonly comment?: string | undefined } = {},
): TextEdit[] {
  if (block.file.form === 'json') return insertJsonAttribute(block, name, value, options.after);
  return insertNativeAttribute(block, name, value, options);
}

/** Removes an argument with its lines and the comment behind it; comments above it stay. */
export function removeAttribute(attribute: ConfigAttribute): TextEdit[] {
  if (attribute.file.form === 'json') return removeJson(attribute, attribute.range.start, 0);
  return removeNative(attribute, attribute.range);
}

/** Adds a nested block at the end of a block. `lines` are its lines without the indentation of the block around it. */
export function insertBlock(block: ConfigBlock, lines: readonly string[]): TextEdit[] {
  return block.file.form === 'json' ? insertJsonBlock(block, lines) : insertNativeBlock(block, lines);
}

/** Removes a block with its lines; a `dynamic` block as a whole. */
export function removeBlock(block: ConfigBlock): TextEdit[] {
  if (block.file.form === 'json')
    return removeJson(block, block.range.start, block.node.type === 'block' ? block.labels.length : 0);
  const holder = block.node.type === 'object' && !block.dynamic ? holderOf(block) : undefined;
  return removeNative(block, holder ?? block.range);
}

/** `name = ` before an object that stands for a block: it goes with the object. */
function holderOf(block: ConfigBlock): { readonly start: number; readonly end: number } | undefined {
  const name = block.header;
  const between = block.file.text.slice(name.end, block.range.start);
  return /^\s*=\s*$/.test(between) ? { start: name.start, end: block.range.end } : undefined;
}

/** Adds a block at the end of a file, or below another block, with a blank line between. */
export function insertTopLevel(file: TerraformFile, lines: readonly string[], after?: ConfigBlock): TextEdit[] {
  const target = { file: file.syntax, path: file.path };
  if (file.syntax.form === 'json') return insertJsonTopLevel(target, lines);
  const { text } = file.syntax;
  const terminator = lineTerminator(text);
  const added = lines.join(terminator);
  if (after) {
    const at = statementEnd(file.syntax, after.range.end);
    return [edit(target, at, at, terminator + terminator + added)];
  }
  const last = lineEnd(text, text.trimEnd().length);
  if (text.trim() === '') return [edit(target, text.length, text.length, added + terminator)];
  return [edit(target, last, last, terminator + terminator + added + (last === text.length ? terminator : ''))];
}
