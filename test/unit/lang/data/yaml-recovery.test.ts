import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { get } from '../../../../server/src/lang/data/tree';
import type { DataFile, DataNode } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { kubernetes, workflow } from '../../../bench/generate';
import { checkTree, nodesOf, plain, scalarsOf } from './helpers';
import { cpuTime } from '../../../support/cpu-time';

const read = (text: string): unknown => plain(parseYaml(text).documents[0]?.root);
const problems = (text: string): string[] =>
  parseYaml(text).documents.flatMap((document) => document.problems.map(({ message }) => message));

describe('half-typed YAML', () => {
  it.each<[string, string, unknown]>([
    ['a key without a colon', 'a: 1\nfoo\nb: 2\n', { a: 1, foo: null, b: 2 }],
    ['the first key without a colon', 'foo\nb: 2\nc: 3\n', { foo: null, b: 2, c: 3 }],
    ['a missing colon above a map', 'a: 1\nspec\n  b: 2\nc: 3\n', { a: 1, spec: { b: 2 }, c: 3 }],
    [
      'a missing colon above a list',
      'a:\n  list\n  - b: 1\n    c: 2\n  d: 3\n',
      { a: { list: [{ b: 1, c: 2 }], d: 3 } },
    ],
    [
      'a missing colon in an item',
      '- name x\n  image: y\n- name: z\n',
      [{ 'name x': null, image: 'y' }, { name: 'z' }],
    ],
    ['an open double quote', 'a:\n  b: "x\n  c: "y"\nd: 1\n', { a: { b: 'x', c: 'y' }, d: 1 }],
    ['an open single quote', "a:\n- b: 'x\n  c: 'y'\n- d: 1\n", { a: [{ b: 'x', c: 'y' }, { d: 1 }] }],
    ['an open quote before deeper lines', 'a: "b\n  c: "d"\n', { a: 'b', c: 'd' }],
    ['an open list', 'a: [x, y\nb: 1\n', { a: ['x', 'y'], b: 1 }],
    ['an open list before a block', 'a: [\n  b: 1\n  c: 2\nd: 3\n', { a: [{ b: 1 }], c: 2, d: 3 }],
    ['an open list before items', 'a: [x\nb:\n- c\n', { a: ['x'], b: ['c'] }],
    ['an open map', 'a: {b: 1, c\nd: 2\n', { a: { b: 1, c: null }, d: 2 }],
    ['an open list in an open map', 'a: {b: [1, 2\nd: 2\n', { a: { b: [1, 2] }, d: 2 }],
    ['the wrong bracket', 'a: [b}\nc: {d: [e}\nf: 1\n', { a: ['b'], c: { d: ['e'] }, f: 1 }],
    ['a missing comma', 'a: ["b" "c"]\nd: 1\n', { a: ['b', 'c'], d: 1 }],
    ['a line too deep', 'a:\n  b: 1\n   c: 2\n  d: 3\n', { a: { b: 1, c: 2, d: 3 } }],
    ['a line too shallow', 'a:\n   b: 1\n  c: 2\n   d: 3\n', { a: { b: 1, c: 2, d: 3 } }],
    ['an item too deep', '- a: 1\n  b: 2\n - c: 3\n- d: 4\n', [{ a: 1, b: 2 }, { c: 3 }, { d: 4 }]],
    ['an item too shallow', 'a:\n   - b: 1\n  - c: 2\n   - d: 3\n', { a: [{ b: 1 }, { c: 2 }, { d: 3 }] }],
    ['text behind a value', 'a: "b" c\nd: 1\n', { a: 'b', d: 1 }],
    ['a map on the line of its key', 'a: b: c\nd: 1\n', { a: { b: 'c' }, d: 1 }],
    ['an item among keys', 'a: 1\n- x\nb: 2\n', { a: 1, b: 2 }],
    ['an action line that is no template', 'a: 1\n{{- if .x }}\nb: 2\n', { a: 1, b: 2 }],
    ['an action line at the top', '{{- if .x }}\na: 1\nb: 2\n', { a: 1, b: 2 }],
    ['nothing but a quote', 'a: "\nb: 1\n', { a: '', b: 1 }],
    ['a tab', 'a:\n  b: 1\n\tc: 2\nd: 3\n', { a: { b: 1, c: 2 }, d: 3 }],
  ])('keeps the rest after %s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
    expect(problems(text)).not.toEqual([]);
    checkTree(parseYaml(text));
  });

  it('ends an open quote with its line and tells where it began', () => {
    const text = 'a: "x y  \nb: 1\n';
    const [document] = parseYaml(text).documents;
    const a = get(document?.root, 'a');
    expect(text.slice(a?.range.start, a?.range.end)).toBe('"x y');
    expect(document?.problems).toEqual([{ range: { start: 3, end: 7 }, message: 'The closing quote is missing.' }]);
  });

  it('keeps most of a manifest whatever line is broken', () => {
    const text = kubernetes(120);
    const lines = text.split('\n');
    const values = (source: string): Map<string, number> => {
      const found = new Map<string, number>();
      for (const scalar of scalarsOf(parseYaml(source)))
        found.set(scalar.text.text, (found.get(scalar.text.text) ?? 0) + 1);
      return found;
    };
    const whole = values(text);
    const total = [...whole.values()].reduce((sum, count) => sum + count, 0);
    const mutations: ((line: string) => string)[] = [
      (line) => `${line} "`,
      (line) => line.replace(/: (?=\w)/, ': "'),
      (line) => line.replace(/: (?=\w)/, ': ['),
      (line) => line.replace(':', ''),
      (line) => ` ${line}`,
      (line) => line.replace(/^ /, ''),
      (line) => `${line.replace(/\S.*/, '')}foo\n${line}`,
    ];
    let kept = 0;
    let worst = 1;
    let count = 0;
    for (const mutate of mutations)
      for (let i = 0; i < lines.length; i++) {
        const changed = [...lines.slice(0, i), mutate(lines[i] ?? ''), ...lines.slice(i + 1)].join('\n');
        const now = values(changed);
        let same = 0;
        for (const [value, times] of whole) same += Math.min(times, now.get(value) ?? 0);
        kept += same / total;
        worst = Math.min(worst, same / total);
        count++;
      }
    expect(kept / count).toBeGreaterThan(0.98);
    expect(worst).toBeGreaterThan(0.7);
  });
});

