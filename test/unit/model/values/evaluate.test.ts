import { describe, expect, it } from 'vitest';
import { structureOf } from '../../../../server/src/model/values/structure';
import type { Value } from '../../../../server/src/model/values/value';
import { evaluated, plain, slice, valueOf } from '../terraform/support';

const value = (expression: string, rest = ''): unknown => plain(evaluated(expression, rest));

describe('literals and templates', () => {
  it.each([
    ['"a"', 'a'],
    ['1.5', 1.5],
    ['-3', -3],
    ['true', true],
    ['null', null],
    ['["a", 1]', ['a', 1]],
    ['{ a = 1, "b" = [true], (upper("c")) = null }', { a: 1, b: [true], C: null }],
    ['"a-${1 + 1}-${true}"', 'a-2-true'],
    ['"${["x"]}"', ['x']],
    ['"${null}-a"', '?'],
    ['"x${data.a.b.c}y"', 'x?y'],
    ['"${data.a.b.c}"', '?'],
    ['"%{ if true }a%{ else }b%{ endif }"', 'a'],
    ['"%{ if data.a.b.c }a%{ else }b%{ endif }c"', { oneOf: ['ac', 'bc'] }],
    ['"%{ for i, x in ["a", "b"] }${i}${x},%{ endfor }"', '0a,1b,'],
    ['"%{ for k, v in { b = 1, a = 2 } }${k}=${v} %{ endfor }"', 'a=2 b=1 '],
    ['"%{ for x in data.a.b.c }${x}%{ endfor }."', '?.'],
    ['"$${a}"', '${a}'],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });

  it('heredocs keep their lines and lose their indentation', () => {
    const text =
      'output "it" {\n  value = <<-EOT\n    a\n      ${var.x}\n    c\n  EOT\n}\nvariable "x" { default = "b" }\n';
    expect(plain(valueOf(text))).toBe('a\n  b\nc\n');
  });

  it('a hole lies where its interpolation is written', () => {
    const files = { 'main.tf': 'output "it" {\n  value = "a-${data.a.b.c}-${upper(data.a.b.c)}"\n}\n' };
    const text = valueOf(files);
    if (text.type !== 'text') throw new Error(text.type);
    const holes = [...text.text.text.matchAll(/\uE000/g)].map(({ index }) =>
      slice(files, text.text.sourceOf({ start: index, end: index + 1 })),
    );
    expect(holes).toEqual(['${data.a.b.c}', '${upper(data.a.b.c)}']);
  });

  it('too many combinations of choices leave a hole', () => {
    const unknown = '(data.a.b.c ? "a" : "b")';
    const many = `"x${Array.from({ length: 6 }, () => `\${${unknown}}`).join('-')}y"`;
    expect(value(many)).toBe('x?-?-?-?-?-?y');
    expect(value(`"\${${unknown}}\${${unknown}}"`)).toEqual({ oneOf: ['aa', 'ab', 'ba', 'bb'] });
  });
});

