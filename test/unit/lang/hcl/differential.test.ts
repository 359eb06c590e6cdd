import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHcl } from '../../../../server/src/lang/hcl/parse';
import { violation } from './invariants';
import { official, toOfficialJson } from './official';
import { SAMPLES } from './samples';

/** The texts that the official parser refuses on purpose while we do not, with the reason. */
const MORE_TOLERANT = [
  // A heredoc's last line without a line break: an editor shows that state while somebody types.
  'a = <<EOT\nx\nEOT',
  // Directives are kept flat; pairing them is the evaluator's work.
  'a = "%{ if true }x%{ endfor }"',
];

const EDGE_CASES = [
  '',
  '#',
  '\ufeffa = 1',
  'a = 1 // c\r\nb = 2\r\n',
  'a = 1 /* \n */\nb = 2',
  'a = 1 /* \n */ b = 2',
  'a = 1 /* open',
  '\ra = 1',
  'a = 1\rb = 2',
  'a = b\u00a0',
  'é-x = ü',
  '\u{10400}x = 1',
  '1a = 1',
  'b {a = 1\n}',
  'b { a = 1 }',
  'b { a = 1 } # c',
  'b {}',
  'b { c {} }',
  'b {\n a = 1 }',
  'b {\n c {}\n}',
  'b c {}',
  'b "c" d "e" {\n}\n',
  'b "x${y}" {}',
  'b "x$${y}" {}',
  'b "\\u00e9\\n" {}',
  'b\n{}',
  'b "c"\n{}',
  'b {} c {}',
  'b {',
  'b {\n}}',
  'a.b = 1',
  '"a" = 1',
  'a = 1 b = 2',
  'a == 1',
  'a : 1',
  'a =',
  'a = 1e5',
  'a = 1.e5',
  'a = 1E-2',
  'a = 1.5',
  'a = .5',
  'a = 0x10',
  'a = 10.11.10.12/32',
  'a = 1.5.x',
  'a = "x".0',
  'a = null',
  'a = true(1)',
  'a = b.true',
  "a = 'x'",
  'a = ${b}',
  'a = "\t"',
  'a = "\n"',
  'a = "a\\"',
  'a = "\\q"',
  'a = "\\uD83D"',
  'a = "\\UFFFFFFFF"',
  'a = "\\U0001F600\\u00e9\\n\\t\\r\\"\\\\"',
  'a = "x$$$${b}"',
  'a = "$${b}c${d}"',
  'a = "p %%{if} $%{ if x }y%{ endif }"',
  'a = "$" ',
  'a = "$$"',
  'a = "$${"',
  'a = "%"',
  'a = "$$$${x}"',
  'a = "${true}"',
  'a = "${"x"}"',
  'a = "${\n1\n}"',
  'a = "${x}${y}"',
  'a = "${~ x }"',
  'a = "${"',
  'a = "a  ${~ b ~}  c \\n"',
  'a = "a $  ${~ b ~} %  c \\n"',
  'a = "%{if x~} a %{else} b %{ endif ~} c"',
  'a = "${ f("${g("x")}") }"',
  'a = "${ {a = "}"}.a }"',
  'a = <<EOT\n  EOTX\nEOT\n',
  'a = <<EOT\nEOT\n',
  'a = <<-EOT\n\t x\n\t  y\n\tEOT\n',
  'a = <<EOT \nx\nEOT\n',
  'a = << EOT\nx\nEOT\n',
  'a = <<EOT\n   x\n   ${~ b ~}   \n     foo\n  $${q} \\n %%{\nEOT\n',
  'a = <<-EOT\n    x\n  ${y} z\n\n       \n     w$${q}\n   EOT\n',
  'a = <<-EOT\n     ${y} z\n       x\n     EOT   \nb = 1\n',
  'a = <<-EOT\n    %{ for a in b ~}\n    foo\n      bar\n    %{ endfor ~}\n    z\n  EOT\n',
  'a = <<EOT\r\nx\r\nEOT\r\nb = 1',
  'a = <<A\n${<<B\nx\nB\n}\nA\n',
  'a = [<<A\nx\nA\n, 1]',
  'a = [<<A\nx\nA, 1]\n',
  'a = f(<<A\nx\nA\n)\n',
  'a = {b = <<A\nx\nA\nc = 1}\n',
  'a = f\n(1)',
  'a = f(\n)',
  'a = f(1\n, 2\n)',
  'a = f(x,)',
  'a = f(,)',
  'a = f(x, y... )',
  'a = f(x...,)',
  'a = f(...)',
  'a = b::c',
  'a = b:: c()',
  'a = provider::aws::arn_parse(x)',
  'a = - \n 1',
  'a = (- \n 1)',
  'a = --b',
  'a = !(!b)',
  'a = !b == c',
  'a = -b.c[0]',
  'a = b && !c',
  'a = a ? b : c ? d : e',
  'a = a ?\n b : c',
  'a = (a ?\n b : c)',
  'a = 5 % 2',
  'a = x %{y}',
  'a = [1\n,2]',
  'a = [1 +\n 1]',
  'a = [,]',
  'a = [1 2]',
  'a = {,}',
  'a = {a = 1,,}',
  'a = {a = 1, \n}',
  'a = {a = 1 b = 2}',
  'a = {a\n= 1}',
  'a = {\n a = \n 1}',
  'a = {a = 1 + \n 1}',
  'a = {(x) = 1, "y": 2\n z = 3}',
  'a = {"${x}" = 1}',
  'a = {a.b = 1}',
  'a = {1 = 2}',
  'a = {for = 1}',
  'a = {"a" = {b=1}\n\n}',
  'a = {for k, v in x: k => v... if k}',
  'a = {for v in x: v}',
  'a = [for x in y : x...]',
  'a = [for k,v in x: v if k if y]',
  'a = [for x in y : k => x]',
  'a = {}, b',
  'a = a.b.',
  'a = a.b.c.0.d',
  'a = b.c.0.1.d',
  'a = b.0x',
  'a = a.b[c].d.0',
  'a = a . b [0] . c',
  'a = b["x"]["y${z}"]',
  'a = b[',
  'a = b[*',
  'a = a.*',
  'a = a.*.*',
  'a = a[*][*]',
  'a = a.*[0]',
  'a = a.b.*.0',
  'a = x.*.y.0.z',
  'a = x.*.y[0].z',
  'a = b.*.c.*.d',
  'a = b[ * ].c[0][x].d',
  'a = x...',
  ...SAMPLES,
];

