import type { JsonObject, JsonValue } from '../durable/canonical-json';

/** What people read: a message of a tool may stand in it. All else is names, hashes and numbers that are compared. */
const TEXTS: ReadonlySet<string> = new Set([
  'reason',
  'text',
  'message',
  'problem',
  'problems',
  'detail',
  'details',
  'evidence',
  'why',
  'because',
]);

/**
 * A record with its texts masked, at any depth.
 *
 * @param mask as the redactor of the run masks
 */
export function maskTexts<Given extends JsonObject>(record: Given, mask: (text: string) => string): Given {
  return maskValue(record, mask, false) as Given;
}

function maskValue(value: JsonValue, mask: (text: string) => string, isText: boolean): JsonValue {
  if (typeof value === 'string') return isText ? mask(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((one) => maskValue(one, mask, isText));
  const members = Object.entries(value).map(([key, one]) => [
    key,
    one === undefined ? one : maskValue(one, mask, isText || TEXTS.has(key)),
  ]);
  return Object.fromEntries(members) as JsonObject;
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}
