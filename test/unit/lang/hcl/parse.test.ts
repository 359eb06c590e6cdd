import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import type { Attribute, Block, Expression, TemplateExpression } from '../../../../server/src/lang/hcl/ast';
import { parseHcl, parseTemplate } from '../../../../server/src/lang/hcl/parse';

function attribute(text: string): Attribute {
  const file = parseHcl(text);
  expect(file.problems).toEqual([]);
  const item = file.body.items[0];
  if (item?.type !== 'attribute') throw new Error('no attribute');
  return item;
}

function block(text: string): Block {
  const item = parseHcl(text).body.items[0];
  if (item?.type !== 'block') throw new Error('no block');
  return item;
}

function value(expression: string): Expression {
  return attribute(`a = ${expression}\n`).value;
}

function template(expression: string): TemplateExpression {
  const found = value(expression);
  if (found.type !== 'template') throw new Error('no template');
  return found;
}

/** A short form of an expression that shows how it nests. */
function shape(node: Expression): unknown {
  switch (node.type) {
    case 'literal':
      return node.value;
    case 'traversal':
      return [node.root, ...node.steps.map((step) => step.name)].join('/');
    case 'template':
      return node.parts.map((part) => {
        if (part.type === 'text') return part.text.text;
        return part.type === 'interpolation'
          ? { $: shape(part.expression) }
          : { [part.keyword]: part.expression && shape(part.expression) };
      });
    case 'binary':
      return [shape(node.left), node.operator, shape(node.right)];
    case 'unary':
      return [node.operator, shape(node.operand)];
    case 'conditional':
      return ['?', shape(node.condition), shape(node.whenTrue), shape(node.whenFalse)];
    case 'parentheses':
      return { '()': shape(node.inner) };
    case 'call':
      return { [node.name]: node.args.map(shape), ...(node.expandFinal ? { expand: true } : {}) };
    case 'tuple':
      return node.items.map(shape);
    case 'object':
      return node.items.map((item) => [item.name ?? { key: shape(item.key) }, shape(item.value)]);
    case 'for':
      return {
        for: [node.keyName, node.valueName],
        in: shape(node.collection),
        key: node.key && shape(node.key),
        value: shape(node.value),
        if: node.condition && shape(node.condition),
        grouped: node.grouped,
      };
    case 'index':
      return { index: shape(node.collection), key: shape(node.key) };
    case 'access':
      return { access: shape(node.source), name: node.name };
    case 'splat':
      return { splat: shape(node.source), form: node.form, steps: node.steps.map((step) => step.name) };
    case 'missing':
      return 'missing';
  }
}

