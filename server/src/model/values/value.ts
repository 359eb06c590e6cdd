import type { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';

/**
 * What an expression may evaluate to. Every value carries the place of the literal it comes from (`origin`), so
 * that a finding and its fix land where the literal stands: the variable's default, the tfvars line, the local.
 * Unknown means: not decidable from the text (no default, a resource's attribute, a function that we do not model).
 */
export type Value =
  UnknownValue | NullValue | BooleanValue | NumberValue | TextValue | ListValue | ObjectValue | ChoiceValue;

export interface UnknownValue {
  readonly type: 'unknown';
  readonly origin: Place | undefined;
}

export interface NullValue {
  readonly type: 'null';
  readonly origin: Place;
}

export interface BooleanValue {
  readonly type: 'boolean';
  readonly value: boolean;
  readonly origin: Place;
}

export interface NumberValue {
  readonly type: 'number';
  readonly value: number;
  readonly origin: Place;
}

/** A string. Unknown parts are HOLEs in `text` (`myapp-${var.ami_id}` is `myapp-` and a HOLE). */
export interface TextValue {
  readonly type: 'text';
  readonly text: MappedText;
  /** The whole literal with its quotes, or the heredoc. */
  readonly origin: Place;
  /** What the text encodes when it comes from `jsonencode` or `yamlencode`: positions stay exact for fixes (P22). */
  readonly structure?: Value | undefined;
  /** What the text stands for when it comes from `base64encode`, `base64gzip`, `filebase64`. */
  readonly decoded?: TextValue | undefined;
}

export interface ListValue {
  readonly type: 'list';
  readonly items: readonly Value[];
  /** True when there may be items that we do not know of (`concat` with an unknown list). */
  readonly open: boolean;
  readonly origin: Place;
}

export interface ObjectValue {
  readonly type: 'object';
  readonly entries: ReadonlyMap<string, ObjectEntry>;
  /** True when there may be keys that we do not know of (`merge` with an unknown object, computed keys). */
  readonly open: boolean;
  readonly origin: Place;
}

export interface ObjectEntry {
  readonly key: Place;
  readonly value: Value;
}

/** One of several, by a condition that is not known. At least two options, none of them a choice itself. */
export interface ChoiceValue {
  readonly type: 'choice';
  readonly options: readonly Value[];
  readonly origin: Place;
}

export const UNKNOWN: UnknownValue = { type: 'unknown', origin: undefined };

/** The possible values one by one: the options of a choice, else the value itself. */
export function alternatives(value: Value): readonly Value[] {
  return value.type === 'choice' ? value.options : [value];
}

/**
 * True when every alternative satisfies the test. An unknown alternative makes it false unless the test accepts it:
 * a rule that wants "all branches are bad" is therefore silent on unknown (pitfalls P15, P16).
 */
export function every(value: Value, test: (option: Value) => boolean): boolean {
  return alternatives(value).every(test);
}

/** The complete text of a single string value, or undefined when unknown, partly unknown, a choice or no string. */
export function textOf(value: Value | undefined): string | undefined {
  return value?.type === 'text' && value.text.complete ? value.text.text : undefined;
}

/** The number, also when written as a string (`"3"`), as Terraform converts it. */
export function numberIn(value: Value | undefined): number | undefined {
  if (value?.type === 'number') return value.value;
  const text = textOf(value);
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The boolean, also when written as a string (`"true"`), as Terraform converts it. */
export function booleanIn(value: Value | undefined): boolean | undefined {
  if (value?.type === 'boolean') return value.value;
  const text = textOf(value);
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The value under a key of an object; UNKNOWN when the object may hold keys that we do not see; undefined when absent. */
export function entryOf(value: Value | undefined, key: string): Value | undefined {
  if (value?.type === 'unknown') return UNKNOWN;
  if (value?.type !== 'object') return undefined;
  return value.entries.get(key)?.value ?? (value.open ? UNKNOWN : undefined);
}
