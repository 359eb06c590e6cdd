import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/cli';
import { FAULTS, faultsPage, faultTests, OF_KUBERNETES } from './matrix';

describe('the table of faults', () => {
  const tests = faultTests();

  it.each(FAULTS.filter(([number]) => !OF_KUBERNETES.has(number)))('%s has a test: %s', (number) => {
    expect(tests.filter(({ fault }) => fault === number)).not.toEqual([]);
  });

  it('knows each number that a test names', () => {
    const known = new Set(FAULTS.map(([number]) => number));
    expect(tests.filter(({ fault }) => !known.has(fault))).toEqual([]);
  });

  it('is what docs/faults.md says', async () => {
    const file = join(ROOT, 'docs', 'faults.md');
    const wanted = await format(faultsPage(), { ...(await resolveConfig(file)), filepath: file });
    if (process.env['IMMUTABLE_WRITE'] === '1') writeFileSync(file, wanted);
    const how = 'Write it anew: IMMUTABLE_WRITE=1 npx vitest run test/release/faults/matrix.test.ts';
    expect(readFileSync(file, 'utf8'), how).toBe(wanted);
  });
});
