import { describe, expect, it } from 'vitest';
import { torture } from './torture';

/** Few here; `npm run test:torture` goes for a thousand and more. */
const KILLS = Number(process.env['IMMUTABLE_TORTURE_KILLS'] ?? 60);
const WRITERS = 4;

describe('lock and ledger under SIGKILL', () => {
  it(
    `loses no acknowledged record and lets nobody in twice (${KILLS} kills, ${WRITERS} writers)`,
    async () => {
      const result = await torture(KILLS, WRITERS, Math.random);
      console.log(result);
      expect(result).toMatchObject({ lost: 0, doubled: 0, exclusionViolations: 0, damaged: 0 });
      expect(result.kills).toBeGreaterThanOrEqual(KILLS);
      expect(result.acknowledged).toBeGreaterThan(KILLS / 10);
      // What a killed writer left aside goes with the next one that takes the lock.
      expect(result.leftovers.length).toBeLessThanOrEqual(WRITERS);
    },
    20 * 60_000,
  );
});
