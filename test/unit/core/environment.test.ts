import { describe, expect, it } from 'vitest';
import { isTestCode, isTestData } from '../../../server/src/core/environment';

describe('isTestData', () => {
  it.each([
    ['pkg/testdata/Dockerfile', true],
    ['charts/web/__snapshots__/web.yaml', true],
    ['Fixtures/main.tf', true],
    ['tests/main.tf', false],
    ['fixtures.tf', false],
  ])('%s → %s', (path, expected) => {
    expect(isTestData(path)).toBe(expected);
  });
});

describe('isTestCode', () => {
  it.each([
    ['pkg/test/echo/Dockerfile', true],
    ['tests/Dockerfile', true],
    ['testing/Dockerfile', true],
    ['e2e/Dockerfile', true],
    ['integration-tests/Dockerfile', true],
    ['pkg/testdata/Dockerfile', true],
    ['Dockerfile.test', false],
    ['latest/Dockerfile', false],
    ['contest/Dockerfile', false],
    ['dev/Dockerfile', false],
  ])('%s → %s', (path, expected) => {
    expect(isTestCode(path)).toBe(expected);
  });
});
