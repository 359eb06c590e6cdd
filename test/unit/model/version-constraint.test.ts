import { describe, expect, it } from 'vitest';
import { closedAtMajor, isBounded, isConstraint } from '../../../server/src/model/version-constraint';

describe('isBounded', () => {
  it.each(['~> 1.2', '1.2.0', '= 1.2.0', 'v1.2.0', '>= 1.0, < 2.0', '<= 3', '~>1'])('%s has a limit', (text) => {
    expect(isBounded(text)).toBe(true);
  });
  it.each(['>= 1.2', '> 1', '!= 1.0', '*', 'latest', '', '>= 1.0, != 1.4'])('"%s" has none', (text) => {
    expect(isBounded(text)).toBe(false);
  });
});

describe('isConstraint', () => {
  it('tells constraints from other texts', () => {
    expect(['>= 1.0, < 2.0', '', '*', 'latest', '1.0.0-beta.1'].every(isConstraint)).toBe(true);
    expect(['main', '${version}', 'one, two'].some(isConstraint)).toBe(false);
  });
});

describe('closedAtMajor', () => {
  it.each([
    ['>= 1.2.0', '~> 1.2'],
    ['>= 1.2', '~> 1.2'],
    ['>=1', '~> 1.0'],
    ['>= v3.2.0', '~> 3.2'],
    ['>= 0.5.1', '>= 0.5.1, < 1.0.0'],
    ['> 1.2', undefined],
    ['>= 1.2, != 1.3', undefined],
    ['*', undefined],
  ])('%s', (text, expected) => {
    expect(closedAtMajor(text)).toBe(expected);
  });
});
