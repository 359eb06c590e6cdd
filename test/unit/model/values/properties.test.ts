import { parse as official } from '@cdktn/hcl2json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../server/src/core/text';
import type { Attribute, Body } from '../../../../server/src/lang/hcl/ast';
import { parseHcl } from '../../../../server/src/lang/hcl/parse';
import { structureOf } from '../../../../server/src/model/values/structure';
import type { Value } from '../../../../server/src/model/values/value';
import { moduleOf, plain } from '../terraform/support';
import { cpuTime } from '../../../support/cpu-time';

const word = fc.constantFrom('a', 'b', 'name', 'x1', 'tag_2');
const fragment = fc.constantFrom(
  'nginx',
  ':latest',
  ' ',
  'é',
  '\\"',
  '\\n',
  '\\t',
  '\\u00e9',
  '$${x}',
  '%%{if}',
  '\\\\',
  '$',
  '%',
  '#',
  '🐳',
);
const quoted = fc.array(fragment, { maxLength: 4 }).map((parts) => `"${parts.join('')}"`);
const scalar = fc.oneof(
  quoted,
  fc.integer({ min: -999, max: 99999 }).map(String),
  fc.constantFrom('1.25', 'true', 'false', 'null'),
);
const literal: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(word, tie('value')), { maxLength: 3, selector: ([key]) => key })
      .map((items) => `{\n${items.map(([key, value]) => `  ${key} = ${value}\n`).join('')}}`),
  ),
})).value;

const heredoc = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('', '  ', '    '), fc.constantFrom('echo hi', 'x: "y"', '', '\\n', '$${a}')), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.boolean(),
  )
  .map(
    ([lines, strip]) =>
      `<<${strip ? '-' : ''}EOT\n${lines.map(([indent, text]) => `${indent}${text}\n`).join('')}${strip ? '  ' : ''}EOT`,
  );

const FUNCTIONS = [
  'jsonencode',
  'jsondecode',
  'yamlencode',
  'yamldecode',
  'base64encode',
  'base64decode',
  'merge',
  'concat',
  'lookup',
  'coalesce',
  'try',
  'can',
  'format',
  'join',
  'split',
  'length',
  'keys',
  'values',
  'flatten',
  'compact',
  'distinct',
  'element',
  'contains',
  'replace',
  'substr',
  'trimspace',
  'upper',
  'tostring',
  'tonumber',
  'toset',
  'file',
  'templatefile',
  'range',
  'zipmap',
  'indent',
  'sort',
  'one',
  'slice',
  'startswith',
  'basename',
  'timestamp',
  'unheard_of',
  'sum',
  'max',
  'chomp',
  'dirname',
  'base64gzip',
  'setunion',
  'trim',
  'reverse',
  'coalescelist',
  'alltrue',
];
const OPERATORS = ['+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||'];

const expression: fc.Arbitrary<string> = fc.letrec<{ e: string }>((tie) => {
  const e = tie('e');
  return {
    e: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      literal,
      fc.constantFrom(
        'var.a',
        'var.unset',
        'var.list',
        'local.a',
        'local.loop',
        'local.missing',
        'aws_x.y.id',
        'data.z.q[0].id',
        'path.module',
        'each.key',
        'x',
      ),
      fc
        .tuple(fc.constantFrom(...FUNCTIONS), fc.array(e, { maxLength: 3 }))
        .map(([name, args]) => `${name}(${args.join(', ')})`),
      fc.tuple(fc.constantFrom(...FUNCTIONS), e).map(([name, arg]) => `${name}(${arg}...)`),
      fc.tuple(e, fc.constantFrom(...OPERATORS), e).map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      fc.tuple(e, e, e).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc.tuple(e, e).map(([a, b]) => `"p\${${a}}-\${${b}}%{ if ${a} }q%{ else }r%{ endif }"`),
      fc.tuple(e, e).map(([a, b]) => `"%{ for x in ${a} }\${x}\${${b}}%{ endfor }"`),
      fc.tuple(e, e).map(([a, b]) => `[for x in ${a} : ${b}]`),
      fc.tuple(e, e).map(([a, b]) => `{ for k, x in ${a} : k => ${b}... if k != 0 }`),
      fc.tuple(e, e).map(([a, b]) => `(${a})[${b}]`),
      e.map((a) => `(${a})[*].a`),
      e.map((a) => `(${a}).a`),
      e.map((a) => `!(${a})`),
      e.map((a) => `{ (${a}) = ${a}, b = [${a}] }`),
    ),
  };
}).e;

const FILES = {
  'task.json': '{"a": ["${x}", 1]}',
  'main.tf': [
    'variable "a" {\n  default = "va"\n}',
    'variable "unset" {}',
    'variable "list" {\n  default = ["task.json", { a = "b" }]\n}',
    'locals {\n  a = { a = var.a, list = var.list }\n  loop = [local.loop]\n}\n',
  ].join('\n'),
};

