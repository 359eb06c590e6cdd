import { MappedText } from '../../../core/mapped-text';
import type { Place } from '../../../core/text';
import { decodeBase64, encodeBase64 } from '../base64';
import { FAILED, textValue, toText } from '../combine';
import { writeJson, writeYaml } from '../encode';
import { structureOfText } from '../structure';
import { UNKNOWN, type TextValue, type Value } from '../value';
import { isText, originOf, type BuiltIn, type CallContext } from './types';

/** An encoded text with what it stands for. The characters are given only when they are sure. */
export function encoded(decoded: TextValue, exact: boolean, origin: Place): TextValue {
  const text =
    exact && decoded.text.complete
      ? MappedText.opaque(encodeBase64(decoded.text.text), origin)
      : MappedText.hole(origin);
  return { type: 'text', text, origin, decoded };
}

const encodeTo = (exact: boolean): BuiltIn => ({
  run([value], call) {
    const text = value ? toText(value, call.origin) : undefined;
    if (!value || !text) return FAILED;
    return encoded(isText(value) ? value : textValue(text, originOf(value, call)), exact, call.origin);
  },
});

function decode(value: Value | undefined): Value {
  if (!isText(value)) return FAILED;
  if (value.decoded) return value.decoded;
  if (!value.text.complete) return UNKNOWN;
  const text = decodeBase64(value.text.text);
  return text === undefined ? FAILED : textValue(MappedText.opaque(text, value.origin), value.origin);
}

function encodeStructure(value: Value | undefined, format: 'json' | 'yaml', call: CallContext): Value {
  if (!value) return FAILED;
  const write = format === 'json' ? writeJson : writeYaml;
  const text = write(value, call.origin, call.scope);
  return text ? { type: 'text', text, origin: call.origin, structure: value } : UNKNOWN;
}

function decodeStructure(value: Value | undefined, format: 'json' | 'yaml'): Value {
  if (!isText(value)) return FAILED;
  return value.structure ?? structureOfText(value, format);
}

export const ENCODING_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  // A choice inside is a hole of the text; the structure keeps it.
  jsonencode: { run: ([value], call) => encodeStructure(value, 'json', call) },
  yamlencode: { run: ([value], call) => encodeStructure(value, 'yaml', call) },
  jsondecode: { run: ([value]) => decodeStructure(value, 'json') },
  yamldecode: { run: ([value]) => decodeStructure(value, 'yaml') },
  base64encode: encodeTo(true),
  textencodebase64: encodeTo(false),
  base64gzip: encodeTo(false),
  base64decode: { run: ([value]) => decode(value) },
  textdecodebase64: { run: ([value]) => (isText(value) ? (value.decoded ?? UNKNOWN) : FAILED) },
};
