import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/src/core/fix';
import { newConfigWithout, turnOffRule } from '../../../server/src/workspace/config-edit';
import { loadConfig } from '../../../server/src/workspace/config-file';

const RULE = 'mutable-reference/image-latest';

function off(text: string, path = 'immutable.yaml'): string | undefined {
  const edits = turnOffRule(text, path, RULE);
  if (!edits) return undefined;
  const result = applyEdits(text, edits);
  const config = loadConfig([{ path, text: result }], []);
  expect(config.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(config.settings.rule(RULE, 'Dockerfile').severity).toBe('off');
  return result;
}

describe('turning a rule off', () => {
  it('begins a file', () => {
    expect(newConfigWithout(RULE)).toBe(off(''));
    expect(off('# ours\n')).toBe(`# ours\nlint:\n  rules:\n    ${RULE}: off\n`);
    expect(off('other: 1')).toBe(`other: 1\nlint:\n  rules:\n    ${RULE}: off\n`);
  });

  it('fills keys without a value', () => {
    expect(off('lint: # ours\n')).toBe(`lint: # ours\n  rules:\n    ${RULE}: off\n`);
    expect(off('lint:\n  rules:\n  ignore: [a]\n')).toBe(`lint:\n  rules:\n    ${RULE}: off\n  ignore: [a]\n`);
    expect(off('lint:\n  rules: ~\n')).toBe(`lint:\n  rules: \n    ${RULE}: off\n`);
  });

  it('adds to what is there in its own indentation', () => {
    expect(off('lint:\n    extends: strict # all\n')).toBe(
      `lint:\n    rules:\n      ${RULE}: off\n    extends: strict # all\n`,
    );
    expect(off('lint:\r\n  rules:\r\n    a/b: off # why\r\n')).toBe(
      `lint:\r\n  rules:\r\n    ${RULE}: off\r\n    a/b: off # why\r\n`,
    );
    expect(off('lint: { rules: { a/b: off } }\n')).toBe(`lint: { rules: { ${RULE}: off, a/b: off } }\n`);
    expect(off('lint: {}\n')).toBe(`lint: { rules: { ${RULE}: off } }\n`);
  });

  it('changes what the file says about the rule', () => {
    expect(off(`lint:\n  rules:\n    ${RULE}: error # loud\n`)).toBe(`lint:\n  rules:\n    ${RULE}: off # loud\n`);
    expect(off(`lint:\n  rules:\n    ${RULE}:\n      severity: info\n      suppressible: false\n`)).toBe(
      `lint:\n  rules:\n    ${RULE}:\n      severity: off\n      suppressible: false\n`,
    );
    expect(off(`lint:\n  rules:\n    ${RULE}:\n      suppressible: false\n`)).toBe(
      `lint:\n  rules:\n    ${RULE}:\n      severity: off\n      suppressible: false\n`,
    );
  });

  it('writes JSON', () => {
    expect(JSON.parse(off('{\n  // ours\n  "lint": {}\n}\n', 'immutable.json')?.replace(/\/\/.*/, '') ?? '')).toEqual({
      lint: { rules: { [RULE]: 'off' } },
    });
  });

  it('leaves other shapes to a person', () => {
    expect(off('- a list\n')).toBeUndefined();
    expect(off('lint: text\n')).toBeUndefined();
    expect(off('x: &a { b/c: off }\nlint:\n  rules: *a\n')).toBeUndefined();
  });
});
