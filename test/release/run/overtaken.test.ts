import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

const healthyPort = listenForHealth();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-overtaken-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('F27: a run that is resumed after others acted', () => {
  it.each([
    ['apply green:before', 'partial'],
    ['route green:before', 'partial'],
    ['bake old:before', 'live'],
  ])('%s: never goes on with its old plan', async (place, outcome) => {
    const world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
    world.healthyPort = healthyPort();
    const spec = (run: string): ReturnType<typeof createRun> => createRun(world.root, folder, run);
    await world.run(spec('first'));
    world.source = 'old';
    const stopped = spec('stopped');
    world.power = (here) => {
      if (here === place) throw new PowerCut();
    };
    await expect(world.run(stopped)).rejects.toThrow(PowerCut);
    world.power = () => undefined;
    world.source = 'new';
    expect(await world.run(spec('other'))).toMatchObject({ outcome: 'live' });
    const serving = world.activeSlot;
    const effects = world.effects.length;
    // Whoever resumes it has its files again: it bakes no others.
    world.source = 'old';
    const end = await world.run(stopped);
    if (outcome === 'partial') {
      expect(end).toEqual({ outcome, text: expect.stringContaining('Run other acted on the environment') as string });
      expect(world.effects).toHaveLength(effects);
      expect(world.activeSlot).toBe(serving);
      expect(new ReleaseHistory(Ledger.read(world.root.ledger('local'))).live()?.id).toBe('other');
    } else {
      // Nothing was planned yet: it plans now, for the target as it is.
      expect(end.outcome).toBe('live');
    }
    expect(oracle(world.root, 'local', ['first', 'stopped', 'other'], world)).toEqual([]);
  });
});