const IDENTIFIERS = ['a', 'b_1', 'aws-x', 'forest', 'iffy', 'null_x', 'größe'];
const identifier = fc.constantFrom(...IDENTIFIERS);
const space = fc.constantFrom('', ' ', '  ', '\t', ' /* c */ ');
const newline = fc.constantFrom('\n', '\n\n', '\r\n', ' # c\n', ' // "${\n');
const words = fc.constantFrom('x', ' y ', 'é', '$', '%', '$$', '$${z}', '%%{', '{', '}', '#', '//', '~', '😀', "'");
const escapes = fc.constantFrom('\\n', '\\"', '\\\\', '\\u00e9', '\\U0001F600', '\\t');

/** Joins without making `$` + `{` of two neighbours: that would be another text than the generator means. */
const safely = (pieces: readonly string[]): string =>
  pieces.reduce((text, piece) => (/[$%]$/.test(text) && /^[{$%]/.test(piece) ? `${text} ${piece}` : text + piece), '');

const { expression, inline } = fc.letrec<{
  expression: string;
  inline: string;
  quoted: string;
  heredoc: string;
  term: string;
}>((tie) => ({
  quoted: fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: words },
        { weight: 2, arbitrary: escapes },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('${', '${~'), space, tie('inline'), space, fc.constantFrom('}', '~}'))
            .map((p) => p.join('')),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(
              tie('inline'),
              fc.constantFrom('~', ''),
              words.filter((w) => !w.endsWith('$') && !w.endsWith('%')),
            )
            .map(([e, strip, w]) => `%{ if ${e} ${strip}}${w}%{else}z%{ endif ${strip}}`),
        },
      ),
      { maxLength: 5 },
    )
    .map((pieces) => `"${safely(pieces)}"`),
  heredoc: fc
    .tuple(
      fc.boolean(),
      fc.array(
        fc.tuple(
          fc.constantFrom('', '  ', '    ', '\t'),
          fc.array(
            fc.oneof(
              words,
              fc.constant('\\n'),
              fc.constant('"'),
              tie('inline').map((e) => `\${${e}}`),
              tie('inline').map((e) => `\${~ ${e} ~}`),
            ),
            { maxLength: 3 },
          ),
        ),
        { maxLength: 4 },
      ),
    )
    .map(
      ([dash, lines]) =>
        `<<${dash ? '-' : ''}END\n${lines.map(([indent, pieces]) => `${indent}${safely(pieces)}\n`).join('')}  END\n`,
    ),
  term: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    identifier,
    fc.constantFrom('1', '0.5', '12e3', 'true', 'false', 'null'),
    tie('quoted'),
    fc
      .tuple(
        identifier,
        fc.array(
          fc.oneof(
            identifier.map((n) => `.${n}`),
            fc.constantFrom('[0]', '["k"]', '[*]', '.0'),
          ),
          { maxLength: 3 },
        ),
      )
      .map(
        ([root, steps]) =>
          root + steps.filter((step, i) => step !== '.0' || !['.0', undefined].includes(steps[i + 1])).join(''),
      ),
    fc.tuple(identifier, tie('term')).map(([root, key]) => `${root}[ ${key} ].z`),
    fc
      .tuple(identifier, fc.array(tie('expression'), { maxLength: 3 }), fc.constantFrom('', ',', '...', '\n'))
      .map(([name, args, end]) => `${name}(${args.join(', ')}${args.length > 0 ? end : ''})`),
    fc.constant('provider::x::f(1)'),
    fc.tuple(tie('expression'), newline).map(([e, n]) => `(${n}${e}${n})`),
    fc
      .tuple(fc.array(tie('expression'), { maxLength: 3 }), fc.constantFrom(',', ' ,\n', ',\r\n'))
      .map(([items, comma]) => `[${items.join(comma)}]`),
    fc
      .array(
        fc.tuple(
          fc.oneof(
            identifier,
            tie('quoted'),
            tie('inline').map((e) => `(${e})`),
          ),
          fc.constantFrom(' = ', ':', '='),
          tie('inline'),
        ),
        { maxLength: 3 },
      )
      .chain((items) =>
        fc
          .constantFrom(',', '\n', ',\n', ' # c\n')
          .map((end) => `{${items.map(([k, op, v]) => `${k}${op}${v}${end}`).join('')}}`),
      ),
    fc
      .tuple(identifier, tie('expression'), tie('expression'), fc.boolean())
      .map(([n, coll, v, c]) => `[for ${n} in ${coll} : ${v}${c ? ' if true' : ''}]`),
    fc
      .tuple(tie('inline'), tie('inline'), fc.constantFrom('', '...'))
      .map(([k, v, dots]) => `{for a, b in c : ${k} => ${v}${dots}}`),
    fc.tuple(fc.constantFrom('-', '!', '- ', '!!'), tie('term')).map((p) => p.join('')),
  ),
  inline: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: tie('term') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          tie('term'),
          fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '&&', '||'),
          tie('term'),
        )
        .map(([a, operator, b]) => `${a} ${operator} ${b}`),
    },
    { weight: 1, arbitrary: fc.tuple(tie('term'), tie('term'), tie('term')).map(([a, b, c]) => `${a} ? ${b} : ${c}`) },
  ),
  expression: fc.oneof(
    { depthSize: 'small' },
    { weight: 6, arbitrary: tie('inline') },
    { weight: 1, arbitrary: tie('heredoc') },
  ),
}));