describe('bodies', () => {
  it('gives every part of an attribute its range', () => {
    const text = 'b {\n  name  = "x" # why\n}\n';
    const [item] = block(text).body.items;
    if (item?.type !== 'attribute') throw new Error('no attribute');
    const slice = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    expect([item.range, item.nameRange, item.equalsRange, item.value.range].map(slice)).toEqual([
      'name  = "x"',
      'name',
      '=',
      '"x"',
    ]);
  });

  it('gives every part of a block its range, in CRLF text after a byte order mark too', () => {
    const text = '\ufeffresource "a\\"b" c {\r\n  x {}\r\n}\r\n';
    const found = block(text);
    const slice = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    expect(slice(found.range)).toBe('resource "a\\"b" c {\r\n  x {}\r\n}');
    expect(slice(found.kindRange)).toBe('resource');
    expect(found.labels.map((label) => [label.value, slice(label.range), label.quoted])).toEqual([
      ['a"b', '"a\\"b"', true],
      ['c', 'c', false],
    ]);
    expect(slice(found.openBrace)).toBe('{');
    expect(found.closeBrace && slice(found.closeBrace)).toBe('}');
    expect(slice(found.body.range)).toBe('\r\n  x {}\r\n');
    expect(found.body.items.map((item) => item.type === 'block' && item.kind)).toEqual(['x']);
  });

  it('takes a block in one line', () => {
    expect(block('a { b = 1 }').body.items.map((item) => item.type === 'attribute' && item.name)).toEqual(['b']);
  });

  it('keeps comments of all three kinds, with and without delimiters', () => {
    const text = '# one\r\na = 1 // two\n/* three\n */ b = [ # four\n]\nc = "# no ${ x /* five */ }"\n';
    const file = parseHcl(text);
    expect(file.comments.map((comment) => comment.text)).toEqual([' one', ' two', ' three\n ', ' four', ' five ']);
    for (const { range, textStart, text: content } of file.comments) {
      expect(text.slice(textStart, textStart + content.length)).toBe(content);
      expect(text.slice(range.start, range.end)).toContain(content);
      expect(text.charAt(range.end - 1)).not.toBe('\r');
    }
  });

  it('reports problems of text that is not valid, with the whole of it parsed', () => {
    const file = parseHcl('a = \nb = 1\n');
    expect(file.problems.length).toBeGreaterThan(0);
    expect(file.body.items.map((item) => item.type === 'attribute' && [item.name, item.value.type])).toEqual([
      ['a', 'missing'],
      ['b', 'literal'],
    ]);
  });

  it('stops at a depth that no stack minds', () => {
    const file = parseHcl(`a = ${'['.repeat(2000)}${']'.repeat(2000)}\nb = 1\n`);
    expect(file.problems.some((problem) => problem.message.includes('too deeply'))).toBe(true);
    expect(file.body.items.at(-1)).toMatchObject({ name: 'b' });
    expect(parseHcl(`a = ${'['.repeat(400)}${']'.repeat(400)}`).problems).toEqual([]);
  });
});

describe('expressions', () => {
  it.each<[string, unknown]>([
    ['1.5e3', 1500],
    ['true', true],
    ['null', null],
    ['a.b[0]["k"].c.1.d', 'a/b/0/k/c/1/d'],
    ['a["x-${y}"].z', { access: { index: 'a', key: ['x-', { $: 'y' }] }, name: 'z' }],
    ['a[b].c', { access: { index: 'a', key: 'b' }, name: 'c' }],
    ['f(x).y[0]', { index: { access: { f: ['x'] }, name: 'y' }, key: 0 }],
    ['a[*].b[0].c', { splat: 'a', form: 'full', steps: ['b', 0, 'c'] }],
    ['a.*.b.c', { splat: 'a', form: 'attribute', steps: ['b', 'c'] }],
    ['a.*.b[0]', { index: { splat: 'a', form: 'attribute', steps: ['b'] }, key: 0 }],
    ['a[*].b[*].c', { splat: { splat: 'a', form: 'full', steps: ['b'] }, form: 'full', steps: ['c'] }],
    ['1 + 2 * 3 - 4', [[1, '+', [2, '*', 3]], '-', 4]],
    ['a || b && c == d < e', ['a', '||', ['b', '&&', ['c', '==', ['d', '<', 'e']]]]],
    ['a <= b != c >= d', [['a', '<=', 'b'], '!=', ['c', '>=', 'd']]],
    ['!a.b && -c', [['!', 'a/b'], '&&', ['-', 'c']]],
    ['a-b', 'a-b'],
    ['a -b', ['a', '-', 'b']],
    ['a ? b : c ? d : e', ['?', 'a', 'b', ['?', 'c', 'd', 'e']]],
    ['(a\n+ b)', { '()': ['a', '+', 'b'] }],
    ['f()', { f: [] }],
    ['f(a, [b]...)', { f: ['a', ['b']], expand: true }],
    ['provider::aws::arn_parse(a)', { 'provider::aws::arn_parse': ['a'] }],
    ['[a,\n b # c\n , c,\n]', ['a', 'b', 'c']],
    ['{}', []],
    [
      '{ a = 1, "b" : 2\n (c) = 3\n "d${e}" = 4, 5 = 6 }',
      [
        ['a', 1],
        ['b', 2],
        [{ key: { '()': 'c' } }, 3],
        [{ key: ['d', { $: 'e' }] }, 4],
        ['5', 6],
      ],
    ],
    ['{ for_each = 1 }', [['for_each', 1]]],
    [
      '[for x in y : x.z if x.w]',
      { for: [undefined, 'x'], in: 'y', key: undefined, value: 'x/z', if: 'x/w', grouped: false },
    ],
    [
      '{\n for k, v in y :\n k => v...\n}',
      { for: ['k', 'v'], in: 'y', key: 'k', value: 'v', if: undefined, grouped: true },
    ],
  ])('%s', (text, expected) => {
    expect(shape(value(text))).toEqual(expected);
  });

  it('gives traversal steps their ranges, with dot and brackets', () => {
    const text = 'a = var.x["k"][0]\n';
    const found = attribute(text).value;
    if (found.type !== 'traversal') throw new Error('no traversal');
    expect(found.steps.map((step) => [step.type, text.slice(step.range.start, step.range.end)])).toEqual([
      ['name', '.x'],
      ['index', '["k"]'],
      ['index', '[0]'],
    ]);
    expect(text.slice(found.rootRange.start, found.rootRange.end)).toBe('var');
  });
});

