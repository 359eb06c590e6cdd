import { readdirSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { missingTool, until } from '../bakers/packer-support';
import { oracleOf, runsOf } from '../support/oracle';
import { CliWorld } from './cli-world';

const skipped = missingTool('packer') ?? missingTool('terraform');

describe.skipIf(skipped !== undefined)('F26: a second deployment with --wait', () => {
  let world: CliWorld;
  beforeEach(() => {
    world = new CliWorld();
  });
  afterEach(() => world.dispose());

  /** A command that goes on by itself, with what it says so far. */
  function begin(...words: readonly string[]): {
    readonly child: ChildProcess;
    said(): string;
    readonly code: Promise<number | null>;
  } {
    const child = world.start(words);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (text += part.toString()));
    return { child, said: () => text, code: new Promise((resolve) => child.once('close', resolve)) };
  }

  /** A deployment that holds the environment while its plan waits. @returns what approves it */
  async function holds(): Promise<readonly [string, string]> {
    const { code, text } = await world.run(['deploy', 'demo']);
    expect(code, text).toBe(4);
    const [, run = '', hash = ''] = /immutable-infra approve (\S+) (\S+)/.exec(text) ?? [];
    return [run, hash];
  }

  it('waits, starts when the first is done, and plans on what that has left', async () => {
    const plan = await holds();
    world.version('v2');
    const second = begin('deploy', 'demo', '--wait', '--approve', 'all');
    await until(() => second.said().includes('Waiting for it to be free'));
    expect(second.said()).toContain(`(run ${plan[0]}, `);
    expect(readdirSync(world.root.runs), 'no run before its turn').toEqual([plan[0]]);
    expect((await world.run(['approve', ...plan])).code).toBe(0);
    expect(await second.code, second.said()).toBe(0);
    const history = new ReleaseHistory(Ledger.read(world.root.ledger('demo')));
    const [one, two] = history.releases();
    expect(history.releases()).toHaveLength(2);
    expect(two).toMatchObject({ supersedes: one?.id, slot: one?.slot === 'blue' ? 'green' : 'blue' });
    expect(two?.seq).toBeGreaterThan(one?.seq ?? 0);
    expect(await world.live()).toContain(two?.images[0]?.id);
    await until(() => oracleOf({ root: world.root, environment: 'demo', runs: runsOf(world.root) }).length === 0);
  }, 120_000);

  it('that is interrupted ends with 130, and no run of it is left', async () => {
    const [run] = await holds();
    const second = begin('deploy', 'demo', '--wait', '--approve', 'all');
    await until(() => second.said().includes('Waiting for it to be free'));
    second.child.kill('SIGINT');
    expect(await second.code, second.said()).toBe(130);
    expect(readdirSync(world.root.runs)).toEqual([run]);
    // The first is as it was.
    expect((await world.run(['status', 'demo'])).text).toContain(run);
  }, 120_000);
});