/** Attributes with names of their own: a second attribute of one name is refused by the official parser. */
const attributes = fc.uniqueArray(fc.tuple(identifier, fc.oneof(expression, inline)), {
  maxLength: 4,
  selector: ([name]) => name,
});
const body = fc
  .tuple(attributes, newline)
  .map(([list, end]) =>
    list.map(([name, value]) => `${name} = ${value}${value.endsWith('END\n') ? '' : end}`).join(''),
  );
const block = fc
  .tuple(
    fc.constantFrom('block', 'other-block'),
    fc.array(fc.constantFrom('"l"', 'l2', '"é\\n"'), { maxLength: 2 }),
    body,
  )
  // One kind with different numbers of labels has no JSON form.
  .map(([kind, labels, content]) => `${[`${kind}${labels.length}`, ...labels].join(' ')} {\n${content}}\n`);
const document = fc.tuple(body, fc.array(block, { maxLength: 2 })).map(([first, blocks]) => first + blocks.join(''));

async function compare(text: string): Promise<void> {
  const expected = await official(text);
  const file = parseHcl(text);
  expect({ text, valid: file.problems.length === 0, violation: violation(file) }).toEqual({
    text,
    valid: expected.error === undefined,
    violation: undefined,
  });
  if (expected.json !== undefined) expect({ text, json: toOfficialJson(file) }).toEqual({ text, json: expected.json });
}

describe('against the official parser', () => {
  it.each(EDGE_CASES.map((text) => [text]))('agrees on %j', async (text) => {
    await compare(text);
  });

  it.each(MORE_TOLERANT.map((text) => [text]))('accepts %j, which it refuses', async (text) => {
    expect((await official(text)).error).toBeDefined();
    expect(parseHcl(text).problems).toEqual([]);
  });

  it('agrees on the validity, values and structure of generated files', { timeout: 120_000 }, async () => {
    let valid = 0;
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        if ((await official(text)).error === undefined) valid++;
        await compare(text);
      }),
      { seed: 20_261, numRuns: 2000 },
    );
    // The generator must not drift into texts that both refuse.
    expect(valid).toBeGreaterThan(1000);
  });

  it('accepts whatever it accepts among damaged files', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        document,
        fc.nat(),
        fc.constantFrom('', '"', '{', '}', '\n', '$', ' ', ',', '.', '('),
        async (text, at, insertion) => {
          const characters = Array.from(text);
          characters.splice(at % (characters.length + 1), insertion === '' ? 1 : 0, insertion);
          const damaged = characters.join('');
          const expected = await official(damaged);
          const file = parseHcl(damaged);
          expect(violation(file)).toBeUndefined();
          if (expected.json === undefined) return;
          expect({ damaged, problems: file.problems, json: toOfficialJson(file) }).toEqual({
            damaged,
            problems: [],
            json: expected.json,
          });
        },
      ),
      { seed: 20_262, numRuns: 2000 },
    );
  });
});