describe('an action that is followed by more', () => {
  const parse = (text: string): DataFile => parseYaml(text, { template: true });

  it('stands for an entry that is not known', () => {
    const file = parse('labels: {{- include "x" . | nindent 2 }}\n  app: web\n  tier: db\nother: 1\n');
    expect(plain(file.documents[0]?.root)).toEqual({ labels: { '\uE000': null, app: 'web', tier: 'db' }, other: 1 });
    checkTree(file);
  });

  it('stands for an item that is not known', () => {
    const file = parse('args: {{ toYaml .x }}\n  - a\n  - b: 1\nother: 1\n');
    expect(plain(file.documents[0]?.root)).toMatchObject({ args: ['\uE000', 'a', { b: 1 }], other: 1 });
    checkTree(file);
  });

  it('is a value when nothing follows', () => {
    expect(plain(parse('a: {{ .x }}\nb: 1\n').documents[0]?.root)).toEqual({ a: '\uE000', b: 1 });
  });
});

/** Children lie in order inside their parent, comments in order outside of scalars, problems inside the document. */
function checkFile(file: DataFile): void {
  checkTree(file);
  const inOrder = (ranges: readonly { readonly start: number; readonly end: number }[]): void => {
    let at = 0;
    for (const range of ranges) {
      expect(range.start).toBeGreaterThanOrEqual(at);
      at = range.end;
    }
  };
  const visit = (node: DataNode): void => {
    if (node.type === 'sequence') {
      inOrder(node.items.map((item) => item.range));
      node.items.forEach(visit);
    } else if (node.type === 'map') {
      inOrder(node.entries.map((entry) => entry.range));
      for (const entry of node.entries) {
        expect(entry.value.range.start).toBeGreaterThanOrEqual(entry.keyRange.end);
        visit(entry.value);
      }
    }
  };
  inOrder(file.documents.map((document) => document.range));
  for (const { range, root, comments, problems: found } of file.documents) {
    if (root) visit(root);
    inOrder(comments.map((comment) => comment.range));
    for (const comment of comments)
      expect(file.text.slice(comment.textStart, comment.range.end).startsWith(comment.text)).toBe(true);
    for (const problem of found) {
      expect(problem.range.start).toBeGreaterThanOrEqual(range.start);
      expect(problem.range.end).toBeLessThanOrEqual(range.end);
    }
  }
}

const SAMPLE = `%TAG !e! tag:e.org,2000:
--- # head
apiVersion: v1
? [a, b]
: - c
  - ? d
    : e
list: &l
- !e!x {f: [g, "h\\u0041", 'i''j', *l], "k":l}
- - m: |2+
      n

  # o
- >-
  p
   q

  r
s: t
  u v: w
...
--- |
 x
`;

