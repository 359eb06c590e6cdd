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
  return maskObject(record, mask, false) as Given;
}

function maskValue(value: JsonValue, mask: (text: string) => string, isText: boolean): JsonValue {
  if (typeof value === 'string') return isText ? mask(value) : value;
  if (Array.isArray(value)) return value.map((one) => maskValue(one, mask, isText));
  return typeof value === 'object' && value !== null ? maskObject(value as JsonObject, mask, isText) : value;
}

function maskObject(value: JsonObject, mask: (text: string) => string, isText: boolean): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      one === undefined ? one : maskValue(one, mask, isText || TEXTS.has(key)),
    ]),
  ) as JsonObject;
}
