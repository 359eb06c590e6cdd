import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextEdit } from '../../../../server/src/core/finding';
import { parseJson } from '../../../../server/src/lang/data/json';
import { parseHcl } from '../../../../server/src/lang/hcl/parse';
import type { ConfigBlock } from '../../../../server/src/model/config-block';
import {
  insertAttribute,
  insertBlock,
  insertTopLevel,
  removeAttribute,
  removeBlock,
  replaceText,
  replaceValue,
} from '../../../../server/src/model/edits/hcl';
import { moduleOf, plain, templateOf } from '../terraform/support';

function apply(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  let last = Infinity;
  for (const { at, text: added } of [...edits].sort((a, b) => b.at.start - a.at.start || b.at.end - a.at.end)) {
    expect(at.end).toBeLessThanOrEqual(last);
    last = at.start;
    result = result.slice(0, at.start) + added + result.slice(at.end);
  }
  return result;
}

/** The only resource of a text, or the block at a path of types in it. */
function blockIn(text: string, path: readonly string[] = [], name = 'main.tf'): ConfigBlock {
  let block = moduleOf({ [name]: text }).resources[0]?.block;
  for (const type of path) block = block?.block(type);
  if (!block) throw new Error(`no block ${path.join('.')}`);
  return block;
}

function clean(text: string, json = false): string {
  expect(json ? parseJson(text).documents[0]?.problems : parseHcl(text).problems).toEqual([]);
  return text;
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** Native text with an edit of its resource (or of a block in it), checked to be well-formed. */
function edited(text: string, edit: (block: ConfigBlock) => TextEdit[], path: readonly string[] = []): string {
  return clean(apply(text, edit(blockIn(text, path))));
}

describe('insertAttribute in native syntax', () => {
  it('goes after the last argument before nested blocks, aligned with its neighbours', () => {
    const text = lines(
      'resource "a" "b" {',
      '  ami           = "x" # pinned',
      '  instance_type = "t3"',
      '',
      '  tags {',
      '    a = 1',
      '  }',
      '}',
    );
    expect(edited(text, (block) => insertAttribute(block, 'ssh', 'true'))).toBe(
      lines(
        'resource "a" "b" {',
        '  ami           = "x" # pinned',
        '  instance_type = "t3"',
        '  ssh           = true',
        '',
        '  tags {',
        '    a = 1',
        '  }',
        '}',
      ),
    );
  });

  it('goes after a named argument and behind its comment', () => {
    const text = lines('resource "a" "b" {', '  x = 1 # one', '  y = 2', '}');
    expect(edited(text, (block) => insertAttribute(block, 'z', '"v"', { after: 'x', comment: 'why' }))).toBe(
      lines('resource "a" "b" {', '  x = 1 # one', '  z = "v" # why', '  y = 2', '}'),
    );
  });

  it.each([
    ['longer than its neighbours', ['  a = 1', '  b = 2'], 'long', '  long = 3'],
    ['not aligned neighbours', ['  a = 1', '  bcd   = 2'], 'x', '  x = 3'],
    ['a blank line ends a group', ['  name_prefix = 1', '', '  b = 2'], 'x', '  x = 3'],
    ['a list of several lines ends a group', ['  name_prefix = 1', '  b = [', '    1,', '  ]'], 'x', '  x = 3'],
  ])('%s', (_, before, name, expected) => {
    const text = lines('resource "a" "b" {', ...before, '}');
    expect(edited(text, (block) => insertAttribute(block, name, '3'))).toBe(
      lines('resource "a" "b" {', ...before, expected, '}'),
    );
  });

  it('follows heredocs and comments of several lines', () => {
    const text = lines('resource "a" "b" {', '  x = <<-EOT', '    a = 1', '  EOT', '}');
    expect(edited(text, (block) => insertAttribute(block, 'y', '1'))).toBe(
      lines('resource "a" "b" {', '  x = <<-EOT', '    a = 1', '  EOT', '  y = 1', '}'),
    );
    const comment = lines('resource "a" "b" {', '  x = 1 /* one', '  two */', '}');
    expect(edited(comment, (block) => insertAttribute(block, 'y', '1'))).toBe(
      lines('resource "a" "b" {', '  x = 1 /* one', '  two */', '  y = 1', '}'),
    );
  });

  it.each([
    ['resource "a" "b" {}\n', 'resource "a" "b" {\n  y = 1\n}\n'],
    ['resource "a" "b" { }', 'resource "a" "b" {\n  y = 1\n}'],
    ['resource "a" "b" { x = 2 }\n', 'resource "a" "b" {\n  x = 2\n  y = 1\n}\n'],
    ['resource "a" "b" {\n}\n', 'resource "a" "b" {\n  y = 1\n}\n'],
    ['resource "a" "b" { # note\n}\n', 'resource "a" "b" { # note\n  y = 1\n}\n'],
    ['resource "a" "b" {\n  c {\n  }\n}\n', 'resource "a" "b" {\n  y = 1\n\n  c {\n  }\n}\n'],
    ['resource "a" "b" {\n\n  c {\n  }\n}\n', 'resource "a" "b" {\n  y = 1\n\n  c {\n  }\n}\n'],
    ['resource "a" "b" {\n\tx = 2\n}\n', 'resource "a" "b" {\n\tx = 2\n\ty = 1\n}\n'],
    ['resource "a" "b" {\r\n  x = 2\r\n}\r\n', 'resource "a" "b" {\r\n  x = 2\r\n  y = 1\r\n}\r\n'],
    ['resource "a" "b" {}\r\nlocals {}\r\n', 'resource "a" "b" {\r\n  y = 1\r\n}\r\nlocals {}\r\n'],
  ])('%j', (text, expected) => {
    expect(edited(text, (block) => insertAttribute(block, 'y', '1'))).toBe(expected);
  });

  it('works in nested blocks, dynamic content and objects', () => {
    const nested = lines('resource "a" "b" {', '  c {', '    d {}', '  }', '}');
    expect(edited(nested, (block) => insertAttribute(block, 'y', '1'), ['c', 'd'])).toBe(
      lines('resource "a" "b" {', '  c {', '    d {', '      y = 1', '    }', '  }', '}'),
    );
    const dynamic = lines(
      'resource "a" "b" {',
      '  dynamic "c" {',
      '    for_each = [1]',
      '    content {',
      '      x = 1',
      '    }',
      '  }',
      '}',
    );
    expect(edited(dynamic, (block) => insertAttribute(block, 'y', '1'), ['c'])).toBe(
      lines(
        'resource "a" "b" {',
        '  dynamic "c" {',
        '    for_each = [1]',
        '    content {',
        '      x = 1',
        '      y = 1',
        '    }',
        '  }',
        '}',
      ),
    );
    expect(edited('resource "a" "b" {\n  c = { x = 1 }\n}\n', (block) => insertAttribute(block, 'y', '1'), ['c'])).toBe(
      'resource "a" "b" {\n  c = { x = 1, y = 1 }\n}\n',
    );
    expect(edited('resource "a" "b" {\n  c = {}\n}\n', (block) => insertAttribute(block, 'y', '1'), ['c'])).toBe(
      'resource "a" "b" {\n  c = { y = 1 }\n}\n',
    );
    const commas = lines('resource "a" "b" {', '  c = {', '    x = 1, # one', '  }', '}');
    expect(edited(commas, (block) => insertAttribute(block, 'y', '1', { comment: 'two' }), ['c'])).toBe(
      lines('resource "a" "b" {', '  c = {', '    x = 1, # one', '    y = 1, # two', '  }', '}'),
    );
    const colons = lines('resource "a" "b" {', '  c = {', '    x : 1', '  }', '}');
    expect(edited(colons, (block) => insertAttribute(block, 'y', '1'), ['c'])).toBe(
      lines('resource "a" "b" {', '  c = {', '    x : 1', '    y: 1', '  }', '}'),
    );
  });

  it('indents values of several lines', () => {
    const text = lines('resource "a" "b" {', '  x = 1', '}');
    expect(edited(text, (block) => insertAttribute(block, 'y', '[\n  1,\n]'))).toBe(
      lines('resource "a" "b" {', '  x = 1', '  y = [', '    1,', '  ]', '}'),
    );
  });

  it('does something sensible with an open block', () => {
    const text = 'resource "a" "b" {\n  x = 1';
    expect(apply(text, insertAttribute(blockIn(text), 'y', '1'))).toBe('resource "a" "b" {\n  x = 1\n  y = 1');
  });
});

describe('replaceValue and replaceText', () => {
  it('touch the value only', () => {
    const text = lines('resource "a" "b" {', '  version = "$Latest" # newest', '}');
    expect(
      edited(text, (block) =>
        block.attributes.flatMap((attribute) => replaceValue(attribute, 'aws_x.y.latest_version')),
      ),
    ).toBe(lines('resource "a" "b" {', '  version = aws_x.y.latest_version # newest', '}'));
    const origin = blockIn(text).value('version')?.origin;
    expect(origin && apply(text, [replaceText(origin, '"1"')])).toBe(
      lines('resource "a" "b" {', '  version = "1" # newest', '}'),
    );
  });
});

describe('removeAttribute in native syntax', () => {
  const without = (text: string, name: string, path: readonly string[] = []): string =>
    edited(
      text,
      (block) => {
        const attribute = block.attribute(name);
        return attribute ? removeAttribute(attribute) : [];
      },
      path,
    );

  it.each([
    ['  x = 1\n  y = 2 # two\n  z = 3\n', '  x = 1\n  z = 3\n'],
    ['  # about y\n  y = 2\n', '  # about y\n'],
    ['  x = 1\n\n  y = 2\n\n  z = 3\n', '  x = 1\n\n  z = 3\n'],
    ['  y = 2\n\n  z = 3\n', '  z = 3\n'],
    ['  x = 1\n\n  y = 2\n', '  x = 1\n'],
    ['  y = <<EOT\na\nEOT\n  z = 3\n', '  z = 3\n'],
    ['  y = [\n    1, # one\n  ] // list\n  z = 3\n', '  z = 3\n'],
    ['  y = 2\n', ''],
    ['  y = 2 /* a\n b */\n  z = 1\n', '  z = 1\n'],
  ])('%j', (body, expected) => {
    expect(without(`resource "a" "b" {\n${body}}\n`, 'y')).toBe(`resource "a" "b" {\n${expected}}\n`);
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    expect(without(crlf(`resource "a" "b" {\n${body}}\n`), 'y')).toBe(crlf(`resource "a" "b" {\n${expected}}\n`));
  });

  it('works on one line and in objects', () => {
    expect(without('resource "a" "b" { y = 1 }\n', 'y')).toBe('resource "a" "b" {}\n');
    expect(without('resource "a" "b" {\n  c = { x = 1, y = 2, z = 3 }\n}\n', 'y', ['c'])).toBe(
      'resource "a" "b" {\n  c = { x = 1, z = 3 }\n}\n',
    );
    expect(without('resource "a" "b" {\n  c = { x = 1, y = 2 }\n}\n', 'y', ['c'])).toBe(
      'resource "a" "b" {\n  c = { x = 1 }\n}\n',
    );
    expect(without('resource "a" "b" {\n  c = { y = 2 }\n}\n', 'y', ['c'])).toBe('resource "a" "b" {\n  c = {}\n}\n');
    expect(without('resource "a" "b" {\n  c = {\n    x = 1,\n    y = 2, # two\n  }\n}\n', 'y', ['c'])).toBe(
      'resource "a" "b" {\n  c = {\n    x = 1,\n  }\n}\n',
    );
  });
});

describe('blocks in native syntax', () => {
  const rollback = ['deployment {', '  enable   = true', '  rollback = true', '}'];

  it.each([
    [
      'resource "a" "b" {\n  x = 1\n}\n',
      'resource "a" "b" {\n  x = 1\n\n  deployment {\n    enable   = true\n    rollback = true\n  }\n}\n',
    ],
    ['resource "a" "b" {}\n', 'resource "a" "b" {\n  deployment {\n    enable   = true\n    rollback = true\n  }\n}\n'],
    [
      'resource "a" "b" { x = 1 }\n',
      'resource "a" "b" {\n  x = 1\n\n  deployment {\n    enable   = true\n    rollback = true\n  }\n}\n',
    ],
    [
      'resource "a" "b" {\n}\n',
      'resource "a" "b" {\n  deployment {\n    enable   = true\n    rollback = true\n  }\n}\n',
    ],
    [
      'resource "a" "b" {\n  c {}\n  # end\n}\n',
      'resource "a" "b" {\n  c {}\n  # end\n\n  deployment {\n    enable   = true\n    rollback = true\n  }\n}\n',
    ],
    [
      'resource "a" "b" {\r\n  x = 1\r\n}\r\n',
      'resource "a" "b" {\r\n  x = 1\r\n\r\n  deployment {\r\n    enable   = true\r\n    rollback = true\r\n  }\r\n}\r\n',
    ],
  ])('insertBlock: %j', (text, expected) => {
    expect(edited(text, (block) => insertBlock(block, rollback))).toBe(expected);
  });

  it.each([
    ['  x = 1\n\n  c {\n    y = 1\n  }\n', '  x = 1\n'],
    ['  c {\n    y = 1\n  } # c\n\n  d {}\n', '  d {}\n'],
    ['  x = 1\n\n  c {}\n\n  d {}\n', '  x = 1\n\n  d {}\n'],
    ['  x = 1\n  dynamic "c" {\n    for_each = [1]\n    content {}\n  }\n', '  x = 1\n'],
    ['  x = 1\n  c = {\n    y = 1\n  }\n', '  x = 1\n'],
  ])('removeBlock: %j', (body, expected) => {
    expect(edited(`resource "a" "b" {\n${body}}\n`, removeBlock, ['c'])).toBe(`resource "a" "b" {\n${expected}}\n`);
  });

  it('removes a resource and adds a block at the top level', () => {
    const text = 'locals {}\n\nresource "a" "b" {\n  x = 1\n}\n\nresource "c" "d" {}\n';
    expect(edited(text, removeBlock)).toBe('locals {}\n\nresource "c" "d" {}\n');
    expect(edited('locals {}\n\nresource "a" "b" {}\n', removeBlock)).toBe('locals {}\n');
    const module = moduleOf({ 'main.tf': text });
    const file = module.files[0];
    if (!file) throw new Error('no file');
    expect(apply(text, insertTopLevel(file, ['locals {', '  a = 1', '}']))).toBe(`${text}\nlocals {\n  a = 1\n}\n`);
    expect(apply(text, insertTopLevel(file, ['x {}'], module.resources[0]?.block))).toBe(
      'locals {}\n\nresource "a" "b" {\n  x = 1\n}\n\nx {}\n\nresource "c" "d" {}\n',
    );
    const bare = { path: 'main.tf', syntax: parseHcl('locals {}') };
    expect(apply('locals {}', insertTopLevel(bare, ['x {}']))).toBe('locals {}\n\nx {}\n');
    expect(apply('', insertTopLevel({ path: 'a.tf', syntax: parseHcl('') }, ['x {}']))).toBe('x {}\n');
  });
});

describe('the JSON form', () => {
  const text = JSON.stringify(
    { resource: { a: { b: { x: 1, c: { y: 2 }, list: [{ p: 1 }, { q: 2 }], empty: {} } } } },
    undefined,
    2,
  );
  const change = (edit: (block: ConfigBlock) => TextEdit[], path: readonly string[] = [], source = text): unknown =>
    JSON.parse(clean(apply(source, edit(blockIn(source, path, 'main.tf.json'))), true));
  const body = (value: unknown): unknown => (value as { resource?: { a?: { b?: unknown } } }).resource?.a?.b;

  it('adds arguments with the commas right', () => {
    expect(body(change((block) => insertAttribute(block, 'z', 'aws_x.y.id')))).toMatchObject({
      x: 1,
      z: '${aws_x.y.id}',
    });
    expect(body(change((block) => insertAttribute(block, 'z', '"a-${var.b}"', { after: 'x' })))).toMatchObject({
      z: 'a-${var.b}',
    });
    expect(
      body(change((block) => insertAttribute(block, 'z', '["a", { k = true }, -1, null]'), ['empty'])),
    ).toMatchObject({
      empty: { z: ['a', { k: true }, -1, null] },
    });
    const block = blockIn(text, ['c'], 'main.tf.json');
    expect(apply(text, insertAttribute(block, 'z', 'true'))).toBe(
      text.replace('"y": 2', '"y": 2,\n          "z": true'),
    );
    const oneLine = '{"resource": {"a": {"b": {"x": 1}}}}';
    expect(apply(oneLine, insertAttribute(blockIn(oneLine, [], 'main.tf.json'), 'z', '2'))).toBe(
      '{"resource": {"a": {"b": {"x": 1, "z": 2}}}}',
    );
  });

  it('replaces and removes arguments', () => {
    const on =
      (name: string, edit: (attribute: NonNullable<ReturnType<ConfigBlock['attribute']>>) => TextEdit[]) =>
      (block: ConfigBlock) => {
        const attribute = block.attribute(name);
        return attribute ? edit(attribute) : [];
      };
    expect(body(change(on('x', (attribute) => replaceValue(attribute, 'var.x'))))).toMatchObject({ x: '${var.x}' });
    expect(body(change(on('x', removeAttribute)))).not.toHaveProperty('x');
    expect(body(change(on('empty', removeAttribute)))).not.toHaveProperty('empty');
    expect(body(change(on('y', removeAttribute), ['c']))).toMatchObject({ c: {} });
    expect(apply(text, on('x', removeAttribute)(blockIn(text, [], 'main.tf.json')))).toBe(
      text.replace('\n        "x": 1,', ''),
    );
  });

  it('adds blocks: new, beside one, to a list, with labels', () => {
    expect(
      body(change((block) => insertBlock(block, ['new {', '  on = true', '  deep {', '    v = var.v', '  }', '}']))),
    ).toMatchObject({
      new: { on: true, deep: { v: '${var.v}' } },
    });
    expect(body(change((block) => insertBlock(block, ['c {', '  z = 1', '}'])))).toMatchObject({
      c: [{ y: 2 }, { z: 1 }],
    });
    expect(body(change((block) => insertBlock(block, ['list {}'])))).toMatchObject({ list: [{ p: 1 }, { q: 2 }, {}] });
    const file = moduleOf({ 'main.tf.json': text }).files[0];
    if (!file) throw new Error('no file');
    const top = JSON.parse(apply(text, insertTopLevel(file, ['resource "a" "n" {', '  k = 1', '}']))) as unknown;
    expect(top).toMatchObject({ resource: { a: { b: { x: 1 }, n: { k: 1 } } } });
    expect(JSON.parse(apply(text, insertTopLevel(file, ['output "o" {', '  value = 1', '}'])))).toMatchObject({
      output: { o: { value: 1 } },
    });
  });

  it('removes blocks, and what they leave empty', () => {
    expect(body(change(removeBlock, ['c']))).not.toHaveProperty('c');
    expect(body(change((block) => block.blocks('list').slice(0, 1).flatMap(removeBlock)))).toMatchObject({
      list: [{ q: 2 }],
    });
    const two = JSON.stringify({ resource: { a: { b: {} } }, locals: { z: 1 } }, undefined, 2);
    expect(change(removeBlock, [], two)).toEqual({ locals: { z: 1 } });
    const single = JSON.stringify({ resource: { a: { b: { c: [{}], d: 1 } } } });
    expect(change(removeBlock, ['c'], single)).toEqual({ resource: { a: { b: { d: 1 } } } });
  });

  it('legacy Packer templates get steps and arguments', () => {
    const template = JSON.stringify(
      { builders: [{ type: 'docker', image: 'x' }], provisioners: [{ type: 'shell' }] },
      undefined,
      2,
    );
    const [build] = templateOf({ 't.json': template }).builds;
    if (!build) throw new Error('no build');
    const manifest = ['post-processor "manifest" {', '  output = "manifest.json"', '}'];
    expect(JSON.parse(apply(template, insertBlock(build.block, manifest)))).toMatchObject({
      'post-processors': [{ type: 'manifest', output: 'manifest.json' }],
    });
    expect(JSON.parse(apply(template, insertBlock(build.block, ['provisioner "file" {}'])))).toMatchObject({
      provisioners: [{ type: 'shell' }, { type: 'file' }],
    });
    const [source] = build.sources;
    expect(source && JSON.parse(apply(template, insertAttribute(source.block, 'commit', 'true')))).toMatchObject({
      builders: [{ type: 'docker', image: 'x', commit: true }],
    });
  });
});

describe('any block', () => {
  const name = fc.constantFrom('a', 'bb', 'ccc', 'long_name');
  const value = fc.constantFrom(
    '1',
    '"x"',
    '[1, 2]',
    '[\n    1,\n  ]',
    '{ k = 1 }',
    '<<-EOT\n    text\n  EOT',
    'var.x',
  );
  const comment = fc.constantFrom('', ' # note', ' // note', ' /* note */');
  const item = fc.oneof(
    fc.tuple(name, fc.constantFrom('', '  '), value, comment).map(([key, pad, written, note]) => ({
      key,
      text: `  ${key}${pad} = ${written}${written.startsWith('<<') ? '' : note}\n`,
    })),
    fc
      .constantFrom('\n', '  # comment\n', '  nested {\n    z = 1\n  }\n', '  empty {}\n')
      .map((text) => ({ key: '', text })),
  );
  const document = fc.tuple(fc.array(item, { maxLength: 6 }), fc.boolean()).map(([items, crlf]) => {
    const seen = new Set<string>();
    const kept = items.filter(({ key }) => key === '' || (!seen.has(key) && seen.add(key)));
    const text = `# head\nresource "a" "b" {\n${kept.map((part) => part.text).join('')}}\n\nlocals {}\n`;
    return { text: crlf ? text.replaceAll('\n', '\r\n') : text, keys: [...seen] };
  });

  it('has the argument after an insertion, and every other byte', () => {
    fc.assert(
      fc.property(document, fc.constantFrom('new', 'another_name'), ({ text }, key) => {
        const edits = insertAttribute(blockIn(text), key, '"wanted"');
        const result = clean(apply(text, edits));
        expect(plain(blockIn(result).value(key))).toBe('wanted');
        for (const { at } of edits) expect(text.slice(at.start, at.end).trim()).toBe('');
        const attribute = blockIn(result).attribute(key);
        const back = attribute ? clean(apply(result, removeAttribute(attribute))) : '';
        expect(back.replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
        expect(result.split('\n').filter((line) => !text.split('\n').includes(line))).toHaveLength(1);
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it('loses the argument and nothing else', () => {
    fc.assert(
      fc.property(document, ({ text, keys }) => {
        for (const key of keys) {
          const attribute = blockIn(text).attribute(key);
          if (!attribute) throw new Error(key);
          const result = clean(apply(text, removeAttribute(attribute)));
          const after = blockIn(result);
          expect(after.attributes.map((left) => left.name)).toEqual(keys.filter((other) => other !== key));
          expect(after.nested.length).toBe(blockIn(text).nested.length);
          expect(result.includes('\r\n')).toBe(text.includes('\r\n'));
          for (const other of after.attributes) {
            expect(plain(other.value)).toEqual(plain(blockIn(text).value(other.name)));
          }
          expect(result.split('  # comment').length).toBe(text.split('  # comment').length);
        }
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('has the block after an insertion and is the same after its removal', () => {
    fc.assert(
      fc.property(document, ({ text }) => {
        const result = clean(apply(text, insertBlock(blockIn(text), ['added {', '  q = 1', '}'])));
        expect(plain(blockIn(result, ['added']).value('q'))).toBe(1);
        const back = clean(apply(result, removeBlock(blockIn(result, ['added']))));
        expect(back.replace(/\s+/g, ' ')).toBe(text.replace(/\s+/g, ' '));
      }),
      { seed: 13, numRuns: 300 },
    );
  });

  it('keeps JSON well-formed through any edit', () => {
    const json = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.oneof(fc.integer(), fc.string(), fc.constant({}), fc.constant([{}, { x: 1 }]), fc.constant({ y: [1] })),
    );
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2, 4), fc.boolean(), (entries, indent, crlf) => {
        const plainText = JSON.stringify({ resource: { t: { n: entries } } }, undefined, indent);
        const text = crlf ? plainText.replaceAll('\n', '\r\n') : plainText;
        const block = blockIn(text, [], 'main.tf.json');
        const parsed = (edits: readonly TextEdit[]): unknown =>
          (JSON.parse(apply(text, edits)) as { resource: { t: { n: unknown } } }).resource.t.n;
        expect(parsed(insertAttribute(block, 'new', '"v"'))).toEqual({ ...entries, new: 'v' });
        expect(parsed(insertBlock(block, ['new {', '  v = 1', '}']))).toEqual({ ...entries, new: { v: 1 } });
        for (const attribute of block.attributes) {
          const { [attribute.name]: _, ...rest } = entries;
          expect(parsed(removeAttribute(attribute))).toEqual(rest);
          expect(parsed(replaceValue(attribute, 'true'))).toEqual({ ...entries, [attribute.name]: true });
        }
      }),
      { seed: 14, numRuns: 300 },
    );
  });
});
