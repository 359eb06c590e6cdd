import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../cli/src/unified-diff';
import { Workspace } from '../support/cli';

/** Applies a diff by its own words: lines with ` ` and `-` must stand there, lines with ` ` and `+` come out. */
function apply(before: string, diff: string): string {
  const source = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  let at = 0;
  const lines = diff.split(/(?<=\n)/).slice(2);
  for (const [index, line] of lines.entries()) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      out.push(...source.slice(at, start));
      at = start;
      continue;
    }
    if (line.startsWith('\\')) continue;
    const isOpen = lines[index + 1]?.startsWith('\\') ?? false;
    const text = isOpen ? line.slice(1, -1) : line.slice(1);
    if (line.startsWith('+')) out.push(text);
    else {
      expect(source[at]).toBe(text);
      if (line.startsWith(' ')) out.push(text);
      at++;
    }
  }
  return [...out, ...source.slice(at)].join('');
}

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', '', 'd\r'), { maxLength: 40 }), fc.boolean())
  .map(([lines, closed]) => lines.join('\n') + (closed && lines.length > 0 ? '\n' : ''));

describe('unifiedDiff', () => {
  it('is empty for equal texts', () => {
    expect(unifiedDiff('f', 'a\n', 'a\n')).toBe('');
  });

  it('turns one text into the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(apply(before, unifiedDiff('f', before, after))).toBe(after);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('changes as few lines as possible', () => {
    const diff = unifiedDiff('f', 'a\nb\nc\na\nb\nb\na\n', 'c\nb\na\nb\na\nc\n');
    expect(diff.split('\n').filter((line) => /^[-+](?![-+]{2} )/.test(line))).toHaveLength(5);
  });

  it('writes the hunks that Git writes', () => {
    const before = Array.from({ length: 30 }, (_, i) => `line ${i}`).join('\n');
    const after = before.replace('line 3\n', '').replace('line 20', 'changed').replace(/$/, '\nlast\n');
    const workspace = new Workspace({ before, after });
    let expected = '';
    try {
      execFileSync('git', ['diff', '--no-index', '--no-color', 'before', 'after'], {
        cwd: workspace.path,
        encoding: 'utf8',
      });
    } catch (error) {
      expected = (error as { stdout: string }).stdout;
    }
    const hunks = (diff: string): string =>
      diff.slice(diff.indexOf('@@')).replace(/@@ .*? @@.*/g, (line) => line.replace(/ @@ .*/, ' @@'));
    expect(hunks(unifiedDiff('f', before, after))).toBe(hunks(expected));
  });

  it('copes with texts that share nothing', () => {
    const before = Array.from({ length: 5000 }, (_, i) => `a${i}\n`).join('');
    const after = Array.from({ length: 5000 }, (_, i) => `b${i}\n`).join('');
    expect(apply(before, unifiedDiff('f', before, after))).toBe(after);
  });
});
