import { describe, expect, it } from 'vitest';
import type { Fix } from '../../../../server/src/core/finding';
import { pinned, resolveOnlineFix } from '../../../../server/src/workspace/digests';
import { sha256 } from '../../../support/fake-registry';

const DIGEST = sha256('x');

describe('pinned', () => {
  it.each([
    ['nginx:1.27', `nginx:1.27@${DIGEST}`],
    ['nginx', `nginx:latest@${DIGEST}`],
    ['localhost:5000/a/b', `localhost:5000/a/b:latest@${DIGEST}`],
    [`nginx:1@${sha256('old')}`, `nginx:1@${DIGEST}`],
  ])('%s', (image, expected) => {
    expect(pinned(image, DIGEST)).toBe(expected);
  });
});

describe('resolveOnlineFix', () => {
  const at = { start: 5, end: 15, path: 'vars.tf' };
  const fix: Fix = { level: 'online', title: 'Pin', edits: [], resolve: { image: 'nginx:1.27', at } };

  it('replaces the reference where it stands', async () => {
    const resolver = { resolve: () => Promise.resolve({ digest: DIGEST }) };
    expect(await resolveOnlineFix(fix, resolver)).toEqual({ edits: [{ at, text: `nginx:1.27@${DIGEST}` }] });
  });

  it('hands on what the registry says', async () => {
    const resolver = { resolve: () => Promise.resolve({ problem: 'Not there.' }) };
    expect(await resolveOnlineFix(fix, resolver)).toEqual({ problem: 'Not there.' });
  });

  it('asks nothing for other fixes', async () => {
    const resolver = { resolve: () => Promise.reject(new Error('asked')) };
    const edits = [{ at, text: 'x' }];
    expect(await resolveOnlineFix({ level: 'safe', title: 'Fix', edits }, resolver)).toEqual({ edits });
  });
});
