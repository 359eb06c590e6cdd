import { HOLE, MappedText, MappedTextBuilder } from '../../../core/mapped-text';
import { FAILED, isUnknown, textValue, toText } from '../combine';
import { MAX_TEXT, spend } from '../scope';
import { numberIn, UNKNOWN, type Value } from '../value';
import { boolean, complete, isText, list, number, ofText, originOf, type BuiltIn, type CallContext } from './types';

/** `upper`, `lower`: the length stays in all but a few scripts; then the mapping is by whole segments only. */
function changeCase(text: MappedText, change: (part: string) => string): MappedText {
  const changed = change(text.text);
  if (changed === text.text) return text;
  if (changed.length === text.length) {
    const segments = text.segments.map((segment) =>
      segment.verbatim && changed.slice(segment.start, segment.end) !== text.text.slice(segment.start, segment.end)
        ? { ...segment, verbatim: false }
        : segment,
    );
    return new MappedText(changed, segments);
  }
  const builder = new MappedTextBuilder();
  for (const segment of text.segments)
    builder.opaque(change(text.text.slice(segment.start, segment.end)), segment.source);
  return builder.build();
}

/** Replaces parts of a text; what is not replaced keeps its places. */
function replaceAll(text: MappedText, search: string, replacement: MappedText): MappedText {
  if (search === '') return text;
  const builder = new MappedTextBuilder();
  let from = 0;
  for (;;) {
    const at = text.text.indexOf(search, from);
    if (at < 0) break;
    builder.append(text.slice(from, at));
    if (replacement.length > 0) builder.append(replacement);
    from = at + search.length;
  }
  return from === 0 ? text : builder.append(text.slice(from)).build();
}

