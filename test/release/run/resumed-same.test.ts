import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../release/src/durable/canonical-json';
import { Ledger } from '../../../release/src/ledger/ledger';
import { DurableSteps, JournalMismatchError } from '../../../release/src/run/durable-steps';
import { Journal } from '../../../release/src/run/journal';
import type { JournalEntry } from '../../../release/src/run/journal-entry';
import { progressOf } from '../../../release/src/run/progress';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE, PowerCut } from '../support/fake-world';
import { listenForHealth } from '../support/healthy-port';

let folder: string;
let world: FakeWorld;
const healthyPort = listenForHealth();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-same-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const WATCHED = PIPELINE.replace('retire: { mode: auto }', 'retire: { mode: auto }\n    soak: 20ms').replace(
  'protected: true',
  'protected: true\n    soak: 20ms',
);

type Changes = NonNullable<Parameters<typeof createRun>[3]>;

async function deploySource(source: string, changes: Changes = {}): Promise<void> {
  world.source = source;
  await world.run(createRun(world.root, folder, source, changes));
}

/** What the run did, as anybody can read it afterwards. */
interface Story {
  readonly text: string;
  readonly effects: readonly string[];
  readonly ledger: readonly JsonObject[];
}

/** Without what probes said, which depends on how busy the machine is. */
function untimed<Value extends string | JsonObject>(value: Value): Value {
  const text = JSON.stringify(value).replace(/\\n {2}tcp [^"\\]*/g, '');
  return JSON.parse(text) as Value;
}

/** Runs `x`, with a power cut at one place, until it ends. */
async function story(
  environment: string,
  setup: () => Promise<void>,
  changes: Changes,
  cutAt: number,
): Promise<Story & { readonly isCut: boolean; readonly where: string }> {
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = healthyPort();
  await setup();
  const own = world.power;
  const before = world.effects.length;
  let seen = 0;
  let where = '';
  world.power = (name) => {
    own(name);
    if (++seen !== cutAt) return;
    where = `${name} after ${Journal.read(world.root.run('x')).records().at(-1)?.type ?? 'nothing'}`;
    throw new PowerCut(name);
  };
  const spec = createRun(world.root, folder, 'x', { environment, ...changes });
  for (let attempt = 0; ; attempt++) {
    try {
      const { outcome, text } = await world.run(spec);
      const records = Ledger.read(world.root.ledger(environment)).records();
      const ledger = records.map(({ t: _t, mono: _mono, h: _h, ...record }) => untimed(record));
      // The fake baker cannot tell that it was done: it bakes again, which harms nothing.
      const effects = world.effects.slice(before).filter((effect, at, all) => all.indexOf(effect) === at);
      return { text: untimed(`${outcome}: ${text}`), effects, ledger, isCut: seen >= cutAt, where };
    } catch (error) {
      if (!(error instanceof PowerCut) || attempt > 2) throw error;
    }
  }
}

/** Every place of a run is cut once: what comes of it is what comes of the run that nobody cut. */
async function sameEverywhere(environment: string, setup: () => Promise<void>, changes: Changes): Promise<string> {
  const whole = await story(environment, setup, changes, 0);
  let places = 0;
  for (let place = 1; ; place++) {
    const cut = await story(environment, setup, changes, place);
    if (!cut.isCut) break;
    places++;
    const where = `cut ${place}: ${cut.where}`;
    expect(oracle(world.root, environment, ['x'], world), where).toEqual([]);
    expect(progressOf(Journal.read(world.root.run('x')).records()).violations, where).toEqual([]);
    // An apply that did nothing uses up its approval: that run ends, and what it says differs.
    if (/^apply \w*:before/.test(cut.where)) continue;
    expect(cut.text, where).toBe(whole.text);
    expect(cut.effects, where).toEqual(whole.effects);
    expect(cut.ledger, where).toEqual(whole.ledger);
  }
  expect(places).toBeGreaterThan(20);
  return whole.text;
}

describe('F01: a run that is killed at any place ends as if nobody had killed it', () => {
  it('a rollback with two releases', { timeout: 240_000 }, async () => {
    const setup = async (): Promise<void> => {
      await deploySource('v1');
      await deploySource('v2');
    };
    expect(await sameEverywhere('local', setup, { kind: 'rollback' })).toBe('live: v1 is live again, as x.');
  });

  it('a rollback with three releases', { timeout: 240_000 }, async () => {
    const setup = async (): Promise<void> => {
      for (const source of ['v1', 'v2', 'v3']) await deploySource(source);
    };
    expect(await sameEverywhere('local', setup, { kind: 'rollback' })).toBe('live: v2 is live again, as x.');
  });

  it(
    'a deployment to a protected environment, which asks about its route and watches',
    { timeout: 240_000 },
    async () => {
      const production = { environment: 'production', pipeline: WATCHED };
      const setup = async (): Promise<void> => {
        await deploySource('v1', production);
        world.source = 'v2';
      };
      expect(await sameEverywhere('production', setup, production)).toBe(
        'live: x is live. blue is kept; `immutable-infra retire` ends it.',
      );
      const asked = Journal.read(world.root.run('x')).records();
      expect(asked.filter(({ type }) => type === 'approval.granted')).toHaveLength(2);
    },
  );

  it('a deployment whose version fails while it is watched, and the return from it', { timeout: 240_000 }, async () => {
    const setup = async (): Promise<void> => {
      await deploySource('v1', { pipeline: WATCHED });
      world.source = 'v2';
      world.power = (name) => {
        if (name === 'route green:after') world.breakSource('v2');
      };
    };
    expect(await sameEverywhere('local', setup, { pipeline: WATCHED })).toMatch(/^rolled-back: /);
  });

  it('a return to where nothing is kept warm, which is applied anew', { timeout: 240_000 }, async () => {
    const setup = async (): Promise<void> => {
      world.isInPlace = true;
      await deploySource('v1');
      world.source = 'v2';
      world.breakSource('v2');
    };
    expect(await sameEverywhere('local', setup, {})).toMatch(/^rolled-back: .*v1 is live again, as x-back\.$/s);
  });
});

describe('a journal that tells of another way than the run takes', () => {
  it('is an error that names the place, not a second life of the step', async () => {
    const past = [
      { type: 'gate.intent', data: { what: 'observe-before' } },
      { type: 'gate.result', data: {} },
      { type: 'plan.intent', data: { what: 'deploy' } },
    ] as JournalEntry[];
    const guard = { begin: () => undefined, settle: <R>(work: () => Promise<R>) => work(), isCancelled: () => false };
    const appended: JournalEntry[] = [];
    const journal = { append: (entry: JournalEntry) => appended.push(entry) as never };
    const act = (): Promise<JsonObject> => Promise.reject(new Error('it acted'));
    const step = (what: string) => ({ intent: () => ({ what }), act, recover: act });
    const gate = (what: string): Promise<unknown> => new DurableSteps(journal, past, guard).step('gate', step(what));
    await expect(gate('observe-after')).rejects.toThrow(JournalMismatchError);
    await expect(gate('observe-after')).rejects.toThrow(
      /entry 1 .*gate\.intent observe-before.*gate\.intent observe-after/,
    );
    const steps = new DurableSteps(journal, past, guard);
    await steps.step('gate', step('observe-before'));
    await expect(steps.step('apply', step('x'))).rejects.toThrow(/entry 3 .*plan\.intent deploy.*apply\.intent/);
    expect(appended).toEqual([]);
  });
});