describe('operators and access', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['7 % 4', 3],
    ['1 / 0', '?'],
    ['1 < 2 && 2 <= 2', true],
    ['"3" == "3"', true],
    ['1 == "1"', '?'],
    ['null == null', true],
    ['"a" != null', true],
    ['data.a.b.c == 1', '?'],
    ['data.a.b.c && false', false],
    ['data.a.b.c || true', true],
    ['data.a.b.c + 1', '?'],
    ['!true', false],
    ['[1, 2] == [1, 2]', true],
    ['{ a = 1 } == { a = 2 }', false],
    ['true ? "a" : "b"', 'a'],
    ['data.a.b.c ? "a" : "b"', { oneOf: ['a', 'b'] }],
    ['data.a.b.c ? "a" : (data.a.b.d ? "b" : "c")', { oneOf: ['a', 'b', 'c'] }],
    ['(data.a.b.c ? true : true) ? "a" : "b"', 'a'],
    ['["a", "b"][1]', 'b'],
    ['["a", "b"][5]', '?'],
    ['{ a = { b = 1 } }.a.b', 1],
    ['{ a = 1 }["a"]', 1],
    ['{ a = 1 }[data.a.b.c]', '?'],
    ['[{ n = 1 }, { n = 2 }][*].n', [1, 2]],
    ['[{ n = 1 }, { n = 2 }].*.n', [1, 2]],
    ['null[*]', []],
    ['(data.a.b.c ? { k = 1 } : { k = 2 }).k', { oneOf: [1, 2] }],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

describe('for expressions', () => {
  it.each([
    ['[for x in ["a", "b"] : upper(x)]', ['A', 'B']],
    ['[for i, x in ["a", "b"] : "${i}${x}" if x != "a"]', ['1b']],
    ['{ for k, v in { a = 1, b = 2 } : v => k }', { 1: 'a', 2: 'b' }],
    ['{ for x in [{ k = "a", v = 1 }, { k = "a", v = 2 }] : x.k => x.v... }', { a: [1, 2] }],
    ['[for x in data.a.b.c : x]', '?'],
    ['[for x in [1, 2] : x if data.a.b.c]', ['…']],
    ['[for x in concat([1], data.a.b.c) : x]', [1, '…']],
    [
      '[for x in [1, 2] : [for y in [x, 3] : x * y]]',
      [
        [1, 3],
        [4, 6],
      ],
    ],
  ])('%s', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

describe('functions', () => {
  it.each([
    ['upper("aB")', 'AB'],
    ['lower("AB${data.a.b.c}")', 'ab?'],
    ['trimspace("  a ")', 'a'],
    ['chomp("a\\n\\n")', 'a'],
    ['trim("xxaxx", "x")', 'a'],
    ['trimprefix("v1", "v")', '1'],
    ['trimsuffix("a.tar", ".tar")', 'a'],
    ['startswith("repo:${data.a.b.c}", "repo:")', true],
    ['startswith("re${data.a.b.c}", "repo:")', '?'],
    ['endswith("${data.a.b.c}:latest", ":latest")', true],
    ['strcontains("abc", "d")', false],
    ['replace("a-b-c", "-", "_")', 'a_b_c'],
    ['replace("abc", "/b/", "x")', '?'],
    ['substr("hello", 1, 3)', 'ell'],
    ['substr("hello", -3, -1)', 'llo'],
    ['split(":", "a:b")', ['a', 'b']],
    ['split(":", "a:${data.a.b.c}")', '?'],
    ['join("-", ["a", "b"], ["c"])', 'a-b-c'],
    ['join("-", ["a", data.a.b.c])', 'a-?'],
    ['join("-", data.a.b.c)', '?'],
    ['format("%s-%03d-%v%%", "a", 7, true)', 'a-007-true%'],
    ['format("%s:%s", "repo", data.a.b.c)', 'repo:?'],
    ['format("%[2]s%[1]s", "a", "b")', 'ba'],
    ['format("%q", "a")', '"a"'],
    ['format("%s")', '?'],
    ['indent(2, "a\\nb")', 'a\n  b'],
    ['tostring(3)', '3'],
    ['tonumber("3")', 3],
    ['tobool("true")', true],
    ['tobool("maybe")', '?'],
    ['concat(["a"], ["b"], [])', ['a', 'b']],
    ['concat(["a"], data.a.b.c)', ['a', '…']],
    ['concat(["a"], data.a.b.c)[0]', '?'],
    ['merge({ a = 1 }, { b = 2 }, null, { a = 3 })', { a: 3, b: 2 }],
    ['merge({ a = 1 }, data.a.b.c)', { a: { oneOf: [1, '?'] }, '…': true }],
    ['merge(data.a.b.c, { a = 1 })', { a: 1, '…': true }],
    ['merge([{ a = 1 }, { b = 2 }]...)', { a: 1, b: 2 }],
    ['lookup({ a = 1 }, "a", 2)', 1],
    ['lookup({ a = 1 }, "b", 2)', 2],
    ['lookup(data.a.b.c, "b", 2)', { oneOf: ['?', 2] }],
    ['coalesce(null, "", "a")', 'a'],
    ['coalesce(data.a.b.c, "a")', { oneOf: ['?', 'a'] }],
    ['coalesce("a", data.a.b.c)', 'a'],
    ['coalescelist([], ["a"])', ['a']],
    ['try({ a = 1 }.b, "d")', 'd'],
    ['try(tobool("x"), false)', false],
    ['try(data.a.b.c, "d")', { oneOf: ['?', 'd'] }],
    ['try(local.o.a, "d")', 1],
    ['can({ a = 1 }.b)', false],
    ['can({ a = 1 }.a)', true],
    ['can(data.a.b.c)', '?'],
    ['length([1, 2])', 2],
    ['length({ a = 1 })', 1],
    ['length("abc")', 3],
    ['length(concat([1], data.a.b.c))', '?'],
    ['element(["a", "b"], 3)', 'b'],
    ['keys({ b = 1, a = 2 })', ['a', 'b']],
    ['values({ b = 1, a = 2 })', [2, 1]],
    ['contains(["a"], "a")', true],
    ['contains(["a"], "b")', false],
    ['contains(["a", data.a.b.c], "b")', '?'],
    ['flatten([["a"], [["b"], "c"]])', ['a', 'b', 'c']],
    ['compact(["a", "", null])', ['a']],
    ['distinct(["a", "b", "a"])', ['a', 'b']],
    ['toset(["a", "a"])', ['a']],
    ['tomap({ a = 1 })', { a: 1 }],
    ['range(3)', [0, 1, 2]],
    ['range(1, 6, 2)', [1, 3, 5]],
    ['zipmap(["a"], [1])', { a: 1 }],
    ['one([])', null],
    ['one(["a"])', 'a'],
    ['sort(["b", "a"])', ['a', 'b']],
    ['reverse([1, 2])', [2, 1]],
    ['slice([1, 2, 3], 0, 2)', [1, 2]],
    ['max(1, 3, 2)', 3],
    ['sum([1, 2])', 3],
    ['anytrue([false, true])', true],
    ['alltrue([data.a.b.c, false])', false],
    ['nonsensitive("a")', 'a'],
    ['timestamp()', '?'],
    ['"a-${formatdate("YYYY", timestamp())}"', 'a-?'],
    ['uuid()', '?'],
    ['regex("a", "b")', '?'],
    ['cidrsubnet("10.0.0.0/8", 8, 1)', '?'],
    ['provider::aws::arn_parse("x")', '?'],
    ['basename("a/b.sh")', 'b.sh'],
    ['dirname("a/b.sh")', 'a'],
    ['base64encode("héllo")', 'aMOpbGxv'],
    ['base64decode("aMOpbGxv")', 'héllo'],
    ['base64decode(base64encode("a${data.a.b.c}"))', 'a?'],
    ['jsonencode({ b = 1, a = ["x", null, "<"] })', '{"a":["x",null,"\\u003c"],"b":1}'],
    ['jsonencode({ a = data.a.b.c })', '{"a":?}'],
    ['jsondecode("{\\"a\\": [1]}")', { a: [1] }],
    ['jsondecode(jsonencode({ a = data.a.b.c }))', { a: '?' }],
    [
      'yamlencode({ a = ["x", { b = 1, c = {} }], d = "1\\n2\\n" })',
      '"a":\n- "x"\n- "b": 1\n  "c": {}\n"d": |\n  1\n  2\n',
    ],
    ['yamldecode("a: [1, yes]")', { a: [1, true] }],
    ['path.module', '.'],
  ])('%s', (expression, expected) => {
    expect(value(expression, 'locals {\n  o = { a = 1 }\n}')).toEqual(expected);
  });

  it('looks through encodings', () => {
    const encoded = evaluated('base64gzip("#!/bin/sh\\n")');
    expect(plain(encoded.type === 'text' ? encoded.decoded : undefined)).toBe('#!/bin/sh\n');
    const json = evaluated('jsonencode([{ image = "nginx:latest" }])');
    expect(plain(structureOf(json))).toEqual([{ image: 'nginx:latest' }]);
    const yaml = evaluated('yamlencode({ packages = ["nginx"] })');
    expect(plain(structureOf(yaml))).toEqual({ packages: ['nginx'] });
  });

  it('yamlencode of a mapping round trips through yamldecode', () => {
    const written =
      '{ write_files = [{ path = "/a", content = "x\\n y\\n", n = [[1], []] }, {}], on = true, s = "yes" }';
    expect(value(`yamldecode("# written\\n\${yamlencode(${written})}")`)).toEqual(value(written));
  });
});

describe('files', () => {
  const files = {
    'infra/main.tf': 'output "it" {\n  value = file("${path.module}/task.json")\n}\n',
    'infra/task.json': '[{"name": "app", "image": "nginx:latest"}]',
    'infra/init.sh.tftpl': '#!/bin/sh\n%{ for p in packages ~}\napt-get install -y ${p}\n%{ endfor ~}\necho ${name}\n',
  };

  it('file() maps to the file that it reads', () => {
    const read = valueOf(files, 'infra');
    expect(plain(read)).toBe(files['infra/task.json']);
    const structure = structureOf(read);
    const image = at(structure, 0, 'image');
    expect(plain(image)).toBe('nginx:latest');
    expect(image?.origin?.path).toBe('infra/task.json');
    expect(slice(files, image?.origin)).toBe('"nginx:latest"');
  });

  it('templatefile() resolves its variables and keeps the places of both files', () => {
    const main =
      'output "it" {\n  value = templatefile("init.sh.tftpl", { packages = ["nginx", "curl"], name = var.x })\n}\n';
    const all = { ...files, 'infra/main.tf': main };
    const text = valueOf(all, 'infra');
    if (text.type !== 'text') throw new Error(text.type);
    expect(plain(text)).toBe('#!/bin/sh\napt-get install -y nginx\napt-get install -y curl\necho ?\n');
    expect(text.origin.path).toBe('infra/init.sh.tftpl');
    const command = text.text.text.indexOf('install');
    expect(slice(all, text.text.sourceOf({ start: command, end: command + 7 }))).toBe('install');
    const name = text.text.text.indexOf('curl');
    expect(text.text.sourceOf({ start: name, end: name + 4 })?.path).toBe('infra/main.tf');
    expect(slice(all, text.text.sourceOf({ start: name, end: name + 4 }))).toBe('curl');
  });

  it.each([
    ['file("missing.sh")', '?'],
    ['file("/etc/passwd")', '?'],
    ['file("../../up.sh")', '?'],
    ['fileexists("missing.sh")', '?'],
    ['filebase64("x.sh")', 'YQ=='],
    ['file(abspath("${path.module}/x.sh"))', 'a'],
    ['templatefile("x.sh", data.a.b.c)', 'a'],
    ['templatefile("t.tftpl", data.a.b.c)', 'v=?'],
    ['templatestring(local.t, { x = 1 })', 'v=1'],
  ])('%s', (expression, expected) => {
    const rest = 'locals {\n  t = "v=$${x}"\n}';
    expect(plain(evaluated(expression, rest, { 'x.sh': 'a', 't.tftpl': 'v=${x}' }))).toEqual(expected);
  });
});

describe('JSON in text', () => {
  it('a heredoc with interpolations keeps the literal places', () => {
    const files = {
      'main.tf': [
        'output "it" {',
        '  value = <<-JSON',
        '    [{',
        '      "name": "${var.name}",',
        '      "image": "nginx:${var.tag}",',
        '      "cpu": ${var.cpu},',
        '      "memory": ${var.memory}',
        '    }]',
        '  JSON',
        '}',
        'variable "tag" {',
        '  default = "latest"',
        '}',
        'variable "cpu" {}',
        'variable "name" {}',
        'variable "memory" {',
        '  default = 512',
        '}',
        '',
      ].join('\n'),
    };
    const structure = structureOf(valueOf(files));
    expect(plain(structure)).toEqual([{ name: '?', image: 'nginx:latest', cpu: '?', memory: 512 }]);
    const image = at(structure, 0, 'image');
    if (image?.type !== 'text') throw new Error('no text');
    expect(slice(files, image.text.sourceOf({ start: 0, end: 6 }))).toBe('nginx:');
    expect(slice(files, image.text.sourceOf({ start: 6, end: 12 }))).toBe('latest');
  });

  it('text that is no JSON has no structure', () => {
    expect(plain(structureOf(evaluated('"{ not json"')))).toBe('?');
    expect(plain(structureOf(evaluated('data.a.b.c ? jsonencode([1]) : "[2]"')))).toEqual({ oneOf: [[1], [2]] });
  });
});

describe('limits', () => {
  it('doubling texts, deep chains, cycles and huge loops end as unknown', () => {
    const doubling = Array.from({ length: 40 }, (_, i) => `  l${i + 1} = "\${local.l${i}}\${local.l${i}}"`).join('\n');
    const doubled = value('local.l40', `locals {\n  l0 = "xxxxxxxxxx"\n${doubling}\n}`);
    expect(doubled).toMatch(/^\?+$/);
    expect(String(doubled).length).toBeLessThan(1_000_000);
    const chain = Array.from({ length: 2000 }, (_, i) => `  c${i + 1} = upper(local.c${i})`).join('\n');
    expect(value('local.c2000', `locals {\n  c0 = "x"\n${chain}\n}`)).toBe('?');
    expect(value('local.a', 'locals {\n  a = local.b\n  b = [local.a]\n}')).toEqual(['?']);
    expect(value('local.a', 'locals {\n  a = "x${local.a}"\n}')).toBe('x?');
    const loops = '[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : c]]]';
    expect(JSON.stringify(value(loops)).length).toBeLessThan(1_000_000);
    const nested = Array.from({ length: 60 }, (_, i) => `  n${i + 1} = [local.n${i}, local.n${i}]`).join('\n');
    expect(value('length(flatten(local.n60))', `locals {\n  n0 = [1]\n${nested}\n}`)).toBe('?');
  }, 5000);
});

function at(value: Value, ...path: readonly (string | number)[]): Value | undefined {
  let current: Value | undefined = value;
  for (const key of path) {
    if (current?.type === 'list' && typeof key === 'number') current = current.items[key];
    else if (current?.type === 'object' && typeof key === 'string') current = current.entries.get(key)?.value;
    else return undefined;
  }
  return current;
}
