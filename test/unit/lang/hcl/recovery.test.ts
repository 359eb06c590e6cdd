import { describe, expect, it } from 'vitest';
import { parseHcl } from '../../../../server/src/lang/hcl/parse';
import { walkBody } from '../../../../server/src/lang/hcl/walk';
import { violation } from './invariants';
import { SAMPLES } from './samples';

interface Damage {
  readonly text: string;
  /** Where the whole text was changed. */
  readonly at: number;
}

interface Found {
  /** `block > nested block > name = value`. */
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

function attributes(text: string): Found[] {
  const file = parseHcl(text);
  expect(violation(file)).toBeUndefined();
  const found: Found[] = [];
  walkBody(file.body, (item, parents) => {
    if (item.type !== 'attribute') return;
    const value = text.slice(item.value.range.start, item.value.range.end);
    found.push({ key: [...parents.map((block) => block.kind), `${item.name} = ${value}`].join(' > '), ...item.range });
  });
  return found;
}

/**
 * Which share of the whole text's attributes the damaged text still has, in the same blocks with the same values.
 * The attribute that the damage is in does not count.
 */
function kept(whole: string, damage: Damage): number {
  const left = new Map<string, number>();
  for (const { key } of attributes(damage.text)) left.set(key, (left.get(key) ?? 0) + 1);
  const expected = attributes(whole).filter(({ start, end }) => damage.at < start || damage.at > end);
  const found = expected.filter(({ key }) => {
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0;
  });
  return found.length / expected.length;
}

/** Every text that lacks one of the given characters. */
function without(text: string, characters: string): Damage[] {
  const damages: Damage[] = [];
  for (let at = 0; at < text.length; at++) {
    if (characters.includes(text.charAt(at))) damages.push({ text: text.slice(0, at) + text.slice(at + 1), at });
  }
  return damages;
}

function insert(text: string, at: number, insertion: string): Damage {
  return { text: text.slice(0, at) + insertion + text.slice(at), at };
}

/** Every text with a line typed before one of its attributes, indented as the attribute is. */
function withLine(text: string, line: string): Damage[] {
  const damages: Damage[] = [];
  walkBody(parseHcl(text).body, (item, parents) => {
    if (item.type !== 'attribute' || parents.length === 0) return;
    const start = text.lastIndexOf('\n', item.range.start) + 1;
    damages.push(insert(text, start, `${text.slice(start, item.range.start)}${line}\n`));
  });
  return damages;
}

/** Every text with a line typed before one of its top-level blocks. */
function withTopLine(text: string, line: string): Damage[] {
  return parseHcl(text).body.items.map((item) => insert(text, item.range.start, `${line}\n\n`));
}

/** Every text with `${` typed into one of its strings. */
function withInterpolation(text: string): Damage[] {
  const damages: Damage[] = [];
  walkBody(parseHcl(text).body, (item) => {
    if (item.type !== 'attribute' || item.value.type !== 'template' || item.value.form !== 'quoted') return;
    for (const at of [item.value.range.start + 1, item.value.range.end - 1]) damages.push(insert(text, at, '${'));
  });
  return damages;
}

const MUTATIONS: Readonly<Record<string, (text: string) => Damage[]>> = {
  'delete one `}`': (text) => without(text, '}'),
  'delete one `{`': (text) => without(text, '{'),
  'delete one quote': (text) => without(text, '"'),
  'delete one `]` or `)`': (text) => without(text, '])'),
  'delete one `[` or `(`': (text) => without(text, '[('),
  'line `foo =`': (text) => withLine(text, 'foo ='),
  'line `foo`': (text) => withLine(text, 'foo'),
  'line `foo = var.`': (text) => withLine(text, 'foo = var.'),
  'line `foo = [`': (text) => withLine(text, 'foo = ['),
  'line `foo = var.x ?`': (text) => withLine(text, 'foo = var.x ?'),
  'line `foo = merge(`': (text) => withLine(text, 'foo = merge('),
  'line `foo = merge(var.x, {`': (text) => withLine(text, 'foo = merge(var.x, {'),
  'line `foo = {`': (text) => withLine(text, 'foo = {'),
  'line `foo = "bar`': (text) => withLine(text, 'foo = "bar'),
  'line `foo = "${`': (text) => withLine(text, 'foo = "${'),
  'line `foo = <<TXT`': (text) => withLine(text, 'foo = <<TXT'),
  'line `foo = <<-EOF`': (text) => withLine(text, 'foo = <<-EOF'),
  'line `foo {`': (text) => withLine(text, 'foo {'),
  'line `resource "aws_s3`': (text) => withTopLine(text, 'resource "aws_s3'),
  'line `resource "a" "b" {`': (text) => withTopLine(text, 'resource "a" "b" {'),
  'line `}`': (text) => withTopLine(text, '}'),
  '`${` typed in a string': withInterpolation,
};

describe('half-typed text', () => {
  it('is measured on samples that are valid', () => {
    for (const sample of SAMPLES) {
      expect(parseHcl(sample).problems).toEqual([]);
      expect(attributes(sample).length).toBeGreaterThan(15);
    }
  });

  it.each(Object.entries(MUTATIONS))('%s keeps the other attributes', (_name, mutate) => {
    const shares = SAMPLES.flatMap((sample) => mutate(sample).map((damage) => kept(sample, damage)));
    expect(shares.length).toBeGreaterThan(5);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.95);
  });

  it('gives a terminator to the heredoc that is nearest to it', () => {
    const text = 'a {\n  foo = <<EOT\n  bar = 1\n  data = f(<<-EOT\n    x\n  EOT\n  )\n  last = 2\n}\n';
    expect(attributes(text).map(({ key }) => key)).toEqual([
      'a > foo = <<EOT',
      'a > bar = 1',
      'a > data = f(<<-EOT\n    x\n  EOT\n  )',
      'a > last = 2',
    ]);
  });

  it('keeps a half-typed key and value apart from what follows', () => {
    const file = parseHcl('a = {\n  b\n  c = 1\n  d =\n}\ne = f(x, \n');
    const [object, call] = file.body.items.map((item) => (item.type === 'attribute' ? item.value : undefined));
    expect(object?.type === 'object' && object.items.map((item) => [item.name, item.value.type])).toEqual([
      ['b', 'missing'],
      ['c', 'literal'],
      ['d', 'missing'],
    ]);
    expect(call?.type === 'call' && call.args.map((arg) => arg.type)).toEqual(['traversal']);
  });
});