function splitText(text: MappedText, separator: string): MappedText[] {
  if (separator === '') return [...text.text].map((_, i) => text.slice(i, i + 1));
  const parts: MappedText[] = [];
  let from = 0;
  for (;;) {
    const at = text.text.indexOf(separator, from);
    if (at < 0) return [...parts, text.slice(from)];
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
}

/** Whether the text begins (or ends) with a part, decided as far as the text is known. */
function affix(value: Value | undefined, part: Value | undefined, atEnd: boolean, call: CallContext): Value {
  const whole = value ? toText(value, call.origin) : undefined;
  const wanted = complete(part, call);
  if (!whole || wanted === undefined) return UNKNOWN;
  const known = atEnd ? whole.text.slice(whole.text.lastIndexOf(HOLE) + 1) : (whole.text.split(HOLE)[0] ?? '');
  if (!whole.complete && known.length < wanted.length) return UNKNOWN;
  return boolean(atEnd ? known.endsWith(wanted) : known.startsWith(wanted), call);
}

/** Go's verbs as far as Terraform's `format` has them; others become holes. */
const VERB = /%(?:\[(\d+)\])?([-+ 0#]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g;

function format(args: readonly Value[], call: CallContext): Value {
  const template = args[0] ? toText(args[0], call.origin) : undefined;
  if (!template) return FAILED;
  const builder = new MappedTextBuilder();
  let from = 0;
  let next = 1;
  for (const match of template.text.matchAll(VERB)) {
    builder.append(template.slice(from, match.index));
    from = match.index + match[0].length;
    const verb = match[5] ?? '';
    const place = template.sourceOf({ start: match.index, end: from }) ?? call.origin;
    if (verb === '%') {
      builder.opaque('%', place);
      continue;
    }
    if (match[1] !== undefined) next = Number(match[1]);
    const arg = args[next++];
    if (!arg) return FAILED;
    const text = formatted(arg, verb, match[2] ?? '', match[3] ?? '', match[4], call);
    if (!text) return FAILED;
    builder.append(text);
  }
  return textValue(builder.append(template.slice(from)).build(), call.origin);
}

function formatted(
  arg: Value,
  verb: string,
  flags: string,
  width: string,
  precision: string | undefined,
  call: CallContext,
): MappedText | undefined {
  const hole = MappedText.hole(originOf(arg, call));
  const text = toText(arg, call.origin);
  if ((verb === 's' || verb === 'v' || verb === 't') && text && width === '' && precision === undefined) return text;
  if (arg.type === 'null') return undefined;
  if (verb === 'd' && precision === undefined) {
    const value = numberIn(arg);
    if (value === undefined || !/^0?$/.test(flags)) return hole;
    const digits = String(Math.trunc(value));
    const size = Math.min(Number(width || '0'), 1000);
    return MappedText.opaque(flags === '0' ? digits.padStart(size, '0') : digits.padStart(size), originOf(arg, call));
  }
  if (verb === 'q' && text && width === '') {
    const quote = MappedText.opaque('"', originOf(arg, call));
    return /["\\\n\r\t]/.test(text.text) ? hole : MappedText.concat([quote, text, quote]);
  }
  return hole;
}

function joinItems(args: readonly Value[], call: CallContext): Value {
  const separator = args[0] ? toText(args[0], call.origin) : undefined;
  if (!separator) return FAILED;
  const builder = new MappedTextBuilder();
  let first = true;
  for (const collection of args.slice(1)) {
    if (isUnknown(collection)) return UNKNOWN;
    if (collection.type !== 'list') return FAILED;
    const items = collection.open ? [...collection.items, UNKNOWN] : collection.items;
    for (const item of items) {
      const text = toText(item, originOf(collection, call));
      if (!text) return FAILED;
      if (!spend(call.scope, 1 + ((separator.length + text.length) >> 10))) return UNKNOWN;
      if (!first) builder.append(separator);
      builder.append(text);
      first = false;
    }
  }
  return textValue(builder.build(), call.origin);
}

const strip = (text: MappedText, from: (rest: string) => number, to: (rest: string) => number): MappedText => {
  const start = from(text.text);
  return text.slice(start, Math.max(start, to(text.text)));
};

function trimSet(value: Value | undefined, set: Value | undefined, call: CallContext): Value {
  const text = value ? toText(value, call.origin) : undefined;
  const characters = complete(set, call);
  if (!text || characters === undefined) return UNKNOWN;
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text.text.charAt(start))) start++;
  while (end > start && characters.includes(text.text.charAt(end - 1))) end--;
  return textValue(text.slice(start, end), originOf(value, call));
}

/** A function of a text and a second one that must be known. */
function ofTwo(change: (text: MappedText, part: string) => MappedText): BuiltIn {
  return {
    run([value, part], call) {
      const text = value ? toText(value, call.origin) : undefined;
      const known = complete(part, call);
      return !text || known === undefined ? UNKNOWN : textValue(change(text, known), originOf(value, call));
    },
  };
}

function indent(text: MappedText, spaces: number, call: CallContext): MappedText | undefined {
  const builder = new MappedTextBuilder();
  let from = 0;
  for (let at = text.text.indexOf('\n'); at >= 0; at = text.text.indexOf('\n', from)) {
    builder.append(text.slice(from, at + 1));
    const place = text.placeAt(at) ?? call.origin;
    builder.opaque(' '.repeat(spaces), place);
    if (!spend(call.scope, 1)) return undefined;
    from = at + 1;
  }
  return builder.append(text.slice(from)).build();
}

export const TEXT_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  upper: ofText((text) => changeCase(text, (part) => part.toUpperCase())),
  lower: ofText((text) => changeCase(text, (part) => part.toLowerCase())),
  trimspace: ofText((text) => text.trim()),
  chomp: ofText((text) =>
    strip(
      text,
      () => 0,
      (all) => /[\r\n]*$/.exec(all)?.index ?? all.length,
    ),
  ),
  trim: { run: ([value, set], call) => trimSet(value, set, call) },
  trimprefix: ofTwo((text, part) => (text.text.startsWith(part) ? text.slice(part.length) : text)),
  trimsuffix: ofTwo((text, part) => (text.text.endsWith(part) ? text.slice(0, text.length - part.length) : text)),
  startswith: { run: ([value, part], call) => affix(value, part, false, call) },
  endswith: { run: ([value, part], call) => affix(value, part, true, call) },
  strcontains: {
    run([value, part], call) {
      const whole = value ? toText(value, call.origin) : undefined;
      const wanted = complete(part, call);
      if (!whole || wanted === undefined) return UNKNOWN;
      if (whole.text.includes(wanted)) return boolean(true, call);
      return whole.complete ? boolean(false, call) : UNKNOWN;
    },
  },
  replace: {
    run([value, search, replacement], call) {
      const text = value ? toText(value, call.origin) : undefined;
      const wanted = complete(search, call);
      const by = replacement ? toText(replacement, call.origin) : undefined;
      // `/…/` is a regular expression of Go's, which is not ours.
      if (!text || wanted === undefined || !by || /^\/.*\/$/s.test(wanted)) return UNKNOWN;
      if (text.length * (1 + by.length) > MAX_TEXT && !spend(call.scope, text.length)) return UNKNOWN;
      return textValue(replaceAll(text, wanted, by), originOf(value, call));
    },
  },
  substr: {
    run([value, offset, length], call) {
      const text = value ? toText(value, call.origin) : undefined;
      const from = numberIn(offset);
      const size = numberIn(length);
      if (!text?.complete || from === undefined || size === undefined) return UNKNOWN;
      const start = from < 0 ? Math.max(0, text.length + from) : from;
      return textValue(text.slice(start, size < 0 ? text.length : start + size), originOf(value, call));
    },
  },
  split: {
    run([separator, value], call) {
      const text = value ? toText(value, call.origin) : undefined;
      const by = complete(separator, call);
      if (!text?.complete || by === undefined) return UNKNOWN;
      const parts = splitText(text, by);
      if (!spend(call.scope, parts.length)) return UNKNOWN;
      return list(
        parts.map((part) => textValue(part, part.sourceOf() ?? originOf(value, call))),
        false,
        call,
      );
    },
  },
  join: { partial: true, run: joinItems },
  format: { partial: true, run: format },
  indent: {
    run([spaces, value], call) {
      const text = value ? toText(value, call.origin) : undefined;
      const count = numberIn(spaces);
      if (!text || count === undefined || count < 0 || count > 100) return UNKNOWN;
      const indented = indent(text, count, call);
      return indented ? textValue(indented, originOf(value, call)) : UNKNOWN;
    },
  },
  tostring: {
    run([value], call) {
      if (!value || value.type === 'null' || isText(value)) return value ?? FAILED;
      const text = toText(value, call.origin);
      return text ? textValue(text, originOf(value, call)) : FAILED;
    },
  },
  tonumber: {
    run([value], call) {
      if (!value || value.type === 'null' || value.type === 'number') return value ?? FAILED;
      const result = numberIn(value);
      if (result !== undefined) return { type: 'number', value: result, origin: originOf(value, call) };
      return complete(value, call) === undefined && isText(value) ? number(undefined, call) : FAILED;
    },
  },
  tobool: {
    run([value], call) {
      if (!value || value.type === 'null' || value.type === 'boolean') return value ?? FAILED;
      const text = complete(value, call);
      if (text === undefined) return isText(value) ? UNKNOWN : FAILED;
      return text === 'true' || text === 'false'
        ? { type: 'boolean', value: text === 'true', origin: originOf(value, call) }
        : FAILED;
    },
  },
};
