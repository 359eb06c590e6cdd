import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { resolvePlain } from '../../../../server/src/lang/data/scalar-value';
import { get } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { checkTree, plain, scalarsOf } from './helpers';
import { cpuTime } from '../../../support/cpu-time';

/** What `yaml` (1.2 core schema) and go-yaml (1.1 rules) read alike. */
const sameInBoth = (text: string): boolean => !/^(?:yes|no|on|off|[-+]?0[0-9_b]|[-+]?[0-9].*_|\.(inf|nan))/i.test(text);

const word = fc.constantFrom(
  'a',
  'image',
  'x y',
  "it's",
  '"q"',
  '# c',
  'a: b',
  'é',
  '😀',
  '12',
  '1.5',
  'true',
  'no',
  '- z',
  '{',
  ']',
  '\\t',
  '\t',
  '',
  'v1.2',
  '*a',
  '&b',
  '%c',
  '|',
  '>',
  '!',
);
const text = fc.oneof(
  word,
  fc.string({ maxLength: 20 }),
  fc.array(word, { maxLength: 6 }).map((lines) => lines.join('\n')),
  fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true })),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
  ),
}));

const STYLES = ['PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;

describe('parseYaml against the yaml package', () => {
  it('decodes the same values, and every scalar maps to the source', () => {
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom(...STYLES),
        fc.constantFrom(20, 80),
        fc.boolean(),
        (value, style, width, crlf) => {
          const written = stringify(value, {
            defaultStringType: style,
            defaultKeyType: 'QUOTE_DOUBLE',
            lineWidth: width,
          });
          const source = crlf ? written.replaceAll('\n', '\r\n') : written;
          const file = parseYaml(source);
          const document = parseDocument(source, { uniqueKeys: false });
          if (document.errors.length > 0) return;
          const expected: unknown = document.toJS();
          const differs = scalarsOf(file).some((scalar) => scalar.style === 'plain' && !sameInBoth(scalar.text.text));
          if (!differs) expect(plain(file.documents[0]?.root)).toEqual(expected);
          checkTree(file);
          for (const scalar of scalarsOf(file)) {
            if (typeof scalar.value === 'string') expect(scalar.text.text).toBe(scalar.value);
            // Letters and digits always stand in the source themselves: a text that maps only as a whole was not decoded by us.
            if (/[a-zé]{2}/.test(scalar.text.text))
              expect(scalar.text.segments.some((segment) => segment.verbatim)).toBe(true);
          }
        },
      ),
      { seed: 11, numRuns: 1500 },
    );
  });

  it('agrees on plain scalars that both schemas read alike', () => {
    const plainText = fc.stringMatching(/^[-+.0-9a-fxoeE_~]{1,8}$/);
    fc.assert(
      fc.property(plainText, (text) => {
        fc.pre(sameInBoth(text) && !/^[-+]0[xob]|^0[xob]$/i.test(text) && !/^---|^\.\.\./.test(text));
        fc.pre(!/^-?\s|^[-+]?\.$/.test(`${text} `) && text !== '-');
        expect(resolvePlain(text)).toEqual(
          get(parseYaml(`k: ${text}`).documents[0]?.root, 'k')?.type === 'scalar'
            ? parseDocument(text).toJS()
            : undefined,
        );
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  it('cuts a stream where the package does', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '---\n',
            '...\n',
            'a: 1\n',
            '# c\n',
            '\n',
            '--- # d\n',
            'b: |\n  x\n',
            '----: 2\n',
            '%YAML 1.2\n',
          ),
          { maxLength: 12 },
        ),
        (lines) => {
          const file = parseYaml(lines.join(''));
          let at = 0;
          for (const document of file.documents) {
            expect(document.range.start).toBeGreaterThanOrEqual(at);
            at = document.range.end;
            for (const problem of document.problems) expect(problem.message).not.toContain('multiple documents');
          }
          expect(at).toBeLessThanOrEqual(file.text.length);
        },
      ),
      { seed: 5, numRuns: 500 },
    );
  });
});

const SAMPLE = `%YAML 1.1
---
# head
apiVersion: v1 # one
kind: &k "Po\\u0064"
metadata: {name: 'it''s', labels: {a: "x
    y", b: [1, *k]}}
spec:
  <<: &m
    a: |2-
       two
      # no
  b: >+
    folded
    text

      more
  c:
  - - 1
    - ? x
      : y
  - !!str 017
  d: {{ .Values.x | default "y" }}
  {{- toYaml . | nindent 2 }}
...
---
- plain
  text
`;

describe('robustness', () => {
  it.each([false, true])('reads every prefix and every text with a part removed (template: %s)', (template) => {
    for (let end = 0; end <= SAMPLE.length; end++) checkTree(parseYaml(SAMPLE.slice(0, end), { template }));
    for (let at = 0; at < SAMPLE.length; at++)
      checkTree(parseYaml(SAMPLE.slice(0, at) + SAMPLE.slice(at + 1), { template }));
    const crlf = SAMPLE.replaceAll('\n', '\r\n');
    for (let end = 0; end <= crlf.length; end += 3) checkTree(parseYaml(crlf.slice(0, end), { template }));
  });

  it('reads random texts', () => {
    const part = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '\n  ',
      ' ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '|',
      '>',
      '&a ',
      '*a',
      '#',
      '{{',
      '}}',
      '\t',
      '\r\n',
      '---\n',
      '?',
      '!',
      '\\',
      '%',
      '\uFEFF',
      '\uE000',
      '0',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.boolean(), (parts, template) =>
        checkTree(parseYaml(parts.join(''), { template })),
      ),
      { seed: 13, numRuns: 3000 },
    );
  });

  const bomb = [
    'a: &a [x]',
    ...'bcdefghij'.split('').map(
      (letter, i) =>
        `${letter}: &${letter} [${Array(9)
          .fill(`*${'abcdefghij'[i] ?? ''}`)
          .join(', ')}]`,
    ),
  ].join('\n');
  it.each([
    ['an alias bomb', bomb],
    ['open brackets', '['.repeat(20_000)],
    ['open maps', '{a: '.repeat(20_000)],
    ['nested sequences', '- '.repeat(20_000)],
    ['nested keys', 'a: '.repeat(20_000)],
    ['a long scalar', `a: "${'x\\n'.repeat(100_000)}"`],
    ['a long block scalar', `a: |\n${'  xxxxx\n'.repeat(125_000)}`],
    ['many comments', '# x\n'.repeat(100_000)],
    ['many markers', '---\n'.repeat(20_000)],
    ['unclosed actions', '{{ '.repeat(100_000)],
    ['unclosed comments', '{{/*'.repeat(100_000)],
    ['unclosed strings', '{{ "'.repeat(100_000)],
    ['many actions', 'a: {{ x }}\n'.repeat(3_000)],
    ['many action lines', `a:\n${'{{ if }}\n'.repeat(5_000)}`],
  ])('survives %s', (_, source) => {
    const start = cpuTime();
    for (const template of [false, true]) {
      const file = parseYaml(source, { template });
      for (const scalar of scalarsOf(file)) expect(scalar.text.text.length).toBeGreaterThanOrEqual(0);
    }
    expect(cpuTime() - start).toBeLessThan(5000);
  });
});
