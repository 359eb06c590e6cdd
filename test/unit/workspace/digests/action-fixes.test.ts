import { describe, expect, it } from 'vitest';
import type { Fix } from '../../../../server/src/core/finding';
import { applyEdits } from '../../../../server/src/core/fix';
import { ALL_RULES } from '../../../../server/src/rules/index.gen';
import { resolveOnlineFix } from '../../../../server/src/workspace/digests';
import { lintWorkspace } from '../../../support/lint';

const COMMIT = '11bd71901bbe5b1630ceea73d27597364c9af683';
const PATH = '.github/workflows/deploy.yml';

function workflow(uses: string): string {
  return `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: ${uses}\n        with: { a: 1 }\n`;
}

function onlineFixes(text: string): readonly Fix[] {
  return lintWorkspace({ [PATH]: text }, ALL_RULES)
    .findings.filter(({ rule }) => rule === 'mutable-reference/action-not-pinned')
    .flatMap(({ fixes }) => fixes.filter(({ level }) => level === 'online'));
}

describe('an action that is not pinned', () => {
  it.each([
    ['actions/checkout@v4', `actions/checkout@${COMMIT} # v4`],
    ['"actions/checkout@v4"', `actions/checkout@${COMMIT} # v4`],
    ["'acme/tools/lint@main'", `acme/tools/lint@${COMMIT} # main`],
  ])('%s gets its commit, with the version as a comment', async (uses, expected) => {
    const text = workflow(uses);
    const [fix] = onlineFixes(text);
    if (!fix) throw new Error('There is no such fix.');
    const answer = await resolveOnlineFix(fix, { resolve: () => Promise.resolve({ digest: COMMIT }) });
    if ('problem' in answer) throw new Error(answer.problem);
    const after = applyEdits(text, answer.edits);
    expect(after).toBe(workflow(expected));
    expect(onlineFixes(after)).toEqual([]);
  });

  it.each(['actions/checkout@v4 # keep', 'actions/checkout', './local', `actions/checkout@${COMMIT}`, 'a/b@${{ x }}'])(
    'offers none for %s',
    (uses) => {
      expect(onlineFixes(workflow(uses))).toEqual([]);
    },
  );

  it('offers none where a comment would hide what follows', () => {
    const text = workflow('x').replace(/- uses: x\n.*\n/, '- { uses: actions/checkout@v4, with: { a: 1 } }\n');
    expect(text).toContain('{ uses:');
    expect(onlineFixes(text)).toEqual([]);
  });
});
