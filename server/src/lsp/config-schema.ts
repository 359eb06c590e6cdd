import { buildConfigSchema, type JsonSchema } from '../core/config-schema';
import { DELIVERY_SCHEMA } from './delivery-schema.gen';
import { KNOWN_METAS } from './folder';

/** A key that may be written, with what it means. */
export interface SchemaKey {
  readonly name: string;
  readonly description: string | undefined;
  /** What may be its value. */
  readonly schemas: readonly JsonSchema[];
}

let root: JsonSchema | undefined;

/** The schema of `immutable.yaml` and what is at a path in it. */
export function configSchemaAt(path: readonly string[]): readonly JsonSchema[] {
  root ??= buildConfigSchema(KNOWN_METAS, DELIVERY_SCHEMA);
  let current = expand(root);
  for (const step of path) {
    current = current.flatMap((schema) => {
      if (step === ITEM) return expand(schema['items']);
      const properties = record(schema['properties']);
      // Images and environments have names of the user's choice.
      return expand(Object.hasOwn(properties, step) ? properties[step] : schema['additionalProperties']);
    });
  }
  return current;
}

/** The step from a list to its items. */
export const ITEM = '-';

/** The keys that a map may have by these schemas. */
export function keysOf(schemas: readonly JsonSchema[]): readonly SchemaKey[] {
  return schemas.flatMap((schema) =>
    Object.entries(record(schema['properties'])).map(([name, value]): SchemaKey => {
      const expanded = expand(value);
      const described = [value, ...expanded].map((one) => record(one)['description']);
      return { name, description: described.find((one) => typeof one === 'string'), schemas: expanded };
    }),
  );
}

/** The texts that a value may be by these schemas. */
export function valuesOf(schemas: readonly JsonSchema[]): readonly string[] {
  return schemas.flatMap((schema) => {
    if (schema['type'] === 'boolean') return ['true', 'false'];
    const values = schema['enum'];
    // `off` is also written false, which says less.
    if (!Array.isArray(values)) return [];
    const all = values as readonly unknown[];
    return all.filter((value) => value !== false || !all.includes('off')).map(String);
  });
}

/** Follows references and takes alternatives apart. */
function expand(schema: unknown): readonly JsonSchema[] {
  const one = record(schema);
  const reference = one['$ref'];
  if (typeof reference === 'string')
    return expand(record(record(root)['definitions'])[reference.replace('#/definitions/', '')]);
  const alternatives = one['anyOf'] ?? one['oneOf'];
  const inside = Array.isArray(alternatives)
    ? // What only asks for keys says nothing of what may be written.
      alternatives.filter((alternative) => Object.keys(record(alternative)).join() !== 'required').flatMap(expand)
    : [];
  return Object.keys(one).length === 0 ? inside : [one, ...inside];
}

function record(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null ? (value as JsonSchema) : {};
}
