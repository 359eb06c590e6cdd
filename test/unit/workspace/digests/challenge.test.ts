import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../../server/src/workspace/digests/challenge';

function parsed(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe('parseChallenges', () => {
  it.each<[string, unknown]>([
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:library/nginx:pull',
          },
        ],
      ],
    ],
    [
      'Basic realm="a, b", Bearer realm="c"',
      [
        ['basic', { realm: 'a, b' }],
        ['bearer', { realm: 'c' }],
      ],
    ],
    ['BEARER Realm = "x\\"y" , Service=plain', [['bearer', { realm: 'x"y', service: 'plain' }]]],
    ['Negotiate', [['negotiate', {}]]],
    ['Bearer realm="never closed', [['bearer', {}]]],
    ['=;;,,"', []],
    ['realm="lost"', []],
    ['', []],
  ])('reads %s', (header, expected) => {
    expect(parsed(header)).toEqual(expected);
  });

  it('leaves oversized headers alone', () => {
    expect(parsed(`Bearer realm="${'x'.repeat(10_000)}"`)).toEqual([]);
    expect(parseChallenges(undefined)).toEqual([]);
  });

  it('ends on every text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (header) => {
        parseChallenges(header);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
