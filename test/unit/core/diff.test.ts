import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedRanges, compareFindings, isInRanges } from '../../../server/src/core/diff';
import type { Finding } from '../../../server/src/core/finding';

function finding(fingerprint: string, more: Partial<Finding> = {}): Finding {
  return {
    rule: 'a/b',
    messageId: 'm',
    message: 'm',
    severity: 'error',
    path: 'p',
    range: { start: 0, end: 1 },
    anchor: `at ${fingerprint}`,
    fingerprint,
    related: [],
    fixes: [],
    ...more,
  };
}

describe('compareFindings', () => {
  it('tells new, existing and fixed by fingerprint, as often as they occur', () => {
    const same = finding('1', { range: { start: 50, end: 51 } });
    const extra = finding('1', { range: { start: 60, end: 61 } });
    const fixed = finding('2');
    const fresh = finding('3');
    expect(compareFindings([finding('1'), fixed], [same, extra, fresh])).toEqual({
      new: [extra, fresh],
      touched: [],
      existing: [same],
      fixed: [fixed],
    });
  });

  it('calls touched what has other text at the same anchor, or stands on a changed line', () => {
    const reworded = finding('2', { anchor: 'image' });
    const edited = finding('3', { range: { start: 9, end: 10 } });
    const result = compareFindings([finding('1', { anchor: 'image' }), finding('3')], [reworded, edited], {
      isChanged: (one) => one.range.start === 9,
    });
    expect(result).toEqual({ new: [], touched: [reworded, edited], existing: [], fixed: [] });
  });

  it('keeps rules and files apart, follows renames and leaves suppressed findings out', () => {
    const other = finding('1', { path: 'q' });
    expect(compareFindings([finding('1')], [other]).new).toEqual([other]);
    expect(compareFindings([finding('1')], [other], { renamed: new Map([['p', 'q']]) }).existing).toEqual([other]);
    expect(compareFindings([finding('1', { rule: 'a/c' })], [finding('1')]).new).toHaveLength(1);
    const silenced = finding('1', { suppressed: { reason: 'x' } });
    expect(compareFindings([finding('1')], [silenced])).toMatchObject({ new: [], fixed: [finding('1')] });
  });

  it('puts every finding into exactly one list', () => {
    const findings = fc.array(
      fc.record({
        fingerprint: fc.constantFrom('1', '2', '3'),
        anchor: fc.constantFrom('x', 'y'),
        path: fc.constantFrom('p', 'q'),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(findings, findings, (before, after) => {
        const base = before.map(({ fingerprint, ...more }) => finding(fingerprint, more));
        const head = after.map(({ fingerprint, ...more }) => finding(fingerprint, more));
        const result = compareFindings(base, head);
        expect(result.new.length + result.touched.length + result.existing.length).toBe(head.length);
        expect(base.length - result.fixed.length).toBe(result.touched.length + result.existing.length);
      }),
      { seed: 40, numRuns: 300 },
    );
  });
});

describe('changedRanges', () => {
  const changed = (base: string, head: string) =>
    changedRanges(base, head).map((range) => head.slice(range.start, range.end));
  it('gives changed and added lines', () => {
    expect(changed('a\nb\nc\n', 'a\nB\nc\n')).toEqual(['B\n']);
    expect(changed('a\nb\nc\n', 'a\nb\nnew\nmore\nc\n')).toEqual(['new\nmore\n']);
    expect(changed('a\nb\nc\nd\n', 'A\nb\nc\nD\n')).toEqual(['A\n', 'D\n']);
    expect(changed('a\nb\nc\n', 'a\nc\n')).toEqual([]);
    expect(changed('', 'a\n')).toEqual(['a\n']);
    expect(changed('a\r\nb', 'a\nb')).toEqual([]);
  });

  it('covers every line that is not in the base, and nothing when the texts are the same', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', 'e', ''), { maxLength: 14 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (base, head) => {
        expect(changed(head, head)).toEqual([]);
        // What is left of the head without its changed lines must be a subsequence of the base.
        const ranges = changedRanges(base, head);
        const old = base.split('\n');
        let at = 0;
        let start = 0;
        for (const line of head.split('\n').slice(0, -1)) {
          const end = start + line.length + 1;
          const isChanged = ranges.some((range) => range.start < end && start < Math.max(range.end, range.start + 1));
          if (!isChanged) {
            at = old.indexOf(line, at) + 1;
            expect(at, `${JSON.stringify(base)} → ${JSON.stringify(head)}`).toBeGreaterThan(0);
          }
          start = end;
        }
      }),
      { seed: 41, numRuns: 500 },
    );
  });

  it('tells whether a finding is on a changed line', () => {
    const ranges = changedRanges('a\nb\n', 'a\nB\n');
    expect(isInRanges(finding('1', { range: { start: 2, end: 2 } }), ranges)).toBe(true);
    expect(isInRanges(finding('1', { range: { start: 0, end: 1 } }), ranges)).toBe(false);
  });
});