describe('templates', () => {
  it('decodes escapes and still knows where each character stands', () => {
    const text = 'a = "x\\"\\u00e9\\U0001F600$${y}%%{z}"\n';
    const found = attribute(text).value;
    const part = found.type === 'template' ? found.parts[0] : undefined;
    if (part?.type !== 'text') throw new Error('no text');
    expect(part.text.text).toBe('x"é😀${y}%{z}');
    expect(text.slice(part.range.start, part.range.end)).toBe('x\\"\\u00e9\\U0001F600$${y}%%{z}');
    const at = (character: string): string => {
      const start = part.text.text.indexOf(character);
      const place = part.text.sourceOf({ start, end: start + character.length });
      return text.slice(place?.start, place?.end);
    };
    expect([at('x'), at('"'), at('é'), at('😀'), at('${y}'), at('%{z}')]).toEqual([
      'x',
      '\\"',
      '\\u00e9',
      '\\U0001F600',
      '${y}',
      '%{z}',
    ]);
  });

  it('has no parts for an empty string', () => {
    expect(template('""').parts).toEqual([]);
  });

  it('takes strings in interpolations in strings', () => {
    expect(shape(value('"a${f("b${c}}")}d"'))).toEqual(['a', { $: { f: [['b', { $: 'c' }, '}']] } }, 'd']);
  });

  it('applies strip markers', () => {
    const found = template('"a  ${~ b ~}  c"');
    expect(shape(found)).toEqual(['a', { $: 'b' }, 'c']);
    expect(found.parts[1]).toMatchObject({ stripBefore: true, stripAfter: true });
  });

  it('keeps directives flat, with the names that a for binds', () => {
    const found = template('"%{ if a }x%{ else }y%{ endif }%{ for k, v in b ~} z%{ endfor }"');
    expect(shape(found)).toEqual([
      { if: 'a' },
      'x',
      { else: undefined },
      'y',
      { endif: undefined },
      { for: 'b' },
      'z',
      { endfor: undefined },
    ]);
    expect(found.parts.map((part) => (part.type === 'directive' ? part.variables : []))[5]).toEqual(['k', 'v']);
  });

  it('ends a string at the newline', () => {
    const text = 'a = "x\nb = 1\n';
    const items = parseHcl(text).body.items;
    expect(items.map((item) => text.slice(item.range.start, item.range.end))).toEqual(['a = "x', 'b = 1']);
  });

  it('takes heredocs as they are, up to the terminator', () => {
    const text = 'a = <<EOT\n  x \\n "${b}"\n  EOTX\n  EOT\nb = 1\n';
    const found = attribute(text).value;
    if (found.type !== 'template') throw new Error('no template');
    expect(found).toMatchObject({ form: 'heredoc', delimiter: 'EOT' });
    expect(shape(found)).toEqual(['  x \\n "', { $: 'b' }, '"\n  EOTX\n']);
    expect(text.slice(found.range.start, found.range.end)).toBe(text.slice(4, text.indexOf('\nb = 1')));
  });

  it('removes the common indentation of <<- and maps what is left', () => {
    const text = 'a = <<-EOT\n    one\n\n      two ${x}\n    $${three}\n  EOT\n';
    const found = attribute(text).value;
    if (found.type !== 'template') throw new Error('no template');
    expect(shape(found)).toEqual(['one\n\n  two ', { $: 'x' }, '\n${three}\n']);
    const [first] = found.parts;
    if (first?.type !== 'text') throw new Error('no text');
    const start = first.text.text.indexOf('two');
    expect(first.text.sourceOf({ start, end: start + 3 })).toEqual({
      start: text.indexOf('two'),
      end: text.indexOf('two') + 3,
    });
  });

  it('takes a heredoc in a call and a heredoc in a heredoc', () => {
    expect(shape(value('f(<<A\nx${g(<<B\ny\nB\n)}\nA\n, 1)'))).toEqual({
      f: [['x', { $: { g: [['y\n']] } }, '\n'], 1],
    });
  });
});

