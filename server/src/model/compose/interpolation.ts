import { MappedText, MappedTextBuilder } from '../../core/mapped-text';
import { appendSame } from '../../lang/mapping';

/** `${A:-${B:-c}}` nests; nobody nests deeper. */
const DEPTH_LIMIT = 20;

/**
 * Interpolates a value as Compose does (Compose specification, "Interpolation"): `$$` is a dollar, `${VAR:-default}` and
 * `${VAR-default}` give the default with its place, everything else whose value comes from the environment is a HOLE.
 */
export function interpolate(text: MappedText, depth = 0): MappedText {
  if (!text.text.includes('$') || depth > DEPTH_LIMIT) return text;
  const builder = new MappedTextBuilder();
  let copied = 0;
  for (let at = text.text.indexOf('$'); at >= 0;) {
    const found = variableAt(text, at, depth);
    if (found) {
      appendPart(builder, text, copied, at);
      if (found.value) appendSame(builder, found.value);
      copied = found.end;
    }
    at = text.text.indexOf('$', found?.end ?? at + 1);
  }
  appendPart(builder, text, copied, text.length);
  return builder.build();
}

function appendPart(builder: MappedTextBuilder, text: MappedText, start: number, end: number): void {
  if (end > start) appendSame(builder, text.slice(start, end));
}

interface Found {
  readonly end: number;
  /** Undefined for nothing: an empty default. */
  readonly value: MappedText | undefined;
}

function variableAt(text: MappedText, at: number, depth: number): Found | undefined {
  const source = text.text;
  const next = source[at + 1];
  if (next === '$') return { end: at + 2, value: text.slice(at, at + 1) };
  if (next !== '{') {
    const name = /^[A-Za-z_]\w*/.exec(source.slice(at + 1, at + 101));
    return name ? { end: at + 1 + name[0].length, value: hole(text, at, at + 1 + name[0].length) } : undefined;
  }
  const name = /^[A-Za-z_]\w*/.exec(source.slice(at + 2, at + 202))?.[0];
  const close = name === undefined ? undefined : closingBrace(source, at + 1);
  if (name === undefined || close === undefined) return undefined;
  const operatorAt = at + 2 + name.length;
  const operator = /^(?::-|-)/.exec(source.slice(operatorAt, close))?.[0];
  if (operator === undefined) return { end: close + 1, value: hole(text, at, close + 1) };
  const start = operatorAt + operator.length;
  return { end: close + 1, value: start === close ? undefined : interpolate(text.slice(start, close), depth + 1) };
}

function closingBrace(source: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < source.length; at++) {
    if (source[at] === '\n') return undefined;
    if (source[at] === '$' && source[at + 1] === '$') at++;
    else if (source[at] === '{' && source[at - 1] === '$') depth++;
    else if (source[at] === '}' && --depth === 0) return at;
  }
  return undefined;
}

function hole(text: MappedText, start: number, end: number): MappedText {
  return MappedText.hole(text.sourceOf({ start, end }) ?? text.placeAt(start) ?? { start: 0, end: 0 });
}
