import { PRESETS } from './config';
import { SEVERITIES } from './finding';
import { FAMILIES, type OptionSchema, type RuleMeta } from './rule';

/** A JSON Schema (draft 7, which editors understand). */
export type JsonSchema = Readonly<Record<string, unknown>>;

const SEVERITY: JsonSchema = { enum: [...SEVERITIES, 'off', false] };
const TEXTS: JsonSchema = { type: 'array', items: { type: 'string' } };

/** Texts, or a single one. */
function texts(description: string): JsonSchema {
  return { description, anyOf: [{ type: 'string' }, TEXTS] };
}

/**
 * The schema of `immutable.yaml`, with every rule and its options, for completion and checks in an editor.
 *
 * @param rules all built-in rules and those about suppressions
 * @param delivery the schema of the keys beside `lint`; without it any key may stand there
 * @throws when a definition of it has a name that is taken
 */
export function buildConfigSchema(rules: readonly RuleMeta[], delivery?: JsonSchema): JsonSchema {
  const lint = buildLintSchema(rules);
  return delivery ? withDelivery(lint, delivery) : lint;
}

/**
 * One schema for the whole file. A file of the linter alone names no `app`, so that is asked for only beside the keys
 * that need it.
 */
function withDelivery(lint: JsonSchema, delivery: JsonSchema): JsonSchema {
  const own = lint['definitions'] as JsonSchema;
  const added = delivery['definitions'] as JsonSchema;
  const taken = Object.keys(added).find((name) => name in own);
  if (taken !== undefined) throw new Error(`Both schemas define \`${taken}\`: rename one of them.`);
  const { lint: _, ...keys } = delivery['properties'] as JsonSchema;
  return {
    ...lint,
    additionalProperties: false,
    patternProperties: { '^x-': true },
    properties: { $schema: { type: 'string' }, ...keys, ...(lint['properties'] as JsonSchema) },
    dependencies: { images: ['app'], environments: ['app'], gates: ['app'], ledger: ['app'] },
    definitions: { ...own, ...added },
  };
}

function buildLintSchema(rules: readonly RuleMeta[]): JsonSchema {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const families = [...FAMILIES, 'suppression'].map((family) => [`${family}/*`, family] as const);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Immutable Infra configuration (immutable.yaml)',
    type: 'object',
    properties: { lint: { $ref: '#/definitions/lint' } },
    definitions: {
      severity: { ...SEVERITY, description: 'How bad a finding is; `off` turns the rule off.' },
      rules: {
        type: 'object',
        description: 'Severities and options by rule id, or by `family/*`.',
        properties: Object.fromEntries([
          ...families.map(([pattern, family]) => [
            pattern,
            ruleSchema(`Every rule of the family ${family}.`, undefined),
          ]),
          ...sorted.map((rule) => [rule.id, ruleSchema(rule.summary, rule.options)]),
        ]) as JsonSchema,
        patternProperties: { '^custom/': ruleSchema('A custom rule.', undefined) },
        additionalProperties: false,
      },
      lint: lintSchema(),
    },
  };
}

function lintSchema(): JsonSchema {
  const rules = { $ref: '#/definitions/rules' };
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      extends: texts(`Presets (${PRESETS.join(', ')}) and files such as \`./shared.yaml\`; a later one wins.`),
      requireReason: { description: 'Whether a suppression must say why.', enum: [true, false, 'error'] },
      environments: {
        type: 'object',
        description: 'Which files are for production and which for development, by globs.',
        additionalProperties: false,
        properties: {
          production: texts('Files for production.'),
          dev: texts('Prototypes, tests and examples: rules about access, state, health and rollout become hints.'),
          development: texts('The same as `dev`.'),
        },
      },
      rules,
      overrides: {
        type: 'array',
        description: 'Other settings for some files; a later override wins.',
        items: {
          type: 'object',
          required: ['files'],
          additionalProperties: false,
          properties: { files: texts('Globs, relative to this file.'), rules },
        },
      },
      images: {
        type: 'object',
        additionalProperties: false,
        properties: {
          trustedImmutable: texts('Repositories whose tags never move, as globs.'),
          digestRequired: texts('Files in which every image needs a digest, as globs.'),
        },
      },
      ignore: texts('Files that are not linted, as globs.'),
      customRules: {
        type: 'array',
        description: 'Policy files (path, folder or glob), or rules written here.',
        items: { anyOf: [{ type: 'string' }, { type: 'object', required: ['id', 'message', 'match'] }] },
      },
    },
  };
}

function ruleSchema(description: string, options: RuleMeta['options']): JsonSchema {
  return {
    description,
    anyOf: [
      { $ref: '#/definitions/severity' },
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          severity: { $ref: '#/definitions/severity' },
          suppressible: { type: 'boolean', description: '`false`: no comment may silence it.' },
          options: options
            ? { type: 'object', additionalProperties: false, properties: optionSchemas(options) }
            : { type: 'object' },
        },
      },
    ],
  };
}

/** Without what only this program knows: a JSON Schema has one default. */
function optionSchema({ strictDefault: _, ...schema }: OptionSchema): JsonSchema {
  return schema;
}

function optionSchemas(options: Readonly<Record<string, OptionSchema>>): JsonSchema {
  return Object.fromEntries(Object.entries(options).map(([name, schema]) => [name, optionSchema(schema)]));
}
