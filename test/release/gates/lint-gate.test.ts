import { describe, expect, it } from 'vitest';
import type { GatesConfig } from '../../../release/src/config/types';
import { verdictOf, type LintVerdict } from '../../../release/src/gates/lint-gate';
import type { GateFinding } from '../../../release/src/gates/lint-worker';
import { NO_DECISIONS } from '../../../release/src/run/spec';

const GATES: GatesConfig = { lint: 'error', cleanGit: 'never', tests: [], allowOverride: false };

function finding(rule: string, severity: GateFinding['severity'] = 'error'): GateFinding {
  return { rule, severity, path: 'Dockerfile', line: 3, column: 6, message: `${rule} says no.`, fix: 'Pin it' };
}

interface Given {
  readonly gates?: Partial<GatesConfig>;
  readonly overrides?: readonly { readonly rule: string; readonly reason: string }[];
  readonly isProtected?: boolean;
}

function verdict(findings: readonly GateFinding[], given: Given = {}): LintVerdict {
  const decisions = { ...NO_DECISIONS, overrides: given.overrides ?? [] };
  return verdictOf({ findings }, { ...GATES, ...given.gates }, { decisions }, given.isProtected ?? false);
}

describe('the lint gate', () => {
  it('lets pass what is milder than the file says', () => {
    expect(verdict([finding('a', 'warning'), finding('b', 'hint')]).problem).toBeUndefined();
    expect(verdict([finding('a', 'warning')], { gates: { lint: 'warning' } }).problem).toContain('1 finding of the');
  });

  it('names file, line, rule and fix, and keeps them as data', () => {
    const { problem, findings } = verdict([finding('a/b'), finding('c/d')]);
    expect(problem).toBe(
      '2 findings of the linter stop this run:\n' +
        '  Dockerfile:3:6: a/b says no. (a/b) Fix: Pin it.\n' +
        '  Dockerfile:3:6: c/d says no. (c/d) Fix: Pin it.',
    );
    expect(findings).toEqual([finding('a/b'), finding('c/d')]);
  });

  it('shows ten and keeps two hundred of very many', () => {
    const { problem, findings } = verdict(Array.from({ length: 500 }, (_, index) => finding(`r/${index}`)));
    expect(problem?.split('\n')).toHaveLength(12);
    expect(problem).toContain('  and 490 more');
    expect(findings).toHaveLength(200);
  });

  it('is overridden rule by rule, each with a reason that explains something', () => {
    const reason = 'vendor image, ticket OPS-12';
    const both = [finding('a/b'), finding('a/b'), finding('c/d')];
    expect(verdict(both, { overrides: [{ rule: 'a/b', reason }] })).toMatchObject({ findings: [finding('c/d')] });
    const all = [
      { rule: 'a/b', reason },
      { rule: 'c/d', reason: 'we replace it on Monday' },
      { rule: 'e/f', reason: 'has no finding here' },
    ];
    expect(verdict(both, { overrides: all })).toEqual({
      problem: undefined,
      findings: [],
      accepted: [
        { rule: 'a/b', reason, findings: 2 },
        { rule: 'c/d', reason: 'we replace it on Monday', findings: 1 },
      ],
    });
    expect(verdict(both, { overrides: [{ rule: 'a/b', reason: '  because ' }] }).problem).toBe(
      'the override of a/b needs a reason of at least 10 characters',
    );
  });

  it('is not overridden in a protected environment, unless the file allows it', () => {
    const overrides = [{ rule: 'a/b', reason: 'vendor image, ticket OPS-12' }];
    const refused = verdict([finding('a/b')], { overrides, isProtected: true });
    expect(refused.problem).toContain('takes no override');
    expect(refused.findings).toHaveLength(1);
    expect(verdict([finding('a/b')], { overrides, isProtected: true, gates: { allowOverride: true } }).problem).toBe(
      undefined,
    );
  });

  it('is not passed when nobody can tell', () => {
    expect(verdictOf({ problem: 'broken.tf cannot be read' }, GATES, { decisions: NO_DECISIONS }, false).problem).toBe(
      'the linter failed: broken.tf cannot be read',
    );
  });
});