describe('any expression', () => {
  it('evaluates without a throw; origins lie inside their files', () => {
    fc.assert(
      fc.property(expression, (text) => {
        const files: Record<string, string> = { ...FILES, 'it.tf': `output "it" {\n  value = ${text}\n}\n` };
        const value = moduleOf(files).outputs[0]?.value('value');
        if (!value) return;
        const started = cpuTime();
        visitPlaces(structureOf(value), (place) => checkPlace(place, files));
        visitPlaces(value, (place, own) => {
          checkPlace(place, files);
          if (own) checkLiteral(place, own, files);
        });
        expect(cpuTime() - started).toBeLessThan(5000);
      }),
      { seed: 20240611, numRuns: 1500 },
    );
  });

  it('half-typed text does not make it throw either', () => {
    fc.assert(
      fc.property(expression, fc.nat(), (text, cut) => {
        const whole = `output "it" {\n  value = ${text}\n}\n`;
        const module = moduleOf({ ...FILES, 'it.tf': whole.slice(0, cut % (whole.length + 1)) });
        for (const output of module.outputs)
          for (const attribute of output.attributes) expect(attribute.value).toBeDefined();
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('literals', () => {
  it('are worth what the official parser says', async () => {
    const texts = fc.sample(fc.oneof(literal, heredoc), { seed: 42, numRuns: 400 });
    const source = texts.map((text, i) => `v${i} = ${text}`).join('\n') + '\n';
    const expected = (await official('main.tf', source)) as Record<string, unknown>;
    const values = moduleOf({ 'main.tf': `output "it" {\n${source}}\n` }).outputs[0];
    for (const [i, text] of texts.entries()) {
      expect([text, escaped(plain(values?.value(`v${i}`)))]).toEqual([text, expected[`v${i}`] ?? null]);
    }
  }, 20_000);

  it('have their own text as origin', () => {
    fc.assert(
      fc.property(literal, (text) => {
        const file = `output "it" {\n  value = ${text}\n}\n`;
        const origin = moduleOf({ 'main.tf': file }).outputs[0]?.value('value')?.origin;
        expect(origin?.path).toBe('main.tf');
        expect(file.slice(origin?.start, origin?.end)).toBe(text);
        expect(parseHcl(file).problems).toEqual([]);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

/** hcl2json writes strings as templates: what would open a sequence stays escaped. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/([$%])\{/g, '$1$1{');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}

function visitPlaces(value: Value, visit: (place: Place, own?: Value) => void, depth = 0): void {
  if (depth > 12) return;
  if (value.origin) visit(value.origin, value);
  if (value.type === 'text') {
    for (const segment of value.text.segments) visit(segment.source);
    if (value.structure) visitPlaces(value.structure, visit, depth + 1);
    if (value.decoded) visitPlaces(value.decoded, visit, depth + 1);
  }
  if (value.type === 'list') for (const item of value.items) visitPlaces(item, visit, depth + 1);
  if (value.type === 'choice') {
    expect(value.options.length).toBeGreaterThan(1);
    for (const option of value.options) {
      expect(option.type).not.toBe('choice');
      visitPlaces(option, visit, depth + 1);
    }
  }
  if (value.type === 'object') {
    for (const entry of value.entries.values()) {
      visit(entry.key);
      visitPlaces(entry.value, visit, depth + 1);
    }
  }
}

function checkPlace(place: Place, files: Record<string, string>): void {
  const text = files[place.path ?? ''];
  expect([place.path, text === undefined]).toEqual([place.path, false]);
  expect(place.start).toBeGreaterThanOrEqual(0);
  expect(place.end).toBeGreaterThanOrEqual(place.start);
  expect(place.end).toBeLessThanOrEqual(text?.length ?? -1);
}

/** A verbatim segment is the text of the file that it names. */
function checkLiteral(_place: Place, value: Value, files: Record<string, string>): void {
  if (value.type !== 'text') return;
  for (const segment of value.text.segments) {
    if (!segment.verbatim) continue;
    const { start, end, path } = segment.source;
    expect(files[path ?? '']?.slice(start, end)).toBe(value.text.text.slice(segment.start, segment.end));
  }
}

describe('the generated expressions', () => {
  it('are mostly well-formed, so that the properties mean something', () => {
    const texts = fc.sample(expression, { seed: 1, numRuns: 300 });
    const clean = texts.filter((text) => parseHcl(`v = ${text}\n`).problems.length === 0);
    expect(clean.length).toBeGreaterThan(250);
    const attributes = (body: Body): Attribute[] =>
      body.items.filter((item): item is Attribute => item.type === 'attribute');
    expect(attributes(parseHcl(`v = ${texts[0] ?? ''}\n`).body)).toHaveLength(1);
  });
});
