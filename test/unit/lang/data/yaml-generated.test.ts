import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { compose, kubernetes, kubernetesSingle, workflow } from '../../../bench/generate';
import { checkTree } from './helpers';
import { describeReference, describeTree } from './reference';

/** What a generated document is made of; `render` writes it in the style that each part asks for. */
type Part =
  | {
      kind: 'scalar';
      style: 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'wrapped';
      words: readonly string[];
    }
  | { kind: 'map' | 'sequence'; flow: boolean; parts: readonly Part[]; keys: readonly string[]; style: number };

interface Written {
  readonly indent: number;
  readonly lines: string[];
}

const WORDS = [
  'a',
  'nginx:1.25',
  "it's",
  '/bin/sh',
  '-c',
  'x#y',
  'é😀',
  '12',
  'true',
  '*.log',
  'a,b',
  '{x}',
  'k:v',
  '$HOME',
];
const word = fc.constantFrom(...WORDS);
const plainWord = fc.constantFrom('a', 'nginx:1.25', '/bin/sh', 'x#y', 'é😀', '12', 'true', 'k:v', '$HOME');
const scalar: fc.Arbitrary<Part> = fc.record({
  kind: fc.constant('scalar' as const),
  style: fc.constantFrom('plain', 'plain', 'single', 'double', 'literal', 'folded', 'wrapped'),
  words: fc.array(word, { minLength: 1, maxLength: 6 }),
});
const { part } = fc.letrec<{ part: Part }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.record({
      kind: fc.constantFrom('map', 'sequence'),
      flow: fc.boolean(),
      parts: fc.array(tie('part'), { minLength: 1, maxLength: 4 }),
      keys: fc.array(plainWord, { minLength: 4, maxLength: 4 }),
      style: fc.nat(11),
    }),
  ),
}));

