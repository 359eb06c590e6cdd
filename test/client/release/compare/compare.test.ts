import { describe, expect, it } from 'vitest';
import type { StoredRelease } from '../../../../release/src/ledger/releases';
import {
  formatComparePath,
  parseComparePath,
  readGivenRelease,
  type ComparePath,
} from '../../../../client/src/release/compare/compare-path';
import { comparisonMarkdown, configText } from '../../../../client/src/release/compare/comparison';

function release(id: string, changes: Partial<StoredRelease> = {}): StoredRelease {
  return {
    v: 1,
    seq: 1,
    t: '2026-11-21T10:00:00.000Z',
    mono: '',
    type: 'release',
    run: id.toUpperCase(),
    id,
    kind: 'deploy',
    environment: 'production',
    app: 'web',
    images: [image('web', '1')],
    supersedes: null,
    rollbackOf: null,
    rolledBackFrom: null,
    slot: 'blue',
    health: { verdict: 'confirmed', samples: 3 },
    running: [],
    plan: `sha256:${'d'.repeat(64)}`,
    approvedBy: 'Ana',
    config: { run: [{ b: 1, a: 2 }] },
    oneWay: false,
    actor: { user: 'ana', git: 'Ana <a@b>', via: 'cli' },
    git: { commit: 'c1c1c1c1c1c1', dirty: false },
    overrides: [],
    ...changes,
  } as unknown as StoredRelease;
}

function image(name: string, digit: string): StoredRelease['images'][number] {
  const id = `sha256:${digit.repeat(64)}`;
  return {
    name,
    kind: 'container',
    ref: `r/${name}@${id}`,
    id,
    tag: null,
    digests: [id],
    files: [],
    inputs: '',
    provenance: {},
  };
}

describe('a comparison of releases', () => {
  const left = release('aa');

  it('says first what differs', () => {
    const right = release('bb', {
      t: '2026-11-22T10:00:00.000Z',
      images: [image('web', '2'), image('api', '3')],
      config: { run: [] },
      health: { verdict: 'unhealthy', samples: 9 },
      git: { commit: 'c2c2c2c2c2c2', dirty: true },
      overrides: [{ rule: 'a/b', reason: 'a | b' }],
    });
    const text = comparisonMarkdown({ environment: 'production', left, right }, undefined);
    expect(text).toContain('# Releases of production: aa → bb\n\n- before: release `aa`\n- after: release `bb`\n');
    const [differs = '', same = ''] = text.split('## What is the same');
    expect(differs).toContain('## What differs (7 of 13)\n');
    expect(differs).toContain('- Image web: `sha256:111111111111…` → `sha256:222222222222…`\n');
    expect(differs).toContain('- Image api: – → `sha256:333333333333…`\n');
    expect(differs).toContain('- Health: healthy (3) → not healthy (9)\n');
    expect(differs).toContain('- Overrides: – → a/b: a | b\n');
    expect(differs).toMatch(/- Configuration: `sha256:[0-9a-f]{12}…` → `sha256:[0-9a-f]{12}…`\n/);
    expect(same).toContain('- By: Ana\n');
  });

  it('puts what is long below each other: an editor beside a side bar is narrow', () => {
    const right = release('bb', { git: { commit: 'c2c2c2c2c2c2', dirty: true } });
    const text = comparisonMarkdown({ environment: 'p', left, right }, undefined);
    expect(text).toContain('- Commit:\n  `c1c1c1c1c`\n  → `c2c2c2c2c` with changes that are not committed\n');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(66);
  });

  it('says when nothing differs, and that the order of keys is no difference', () => {
    const right = release('bb', { config: { run: [{ a: 2, b: 1 }] } });
    expect(comparisonMarkdown({ environment: 'p', left, right }, { kind: 'same' })).toContain(
      '## They do not differ\n',
    );
    expect(configText(left)).toBe(configText(right));
    expect(configText(release('cc', { config: null }))).toBeUndefined();
  });

  it('names what a rollback brought back, and the commits that disappeared', () => {
    const right = release('bb', { kind: 'rollback', rollbackOf: 'a0' });
    const notes = { kind: 'back', commits: [{ id: 'c9c9c9c9c9c9', author: 'Bo', subject: 'New' }], paths: [] } as const;
    const text = comparisonMarkdown({ environment: 'p', left, right }, notes);
    expect(text).toContain('- How: deploy → rollback to a0\n');
    expect(text).toContain('## Commits that disappeared (1)\n\n- `c9c9c9c9c` New, Bo');
    expect(comparisonMarkdown({ environment: 'p', left, right }, { kind: 'unknown' })).toContain('forced push');
  });
});

describe('the path of a comparison', () => {
  const PATHS: readonly ComparePath[] = [
    { kind: 'comparison', environment: 'eu-1', left: '01a', right: '01b' },
    { kind: 'config', environment: 'eu-1', release: '01a' },
    { kind: 'pipeline', environment: 'eu-1', release: '01a' },
  ];
  it.each(PATHS)('%j', (path) => {
    expect(parseComparePath(formatComparePath(path))).toEqual(path);
  });

  it.each(['', '/a', '/a/b', '/a/b..md', '/a/../b.config.json', '/a/b.json'])('is not `%s`', (text) => {
    expect(parseComparePath(text)).toBeUndefined();
  });

  it('is read from a row of the view', () => {
    expect(readGivenRelease({ kind: 'release', environment: 'p', release: 'aa' })).toEqual({
      environment: 'p',
      release: 'aa',
    });
    expect(readGivenRelease({ environment: 3 })).toEqual({});
    expect(readGivenRelease(undefined)).toEqual({});
  });
});
