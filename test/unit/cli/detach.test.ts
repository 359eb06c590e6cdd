import { describe, expect, it } from 'vitest';
import { detached } from '../../../cli/src/detach';

describe('detached', () => {
  it('gives the same data', () => {
    const data = {
      rule: 'local-state/log-volume',
      range: { start: 3, end: 9 },
      related: [],
      fixes: [{ title: 'Pin \u{1F600} \ud800 it', edits: [{ at: { start: 0, end: 0, path: 'a.tf' }, text: '' }] }],
      absent: undefined,
      nothing: null,
      open: true,
    };
    const copy = detached(data);
    expect(copy).toStrictEqual(data);
    expect(Object.keys(copy)).toEqual(Object.keys(data));
    expect(copy).not.toBe(data);
    expect(copy.fixes[0]?.edits[0]?.at).not.toBe(data.fixes[0]?.edits[0]?.at);
  });

  it('does not change what it is given', () => {
    const data = Object.freeze({
      path: 'main.tf',
      list: Object.freeze(['a long enough string', 'a long enough string']),
    });
    expect(detached(data)).toStrictEqual(data);
  });

  it('lets go of the text that a string was cut from', () => {
    // 400 texts of 1 MB would not fit beside each other if each piece held on to its text.
    const before = process.memoryUsage().heapUsed;
    const kept: string[] = [];
    for (let i = 0; i < 400; i++) {
      const text = `${i} `.padEnd(1 << 20, 'abcdefghij');
      kept.push(...detached([text.slice(1000, 1040)]));
    }
    expect(kept).toHaveLength(400);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * (1 << 20));
  });
});
