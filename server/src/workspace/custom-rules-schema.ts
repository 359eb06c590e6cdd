import type { JsonSchema } from '../core/config-schema';
import { SEVERITIES } from '../core/finding';
import { LANGUAGES } from '../core/rule';
import { OPERATORS, TAG_CLASSES } from './custom-rules-conditions';
import { BLOCK_KINDS, FIELDS, MATCH_KEYS, PHASES } from './custom-rules-match';

const TEXTS: JsonSchema = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
const CONDITIONS: JsonSchema = { type: 'array', items: { $ref: '#/definitions/condition' } };
const SCALAR: JsonSchema = { type: ['string', 'number', 'boolean'] };

/** The schema of policy files, for completion and checks in an editor. */
export function buildPolicySchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Immutable Infra policy',
    anyOf: [
      { allOf: [{ $ref: '#/definitions/rule' }], not: { required: ['rules'] } },
      {
        type: 'object',
        required: ['rules'],
        additionalProperties: false,
        properties: {
          rules: { type: 'array', items: { $ref: '#/definitions/rule' } },
          tests: { $ref: '#/definitions/tests' },
        },
      },
    ],
    definitions: {
      rule: ruleSchema(),
      match: matchSchema(),
      condition: conditionSchema(),
      fix: {
        type: 'object',
        additionalProperties: false,
        properties: {
          title: { type: 'string' },
          level: { enum: ['safe', 'suggestion'], default: 'suggestion' },
          replace: { type: 'string', description: 'Path of the value to replace; `with` says by what.' },
          with: { type: 'string', description: 'Text as it is written in the file, with quotes where it needs them.' },
          insert: { type: 'string', description: 'Lines to add to the block or map; before an instruction.' },
          delete: { type: 'string', description: 'Path to delete; `.` for a whole instruction.' },
        },
      },
      tests: {
        type: 'array',
        description: 'Run by `immutable-infra test`.',
        items: {
          type: 'object',
          required: ['name', 'file', 'text'],
          additionalProperties: false,
          properties: {
            name: { type: 'string' },
            file: { type: 'string', description: 'Path of the file: it decides the language.' },
            text: { type: 'string' },
            findings: {
              type: 'array',
              items: { type: 'integer', minimum: 1 },
              description: 'Lines with a finding, from 1.',
            },
          },
        },
      },
    },
  };
}

function ruleSchema(): JsonSchema {
  return {
    type: 'object',
    required: ['id', 'message', 'match'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', pattern: '^custom/[a-z0-9][a-z0-9-]*$' },
      severity: { enum: SEVERITIES, default: 'warning' },
      languages: { type: 'array', items: { enum: LANGUAGES } },
      files: { ...TEXTS, description: 'Globs of the files that the rule is for.' },
      message: { type: 'string', description: 'What to do and why. `{value}`, `{name}` and `{path}` are filled in.' },
      docs: { type: 'string', format: 'uri' },
      match: { $ref: '#/definitions/match' },
      where: { ...CONDITIONS, description: 'All must hold. What is not known makes the rule silent.' },
      fix: { $ref: '#/definitions/fix' },
      tests: { $ref: '#/definitions/tests' },
    },
  };
}

function matchSchema(): JsonSchema {
  const special: Readonly<Record<string, JsonSchema>> = {
    'block.kind': { enum: BLOCK_KINDS },
    'command.phase': { anyOf: [{ enum: PHASES }, { type: 'array', items: { enum: PHASES } }] },
    'image.tagClass': { anyOf: [{ enum: TAG_CLASSES }, { type: 'array', items: { enum: TAG_CLASSES } }] },
  };
  const properties = MATCH_KEYS.map((key) => {
    const fields = FIELDS[key].map((field) => [field, special[`${key}.${field}`] ?? TEXTS]);
    const full = { type: 'object', additionalProperties: false, properties: Object.fromEntries(fields) as JsonSchema };
    return [key, { anyOf: [{ type: 'string' }, full] }];
  });
  return {
    type: 'object',
    description: 'What the rule is about.',
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    properties: Object.fromEntries(properties) as JsonSchema,
  };
}

function conditionSchema(): JsonSchema {
  const operands: Readonly<Record<(typeof OPERATORS)[number], JsonSchema>> = {
    equals: SCALAR,
    notEquals: SCALAR,
    in: { type: 'array', items: SCALAR },
    notIn: { type: 'array', items: SCALAR },
    exists: { type: 'boolean' },
    missing: { type: 'boolean' },
    matches: { type: 'string', maxLength: 200 },
    notMatches: { type: 'string', maxLength: 200 },
    lessThan: { type: 'number' },
    greaterThan: { type: 'number' },
    tagClass: { anyOf: [{ enum: TAG_CLASSES }, { type: 'array', items: { enum: TAG_CLASSES } }] },
    isDigest: { type: 'boolean' },
  };
  const compare = OPERATORS.map((operator) => ({
    type: 'object',
    required: ['path', operator],
    additionalProperties: false,
    properties: { path: { type: 'string' }, [operator]: operands[operator] },
  }));
  const group = (key: string, schema: JsonSchema): JsonSchema => ({
    type: 'object',
    required: [key],
    additionalProperties: false,
    properties: { [key]: schema },
  });
  return {
    anyOf: [
      ...compare,
      group('any', CONDITIONS),
      group('all', CONDITIONS),
      group('not', { $ref: '#/definitions/condition' }),
    ],
  };
}
