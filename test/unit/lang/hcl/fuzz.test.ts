import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import { parseHcl, parseTemplate } from '../../../../server/src/lang/hcl/parse';
import { regions } from '../../../../server/src/lang/hcl/regions';
import { traversals, walkBody } from '../../../../server/src/lang/hcl/walk';
import { violation } from './invariants';
import { SAMPLES } from './samples';
import { cpuTime } from '../../../support/cpu-time';

/** Long enough for a loaded machine, far too short for anything quadratic. */
const HANG = 5000;

/** Parses, checks the tree and walks all of it. */
function exercise(text: string): void {
  const file = parseHcl(text);
  const found = violation(file);
  if (found) expect({ text, found }).toEqual({ text, found: undefined });
  walkBody(file.body, (item) => {
    if (item.type === 'attribute') traversals(item.value);
  });
  regions(file);
}

describe('any text', () => {
  it('gives a sound tree for every prefix and every suffix of the samples', () => {
    for (const sample of SAMPLES) {
      for (let i = 0; i <= sample.length; i++) {
        exercise(sample.slice(0, i));
        exercise(sample.slice(i));
      }
    }
  });

  it('gives a sound tree for randomly damaged samples', () => {
    const edit = fc.record({
      at: fc.nat(5000),
      kind: fc.constantFrom('delete', 'insert', 'duplicate', 'cut'),
      length: fc.nat(12),
      insertion: fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '(',
        ')',
        '"',
        '${',
        '%{',
        '<<EOT',
        '\n',
        '\r',
        '=',
        '.',
        ',',
        ':',
        '?',
        '*',
        '/*',
        '~}',
        '\\',
        'for ',
        '...',
        '\ud800',
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom(...SAMPLES), fc.array(edit, { minLength: 1, maxLength: 6 }), (sample, edits) => {
        let text = sample;
        for (const { at, kind, length, insertion } of edits) {
          const position = at % (text.length + 1);
          const head = text.slice(0, position);
          const tail = text.slice(position);
          if (kind === 'delete') text = head + tail.slice(1);
          else if (kind === 'insert') text = head + insertion + tail;
          else if (kind === 'duplicate') text = head + tail.slice(0, length) + tail;
          else text = head + tail.slice(length * 10);
        }
        exercise(text);
      }),
      { seed: 20_263, numRuns: 4000 },
    );
  });

  it('gives a sound tree for texts made of syntax', () => {
    const token = fc.constantFrom(
      'a',
      'b ',
      'for ',
      'in ',
      'if ',
      '1',
      '"',
      '${',
      '%{',
      '}',
      '{',
      '[',
      ']',
      '(',
      ')',
      '=',
      '=>',
      ':',
      '?',
      '.',
      '.*',
      '[*]',
      '...',
      ',',
      '\n',
      '\n  ',
      '<<E\n',
      '<<-E\n',
      'E\n',
      '#',
      '/*',
      '*/',
      '-',
      '!',
      '~',
      '\\',
      '::',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        const text = tokens.join('');
        exercise(text);
        parseTemplate(MappedText.verbatim(text, 100));
      }),
      { seed: 20_264, numRuns: 10_000 },
    );
  });
});

describe('hostile text', () => {
  const many = (piece: string, count = 10_000): string => piece.repeat(count);
  const numbered = (make: (i: number) => string): string => Array.from({ length: 10_000 }, (_, i) => make(i)).join('');
  const cases: Readonly<Record<string, string>> = {
    'unterminated heredocs of one name': many('a = <<EOT\n'),
    'unterminated heredocs of many names': numbered((i) => `a = <<E${i}\n`),
    'heredocs that are closed in the wrong order':
      numbered((i) => `a = <<E${i}\n`) + numbered((i) => `E${i}\n`) + 'x =',
    'heredocs in interpolations': many('a = <<EOT\n${'),
    'open interpolations': `a = "${many('${')}`,
    'open strings in interpolations': `a = ${many('"${')}`,
    'open directives': `a = "${many('%{ if ')}`,
    'open braces': `a = ${many('{')}`,
    'open braces on lines': `a = ${many('{\n')}`,
    'open braces in the body': many('{'),
    'open blocks': many('a {\n'),
    'open blocks, deeper and deeper': numbered((i) => `${' '.repeat(i % 200)}a {\n`),
    'open blocks in a line': many('a { '),
    'closing braces': many('}\n'),
    'open brackets': `a = ${many('[')}`,
    'open parentheses': `a = ${many('(')}`,
    'open brackets and parentheses': `a = ${many('[(')}`,
    'open calls': `a = ${many('f(')}`,
    'open calls on lines': many('a = f(\n'),
    'open indexes': `a = ${many('a[')}`,
    'open objects in calls': `a = ${many('f({b=')}`,
    'open for-expressions': `a = ${many('[for x in ')}`,
    operators: `a = 1${many(' + 1')}`,
    'operators of all levels': `a = ${many('[1||1&&1==1<1+1*')}`,
    signs: `a = ${many('-!')}1`,
    conditions: `a = ${many('a ? ')}`,
    'conditions, alternatives': `a = ${many('a ? b : ')}c`,
    splats: `a = a${many('[*]')}`,
    indexes: `a = a${many('[b]')}`,
    'open comments': many('/* a\n'),
    'open comments in a line': many('a = 1 /* '),
    labels: `a ${many('"b" ')}`,
    'labels on open blocks': `a${many(' b')} ${many('{')}`,
    'open labels': many('a "b\n'),
    commas: `a = [${many(',')}`,
    dots: `a = a${many('.')}`,
    'blanks before braces': `a = ${many(' ')}${many('{')}`,
    'words on lines in brackets': `a = [\n${many('b\n')}`,
    'statements in brackets': `a = ${many('[\nb = ')}`,
    escapes: `a = "${many('\\n')}"`,
    'escaped signs': `a = "${many('$${')}"\nb = <<E\n${many('$${\n')}E\nc =`,
    interpolations: `a = "${many('${b}')}"`,
    'objects in a line': many('a = { b = 1 } '),
    numbers: `a = ${many('1.')}`,
  };

  it.each(Object.entries(cases))('%s: is parsed in linear time and into a tree that can be walked', (_name, text) => {
    const started = cpuTime();
    exercise(text);
    expect(cpuTime() - started).toBeLessThan(HANG);
  });

  it('templates with many escapes are parsed in bearable time', () => {
    const source = '\\n${b}'.repeat(5000);
    const pieces = Array.from({ length: 5000 }, (_, i) => [
      MappedText.opaque('\n', { start: i * 6, end: i * 6 + 2 }),
      MappedText.verbatim('${b}', i * 6 + 2),
    ]).flat();
    const started = cpuTime();
    const parts = parseTemplate(MappedText.concat(pieces));
    expect(cpuTime() - started).toBeLessThan(HANG);
    expect(parts.length).toBe(10_000);
    const last = parts.at(-1);
    expect(source.slice(last?.range.start, last?.range.end)).toBe('${b}');
  });
});
