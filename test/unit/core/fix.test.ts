import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, Fix, TextEdit } from '../../../server/src/core/finding';
import { applyEdits, applyFixes, editsByPath, editsOverlap, fixAll } from '../../../server/src/core/fix';

const edit = (start: number, end: number, text: string, path?: string): TextEdit => ({
  at: path === undefined ? { start, end } : { start, end, path },
  text,
});
const fix = (...edits: TextEdit[]): Fix => ({ level: 'safe', title: 't', edits });
const finding = (fixes: readonly Fix[], more: Partial<Finding> = {}): Finding => ({
  rule: 'a/b',
  messageId: 'm',
  message: 'm',
  severity: 'error',
  path: 'p',
  range: { start: 0, end: 1 },
  anchor: 'x',
  fingerprint: 'f',
  related: [],
  fixes,
  ...more,
});

describe('editsOverlap', () => {
  it('takes touching edits as apart, two insertions at one place as not', () => {
    expect(editsOverlap(edit(0, 3, ''), edit(3, 5, ''))).toBe(false);
    expect(editsOverlap(edit(3, 3, 'x'), edit(3, 5, ''))).toBe(false);
    expect(editsOverlap(edit(4, 4, 'x'), edit(3, 5, ''))).toBe(true);
    expect(editsOverlap(edit(3, 3, 'x'), edit(3, 3, 'y'))).toBe(true);
    expect(editsOverlap(edit(0, 3, ''), edit(2, 5, ''))).toBe(true);
    expect(editsOverlap(edit(0, 3, '', 'a'), edit(2, 5, '', 'b'))).toBe(false);
  });
});

describe('applyEdits', () => {
  it('makes edits in any order and refuses overlapping ones', () => {
    expect(applyEdits('abcdef', [edit(4, 5, 'E'), edit(0, 0, '>'), edit(1, 3, '')])).toBe('>adEf');
    expect(applyEdits('abc', [edit(1, 2, 'X'), edit(1, 1, '+')])).toBe('a+Xc');
    expect(() => applyEdits('abc', [edit(0, 2, ''), edit(1, 3, '')])).toThrow(RangeError);
    expect(() => applyEdits('abc', [edit(0, 9, '')])).toThrow(RangeError);
  });

  it('keeps all other code units', () => {
    const places = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\t', '😀', 'é', '\uFEFF'), maxLength: 60 }),
        places,
        (text, pairs) => {
          const fixes = pairs.map(([a, b], index) => {
            const start = Math.min(a, b, text.length);
            return fix(edit(start, Math.max(start, Math.min(Math.max(a, b), text.length)), `<${index}>`));
          });
          const { text: changed, applied, skipped } = applyFixes(text, fixes);
          expect(applied.length + skipped.length).toBe(fixes.length);
          const edits = applied
            .flatMap((one) => one.edits)
            .sort((a, b) => a.at.start - b.at.start || a.at.end - b.at.end);
          // Read the result backwards: take every replacement out and put the old text in.
          let restored = '';
          let at = 0;
          let old = 0;
          for (const { at: range, text: added } of edits) {
            const kept = text.slice(old, range.start);
            expect(changed.startsWith(kept + added, at)).toBe(true);
            restored += kept + text.slice(range.start, range.end);
            at += kept.length + added.length;
            old = range.end;
          }
          expect(restored + changed.slice(at)).toBe(text);
        },
      ),
      { seed: 42, numRuns: 400 },
    );
  });
});

describe('applyFixes', () => {
  it('skips what overlaps, whole, in an order that does not depend on chance', () => {
    const first = fix(edit(2, 4, 'X'));
    const late = fix(edit(3, 5, 'Y'), edit(8, 9, 'Z'));
    const result = applyFixes('0123456789', [late, first]);
    expect(result.text).toBe('01X456789');
    expect(result.skipped).toEqual([late]);
  });

  it('skips edits of other files and gives them by path', () => {
    const own = fix(edit(0, 1, 'A', 'main.tf'));
    const both = fix(edit(1, 2, 'B'), edit(5, 6, 'C', 'variables.tf'));
    expect(applyFixes('abc', [own, both], 'main.tf')).toMatchObject({ text: 'Abc', skipped: [both] });
    expect(
      [...editsByPath([own, both, both], 'main.tf')].map(([path, edits]) => [path, edits.map(({ text }) => text)]),
    ).toEqual([
      ['main.tf', ['A', 'B']],
      ['variables.tf', ['C']],
    ]);
  });

  it('skips fixes that are wrong or have no edits yet', () => {
    const wrong = fix(edit(2, 99, ''));
    const online: Fix = { level: 'online', title: 'pin', edits: [] };
    const itself = fix(edit(0, 2, ''), edit(1, 3, ''));
    expect(applyFixes('abc', [wrong, online, itself])).toMatchObject({ text: 'abc', applied: [] });
  });
});

describe('fixAll', () => {
  const replaceFirst =
    (from: string, to: string, more: Partial<Finding> = {}) =>
    (text: string) => {
      const at = text.indexOf(from);
      return at < 0 ? [] : [finding([fix(edit(at, at + from.length, to))], more)];
    };

  it('fixes until nothing is left', () => {
    const result = fixAll(replaceFirst('a', 'b'), 'aaa');
    expect(result).toMatchObject({ text: 'bbb', stable: true });
    expect(result.fixed).toHaveLength(3);
    expect(fixAll(replaceFirst('a', 'b'), result.text).text).toBe(result.text);
  });

  it('stops in a circle and after its passes', () => {
    const flip = (text: string) => (text === 'a' ? replaceFirst('a', 'b')(text) : replaceFirst('b', 'a')(text));
    expect(fixAll(flip, 'a').stable).toBe(false);
    expect(fixAll(replaceFirst('a', 'aa'), 'a', 4)).toMatchObject({ text: 'aaaaa', stable: false });
    expect(fixAll(replaceFirst('a', 'b'), 'aa', 2)).toMatchObject({ text: 'bb', stable: true });
  });

  it('leaves suggestions and suppressed findings alone', () => {
    const suggestion = (): Finding[] => [finding([{ level: 'suggestion', title: 's', edits: [edit(0, 1, 'x')] }])];
    expect(fixAll(suggestion, 'a')).toMatchObject({ text: 'a', fixed: [], stable: true });
    expect(fixAll(replaceFirst('a', 'b', { suppressed: { reason: 'x' } }), 'a').text).toBe('a');
  });

  it('hands over what belongs to other files', () => {
    const elsewhere = fix(edit(0, 1, 'x', 'other.tf'));
    expect(fixAll(() => [finding([elsewhere])], 'a', 10, 'main.tf')).toEqual({
      text: 'a',
      fixed: [],
      stable: true,
      elsewhere: [elsewhere],
    });
  });
});
