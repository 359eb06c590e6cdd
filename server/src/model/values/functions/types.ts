import type { MappedText } from '../../../core/mapped-text';
import type { Place } from '../../../core/text';
import type { Expression } from '../../../lang/hcl/ast';
import { FAILED, textValue, toText } from '../combine';
import type { Scope } from '../scope';
import { UNKNOWN, type TextValue, type Value } from '../value';

export interface CallContext {
  /** The call as written. */
  readonly origin: Place;
  readonly scope: Scope;
  readonly evaluate: (expression: Expression, scope: Scope) => Value;
}

export interface BuiltIn {
  run(args: readonly Value[], call: CallContext): Value;
  /** The function makes something of unknown arguments; otherwise they make the call unknown. */
  readonly partial?: true | undefined;
  /** The function turns the failure of an argument into a value; otherwise it makes the call fail. */
  readonly catching?: true | undefined;
  /** The function takes choices as they are; otherwise it is called for every combination. */
  readonly options?: true | undefined;
}

/** A function of one text, written for the complete text and giving a text that keeps the origin of the argument. */
export function ofText(change: (text: MappedText) => MappedText): BuiltIn {
  return {
    run([value], call) {
      const text = value ? toText(value, call.origin) : undefined;
      return text ? textValue(change(text), originOf(value, call)) : FAILED;
    },
  };
}

/** Where the argument's literal stands; the call when it has no place. */
export function originOf(value: Value | undefined, call: CallContext): Place {
  return value?.origin ?? call.origin;
}

/** The complete text of an argument: undefined when it has holes or is no text. */
export function complete(value: Value | undefined, call: CallContext): string | undefined {
  const text = value ? toText(value, call.origin) : undefined;
  return text?.complete ? text.text : undefined;
}

export const isText = (value: Value | undefined): value is TextValue => value?.type === 'text';

export function boolean(value: boolean | undefined, call: CallContext): Value {
  return value === undefined ? UNKNOWN : { type: 'boolean', value, origin: call.origin };
}

export function number(value: number | undefined, call: CallContext): Value {
  return value === undefined || !Number.isFinite(value) ? UNKNOWN : { type: 'number', value, origin: call.origin };
}

export function list(items: readonly Value[], open: boolean, call: CallContext): Value {
  return { type: 'list', items, open, origin: call.origin };
}