describe('parseTemplate', () => {
  it('gives ranges of the source for text that stands there', () => {
    const source = '"image:${var.tag}"';
    const [text, interpolation] = parseTemplate(MappedText.verbatim('image:${var.tag}', 1));
    expect(text?.type === 'text' && text.text.sourceOf()).toEqual({ start: 1, end: 7 });
    if (interpolation?.type !== 'interpolation') throw new Error('no interpolation');
    expect(source.slice(interpolation.range.start, interpolation.range.end)).toBe('${var.tag}');
    expect(source.slice(interpolation.expression.range.start, interpolation.expression.range.end)).toBe('var.tag');
  });

  it('maps ranges through escapes', () => {
    const source = '"a\\n${f(\\"k\\")}"';
    const text = MappedText.concat([
      MappedText.verbatim('a', 1),
      MappedText.opaque('\n', { start: 2, end: 4 }),
      MappedText.verbatim('${f(', 4),
      MappedText.opaque('"', { start: 8, end: 10 }),
      MappedText.verbatim('k', 10),
      MappedText.opaque('"', { start: 11, end: 13 }),
      MappedText.verbatim(')}', 13),
    ]);
    const [literal, interpolation] = parseTemplate(text);
    expect(literal?.type === 'text' && literal.text.text).toBe('a\n');
    if (interpolation?.type !== 'interpolation' || interpolation.expression.type !== 'call') throw new Error('no call');
    expect(source.slice(interpolation.range.start, interpolation.range.end)).toBe('${f(\\"k\\")}');
    const [argument] = interpolation.expression.args;
    expect(source.slice(argument?.range.start, argument?.range.end)).toBe('\\"k\\"');
  });

  it('takes quotes, backslashes and newlines as they are', () => {
    const parts = parseTemplate(MappedText.verbatim('"a\\n"\n%{ if x }b%{ endif }', 0));
    expect(parts.map((part) => (part.type === 'text' ? part.text.text : part.type))).toEqual([
      '"a\\n"\n',
      'directive',
      'b',
      'directive',
    ]);
  });

  it('keeps the path of another file', () => {
    const [literal] = parseTemplate(MappedText.verbatim('a ${b}', 0, 'motd.tftpl'));
    expect(literal?.type === 'text' && literal.text.sourceOf()).toEqual({ start: 0, end: 2, path: 'motd.tftpl' });
  });

  it('gives no parts for no text', () => {
    expect(parseTemplate(MappedText.verbatim('', 3))).toEqual([]);
  });
});
