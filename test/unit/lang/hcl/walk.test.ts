import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../../server/src/lang/hcl/ast';
import { parseHcl } from '../../../../server/src/lang/hcl/parse';
import { regions } from '../../../../server/src/lang/hcl/regions';
import { bareName, nodeAt, pathAt, traversals, walkBody, walkExpression } from '../../../../server/src/lang/hcl/walk';

function value(text: string): Expression {
  const item = parseHcl(`a = ${text}\n`).body.items[0];
  if (item?.type !== 'attribute') throw new Error('no attribute');
  return item.value;
}

const NESTED = `a = 1
resource "x" "y" {
  b = {
    c = [var.d]
  }
  e {
    f = <<EOT
x
EOT
  }
}
`;

describe('walkExpression', () => {
  it('visits outer before inner, in source order, templates and keys included', () => {
    const seen: string[] = [];
    walkExpression(value('f({ a = "x${b}" }, c ? d[e] : -g)'), (node) => seen.push(node.type));
    expect(seen).toEqual([
      'call',
      'object',
      'traversal',
      'template',
      'traversal',
      'conditional',
      'traversal',
      'index',
      'traversal',
      'traversal',
      'unary',
      'traversal',
    ]);
  });
});

describe('walkBody', () => {
  it('visits nested items with the blocks around them', () => {
    const seen: string[] = [];
    walkBody(parseHcl(NESTED).body, (item, parents) => {
      seen.push([...parents.map((block) => block.kind), item.type === 'block' ? item.kind : item.name].join('.'));
    });
    expect(seen).toEqual(['a', 'resource', 'resource.b', 'resource.e', 'resource.e.f']);
  });
});

describe('traversals', () => {
  it.each([
    ['[a.b, "x${c.d}y", f(g), h[i.j], k[*].l]', ['a.b', 'c.d', 'g', 'h', 'i.j', 'k']],
    ['{ a = b, (c) = d, "${e}" = f }', ['b', 'c', 'd', 'e', 'f']],
    ['[for x in y : x.z + w]', ['y', 'w']],
    ['{for k, v in k : k => v if u}', ['k', 'u']],
    ['[[for x in y : x], x]', ['y', 'x']],
    ['"%{ for x in y }${x}${z}%{ endfor }${x}"', ['y', 'z', 'x']],
    ['true ? 1 : null', []],
  ])('%s', (text, expected) => {
    const found = traversals(value(text)).map(({ root, steps }) => [root, ...steps.map((step) => step.name)].join('.'));
    expect(found).toEqual(expected);
  });
});

describe('bareName', () => {
  it.each([
    ['a', 'a'],
    ['"b"', 'b'],
    ['""', ''],
    ['1', '1'],
    ['(a)', undefined],
    ['"${a}"', undefined],
    ['a.b', undefined],
  ])('%s', (key, expected) => {
    expect(bareName(value(key))).toBe(expected);
  });
});

describe('nodeAt', () => {
  it('finds the innermost node', () => {
    const { body } = parseHcl(NESTED);
    const offset = NESTED.indexOf('var.d') + 2;
    expect(pathAt(body, offset).map((node) => ('type' in node ? node.type : 'item'))).toEqual([
      'block',
      'attribute',
      'object',
      'item',
      'tuple',
      'traversal',
    ]);
    expect(nodeAt(body, offset)).toMatchObject({ root: 'var' });
    expect(nodeAt(body, NESTED.indexOf('<<EOT') + 7)).toMatchObject({ form: 'heredoc' });
    expect(nodeAt(body, NESTED.length)).toBeUndefined();
  });
});

describe('regions', () => {
  it('has attributes with their whole value as statements, and blocks outer before inner', () => {
    const file = parseHcl(`# why\n${NESTED}`);
    const found = regions(file);
    const slice = ({ start, end }: { start: number; end: number }): string => file.text.slice(start, end);
    expect(found.statements.map(slice)).toEqual(['a = 1', 'b = {\n    c = [var.d]\n  }', 'f = <<EOT\nx\nEOT']);
    expect(found.blocks.map((range) => slice(range).slice(0, 10))).toEqual(['resource "', 'e {\n    f ']);
    expect(found.comments.map(({ text }) => text)).toEqual([' why']);
  });
});