describe('broken texts', () => {
  it('are read at every prefix, and with every letter left out or doubled', () => {
    for (const text of [SAMPLE, SAMPLE.replaceAll('\n', '\r\n'), kubernetes(60), workflow(40)]) {
      const step = text.length > 1000 ? 97 : 2;
      for (let at = 0; at <= text.length; at += step) {
        checkFile(parseYaml(text.slice(0, at)));
        checkFile(parseYaml(text.slice(0, at) + text.slice(at + 1)));
        checkFile(parseYaml(text.slice(0, at) + (text[at] ?? '') + text.slice(at)));
      }
    }
  });

  it('are read after random edits', () => {
    const letters = ' \n\t"\'{}[]:,-?&*!|>#%@\\a1'.split('');
    const piece = fc.constantFrom(...letters, ': ', '- ', '\n  ', '\n---\n', '\r\n', '{{ x }}');
    const edit = fc.tuple(fc.nat(4000), fc.nat(8), fc.array(piece, { maxLength: 4 }));
    const sources = [SAMPLE, kubernetes(40), workflow(40)];
    fc.assert(
      fc.property(
        fc.constantFrom(...sources),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (source, edits, template) => {
          let text = source;
          for (const [place, remove, insert] of edits) {
            const at = place % (text.length + 1);
            text = text.slice(0, at) + insert.join('') + text.slice(at + remove);
          }
          checkFile(parseYaml(text, { template }));
        },
      ),
      { seed: 31, numRuns: 600 },
    );
  });

  const long = 100_000;
  it.each<[string, string]>([
    ['? in a row', '? '.repeat(long)],
    ['- in a row', '- '.repeat(long)],
    ['anchors in a row', '&a '.repeat(long)],
    ['tags in a row', '!!str '.repeat(long)],
    ['anchors on lines of their own', '&a\n'.repeat(long)],
    ['double quotes', '"'.repeat(long * 4)],
    ['single quotes', "'".repeat(long * 4)],
    ['open quotes on lines', ' "a\n'.repeat(long)],
    ['open quotes of two kinds', '- "a\n- \'b\n'.repeat(long / 2)],
    ['escaped quotes on lines', '"a\n \\"b\n'.repeat(long / 2)],
    ['open brackets on lines', '- [\n'.repeat(long)],
    ['deeper and deeper brackets', '[{"a":'.repeat(long)],
    ['brackets after brackets', '[] '.repeat(long)],
    ['closing brackets', ']}'.repeat(long)],
    ['commas', `[${','.repeat(long)}`],
    ['keys in a row', 'a: '.repeat(long)],
    ['colons', ':'.repeat(long)],
    ['colons and blanks', ': '.repeat(long)],
    ['hashes', '# '.repeat(long)],
    ['a long line', `a: ${'x '.repeat(long * 2)}`],
    ['lines without colons', 'a\n'.repeat(long)],
    ['deeper and deeper lines', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a`).join('\n')],
    ['deeper and deeper items', `${Array.from({ length: 1500 }, (_, i) => `${' '.repeat(i)}- a`).join('\n')}\n x: 1`],
    ['deeper and deeper keys', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['stray items', `a: 1\n${'- x\ny\n'.repeat(long / 4)}`],
    ['block scalars', '- |\n'.repeat(long)],
    ['a block scalar of blank lines', `|\n${'\n'.repeat(long)}`],
    ['blank lines between words', 'a\n\n\n'.repeat(long / 2)],
    ['aliases', `- &a b\n${'- *a\n'.repeat(long)}`],
    ['documents', '---\na: 1\n'.repeat(long / 4)],
    ['documents of one quote', '---\n"\n'.repeat(long / 4)],
    ['line ends of Windows', '\r\n'.repeat(long)],
    ['tabs', '\t'.repeat(long)],
    ['tabs on lines', '\ta: b\n'.repeat(long / 4)],
  ])('survive %s', (_, text) => {
    const start = cpuTime();
    const file = parseYaml(text);
    // The tree is walked by recursion everywhere.
    expect(nodesOf(file).length).toBeGreaterThanOrEqual(0);
    expect(cpuTime() - start).toBeLessThan(5000);
  });

  it('says so when it is nested too deeply, and reads the rest', () => {
    const text = `a: 1\nb: ${'['.repeat(1000)}\nc: ${'{d: '.repeat(1000)}\ne: 2\n`;
    expect(problems(text)).toContain('The document is nested too deeply to be read.');
    expect(read(text)).toMatchObject({ a: 1, e: 2 });
    expect(problems('- '.repeat(1000))).toContain('The document is nested too deeply to be read.');
    expect(read(`a:\n  ${'- '.repeat(1000)}x\n  y\nb: 1\n`)).toMatchObject({ b: 1 });
  });
});
