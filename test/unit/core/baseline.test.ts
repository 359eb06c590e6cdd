import { describe, expect, it } from 'vitest';
import {
  applyBaseline,
  createBaseline,
  EMPTY_BASELINE,
  formatBaseline,
  parseBaseline,
  pruneBaseline,
} from '../../../server/src/core/baseline';
import type { Finding } from '../../../server/src/core/finding';

function finding(fingerprint: string, path = 'b/Dockerfile', line = 0): Finding {
  const range = { start: line, end: line + 1 };
  return {
    rule: 'a/b',
    messageId: 'm',
    message: 'm',
    severity: 'error',
    path,
    range,
    anchor: 'x',
    fingerprint,
    related: [],
    fixes: [],
  };
}

describe('P40: baselines', () => {
  const findings = [
    finding('2'),
    finding('1'),
    finding('1'),
    finding('9', 'a/main.tf'),
    { ...finding('7'), suppressed: { reason: undefined } },
  ];

  it('P40: is sorted, counts a file’s findings and holds no line numbers', () => {
    const text = formatBaseline(createBaseline(findings));
    expect(text).toBe(`{
  "version": 1,
  "entries": [
    {"path":"a/main.tf","rule":"a/b","fingerprint":"9","count":1},
    {"path":"b/Dockerfile","rule":"a/b","fingerprint":"1","count":2},
    {"path":"b/Dockerfile","rule":"a/b","fingerprint":"2","count":1}
  ]
}
`);
    expect(parseBaseline(text)).toEqual({ baseline: createBaseline(findings), problems: [] });
    expect(formatBaseline(createBaseline([...findings].reverse()))).toBe(text);
  });

  it('P40: holds moved findings, and only as many as it counts', () => {
    const baseline = createBaseline(findings);
    const moved = [
      finding('1', 'b/Dockerfile', 90),
      finding('1', 'b/Dockerfile', 91),
      finding('1', 'b/Dockerfile', 92),
      finding('3'),
    ];
    const result = applyBaseline(moved, baseline);
    expect(result.findings.map((one) => one.baselined === true)).toEqual([true, true, false, false]);
    expect(applyBaseline([finding('1', 'other')], baseline).findings[0]?.baselined).toBeUndefined();
  });

  it('P40: names stale entries of linted files and prunes them', () => {
    const baseline = createBaseline(findings);
    const { stale } = applyBaseline([finding('1'), finding('2')], baseline, (path) => path === 'b/Dockerfile');
    expect(stale).toEqual([{ rule: 'a/b', path: 'b/Dockerfile', fingerprint: '1', count: 1 }]);
    const pruned = pruneBaseline(baseline, stale);
    expect(pruned.entries.map(({ fingerprint, count }) => [fingerprint, count])).toEqual([
      ['9', 1],
      ['1', 1],
      ['2', 1],
    ]);
    expect(pruneBaseline(baseline, applyBaseline([], baseline).stale)).toEqual(EMPTY_BASELINE);
    expect(formatBaseline(EMPTY_BASELINE)).toBe('{\n  "version": 1,\n  "entries": []\n}\n');
  });

  it('P40: joins entries that a merge doubled', () => {
    const entry = '{"path":"p","rule":"a/b","fingerprint":"1","count":2}';
    const { baseline } = parseBaseline(`{"version":1,"entries":[${entry},${entry.replace('2}', '3}')}]}`);
    expect(baseline.entries).toEqual([{ path: 'p', rule: 'a/b', fingerprint: '1', count: 3 }]);
  });

  it('names what it cannot read and keeps the rest', () => {
    const good = '{"path":"p","rule":"a/b","fingerprint":"1","count":1}';
    const { baseline, problems } = parseBaseline(
      `\uFEFF{"version":1,"entries":[{"path":1},${good},${good.replace('1}', '0}')},null]}`,
    );
    expect(baseline.entries).toHaveLength(1);
    expect(problems.map((text) => text.slice(0, 7))).toEqual(['Entry 1', 'Entry 3', 'Entry 4']);
    for (const text of ['', '[]', '{"version":2,"entries":[]}', '{"version":1}', '{']) {
      expect(parseBaseline(text), text).toMatchObject({ baseline: EMPTY_BASELINE, problems: [expect.any(String)] });
    }
  });
});