/** A scalar on one line, as it can stand anywhere. */
function inline(part: Part & { kind: 'scalar' }): string {
  const text = part.words.join(' ');
  if (part.style === 'single') return `'${text.replaceAll("'", "''")}'`;
  if (part.style === 'double') return `"${text.replace('é', '\\u00e9').replace(' ', '\\t')}"`;
  return /^[a-z/$0-9é]/.test(text) && !/[,{}[\]]/.test(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function flow(part: Part): string {
  if (part.kind === 'scalar') return inline(part);
  const quoted = (key: string): string => (part.style % 2 === 0 ? `"${key}"` : key);
  const members = part.parts.map((each, i) =>
    part.kind === 'map' ? `${quoted(`${part.keys[i] ?? ''}${i}`)}: ${flow(each)}` : flow(each),
  );
  const comma = part.style % 3 === 0 ? ',' : '';
  return part.kind === 'map' ? `{ ${members.join(', ')}${comma} }` : `[${members.join(',')}${comma}]`;
}

/** The text behind `key:` or `-`, and the lines below it. */
function block(part: Part, { indent, lines }: Written, head: string, anchor: string): void {
  const pad = ' '.repeat(indent);
  if (part.kind === 'scalar') {
    const { style, words } = part;
    if (style === 'literal' || style === 'folded') {
      lines.push(`${head} ${anchor}${style === 'literal' ? '|' : '>'}${['', '-', '+'][words.length % 3] ?? ''}`);
      words.forEach((each, i) => lines.push(i % 3 === 2 ? '' : `${pad}  ${i % 4 === 3 ? '  ' : ''}${each}`));
      lines.push(`${pad}  end`);
    } else if (style === 'wrapped' && words.length > 1 && /^[a-z/]/.test(words[0] ?? '')) {
      lines.push(`${head} ${anchor}${words[0] ?? ''}`, ...words.slice(1).map((each) => `${pad}   ${each}`));
    } else lines.push(`${head} ${anchor}${inline(part)}`);
    return;
  }
  if (part.flow) {
    lines.push(`${head} ${anchor}${flow(part)}${part.style === 5 ? '  # "why": [it' : ''}`);
    return;
  }
  lines.push(`${head}${anchor === '' ? '' : ` ${anchor.trim()}`}${part.style === 6 ? ' # c' : ''}`);
  members(part, { indent: indent + (part.kind === 'sequence' && part.style % 2 === 0 ? 0 : 2), lines });
}

function members(part: Part & { kind: 'map' | 'sequence' }, { indent, lines }: Written): void {
  const pad = ' '.repeat(indent);
  part.parts.forEach((each, i) => {
    if (part.style === 7) lines.push('', `${pad}# between: "these"`);
    const anchor = part.style === 8 ? `&n${lines.length} ` : part.style === 9 ? '!!str ' : '';
    const property = each.kind === 'scalar' ? anchor : anchor.replace('!!str', '!mine');
    if (part.kind === 'sequence') {
      // A compact map or sequence begins behind the dash.
      if (each.kind !== 'scalar' && !each.flow && part.style % 2 === 1) {
        const inner: string[] = [];
        members(each, { indent: indent + 2, lines: inner });
        const first = inner.findIndex((line) => /^ *[^# ]/.test(line));
        inner.splice(0, first);
        lines.push(`${pad}- ${(inner[0] ?? '').slice(indent + 2)}`, ...inner.slice(1));
      } else if (each.kind !== 'scalar' && !each.flow) {
        lines.push(`${pad}-`);
        members(each, { indent: indent + 2, lines });
      } else block(each, { indent, lines }, `${pad}-`, property);
    } else if (part.style === 10) {
      lines.push(`${pad}? ${part.keys[i] ?? ''}${i}`);
      block(each.kind === 'scalar' ? each : { ...each, flow: true }, { indent, lines }, `${pad}:`, property);
    } else block(each, { indent, lines }, `${pad}${part.keys[i] ?? ''}${i}:`, property);
  });
}

function render(part: Part): string {
  const lines: string[] = [];
  if (part.kind === 'scalar') return `${inline(part)}\n`;
  if (part.flow) return `${flow(part)}\n`;
  members(part, { indent: 0, lines });
  return `${lines.join('\n')}\n`;
}

function agree(text: string): boolean {
  const expected = describeReference(text);
  if (!expected) return false;
  const file = parseYaml(text);
  expect(file.documents.flatMap((document) => document.problems)).toEqual([]);
  expect(describeTree(file)).toEqual(expected);
  checkTree(file);
  return true;
}

describe('our parser and the yaml package', () => {
  it('read generated documents alike, values and places', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), fc.nat(3), (parts, variant) => {
        const documents = parts.map(render).join(variant === 1 ? '...\n---\n' : '---\n');
        const text =
          variant === 2 ? documents.replaceAll('\n', '\r\n') : variant === 3 ? `\uFEFF${documents}` : documents;
        if (agree(text)) read++;
      }),
      { seed: 21, numRuns: 2500 },
    );
    // Most of what is generated is valid: the comparison is not an empty one.
    expect(read).toBeGreaterThan(2000);
  });

  it.each([kubernetes(400), kubernetesSingle(300), compose(200), workflow(300)])(
    'read realistic manifests alike %#',
    (text) => {
      expect(agree(text)).toBe(true);
    },
  );

  const root = join(__dirname, '../../../..');
  const files = ['examples', 'docs', 'test'].flatMap((folder) => yamlFiles(join(root, folder))).sort();

  it('read the YAML files of this repository alike', () => {
    expect(files.length).toBeGreaterThan(20);
    for (const path of files) {
      const text = readFileSync(path, 'utf8');
      const isValid = agree(text);
      // What the package cannot read has problems for us too.
      if (!isValid) expect(parseYaml(text).documents.some(({ problems }) => problems.length > 0)).toBe(true);
    }
  });

  it('find the same texts invalid', () => {
    for (const text of INVALID) {
      expect(describeReference(text), text).toBeUndefined();
      expect(parseYaml(text).documents.flatMap(({ problems }) => problems).length, text).toBeGreaterThan(0);
    }
  });

  it('find the same texts valid', () => {
    for (const text of VALID) expect(agree(text), text).toBe(true);
  });
});

const INVALID = [
  'a: b: c\n',
  'a: - b\n',
  'a: [b\nc: 1\n',
  'a: {b: 1\nc: 1\n',
  'a: "b\nc: 1\n',
  "a: 'b\n",
  'a: "\\q"\n',
  'a: "\\x4"\n',
  'a: @b\n',
  'a: `b`\n',
  'a: %b\n',
  'a\nb: 1\n',
  'a: 1\nb\n',
  '  a: 1\n b: 2\n',
  'a: 1\n  b: 2\n',
  'a:\n\tb: 1\n',
  'a: |x\n  b\n',
  'a: |+-\n  b\n',
  'a: [b, , c]\n',
  'a: [,b]\n',
  'a: b]\nc: ]\n',
  'a: "b" c\n',
  'a: [b] c\n',
  '- a\nb: 1\n',
  'a: 1\n- b\n',
  'a: &x &y b\n',
  'a: !x!y b\n',
  'a: &x *y\n',
  '%YAML 1.2\na: 1\n',
  '--- a: 1\n',
  '"a\n  b": 1\n',
  'a: *\n',
  'a: & b\n',
];

const VALID = [
  'a: b\n  c\n  - d\n',
  'a: "b\n  c: d\n\n  e"\n',
  "a: 'b\n\n  c'\nd: e\n",
  'a: http://x:80/y?z=1#f # c\n',
  '? a\n: b\n? c\n',
  '? [a, b]\n: c\nd: e\n',
  '? - a\n  - b\n: - c\n',
  '? |\n  a\n: b\n',
  ': a\n',
  'a: &x\n  b: *x\n',
  '&a a: &b b\n? &c c\n: *a \n',
  '- &a b: c\n  d: e\n- &f\n  g: h\n',
  'a: !!map {b: !!int 1}\nc: !<tag:x,2000:y> d\n',
  '%TAG !e! tag:e.org,2000:\n---\na: !e!b c\n',
  'a:\n- b\n- - c\n  - d\n-\n  - e\nf:\n  -   g: h\n      i: j\n',
  'a: {b, c: , "d":e, ? f : g, h: [i: j, {k: l}: m, ? n : o]}\n',
  'a: [\n  b, # c\n  # d\n  e\n]\nf: {\n}\n',
  '{a: 1,\n b: 2}\n',
  '[a, b]: c\n',
  'a: |1\n  b\n c\nd: >-2\n    e\n',
  'a: |\n\n\n  b\n\n   c\n# d\n',
  '- |\n a\n- >\n b\n\n c\n-\n',
  'a: "\\u00e9\\x41\\U0001F600\\n\\\n  b"\n',
  'a:\n  # b\n\n  c: d\n   # e\n  f: g\n',
  'a: "-" # b\n',
  'a: -b\nc: ?d\ne: :f\n',
  '--- |\n a\n--- >\nb\n...\n# c\n---\n- d\n--- {e: f}\n',
  '--- # a\n--- !!map\nb: c\n--- &d\n- e\n',
  'a:\t1\nb: \t"c"\t# d\n-e:\tf\n',
  'a: 1\r\nb:\r\n- c\r\n- "d\r\n  e"\r\n- |\r\n  f\r\n\r\n  g\r\n',
  'a: "b" #c\n',
  "'a''b': \"c\\\"d\"\n",
  '"a": 1\n"b" : 2\nc : 3\n',
  'a: x\n\n\n  y\n\n  z\n',
  'a: # c\n  b\nd:    # e\n  - f\n',
  '- a\n-\n- ~\n-   # b\n  c\n',
  '<<: *a\n',
  'a: [*b, *c]\nd: {e: *f, *g : h}\n',
];

function yamlFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'));
}
