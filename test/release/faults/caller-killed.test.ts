import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followRun } from '../../../release/src/api/follow-run';
import { listRuns, type ListedRun } from '../../../release/src/api/list-runs';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import type { RunEvent } from '../../../release/src/run/events';
import { missingTool } from '../bakers/packer-support';
import { oracleOf } from '../support/oracle';
import { CliWorld } from './cli-world';

const missing = missingTool('packer') ?? missingTool('terraform');

describe.skipIf(missing !== undefined)(`with real tools${missing === undefined ? '' : ` (${missing})`}`, () => {
  let world: CliWorld;
  beforeAll(() => {
    world = new CliWorld();
  });
  afterAll(() => world.dispose());

  function run(): ListedRun | undefined {
    return existsSync(join(world.directory, 'state')) ? listRuns(world.root)[0] : undefined;
  }

  async function until(condition: () => boolean): Promise<void> {
    for (let round = 0; round < 2400 && !condition(); round++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(condition()).toBe(true);
  }

  it('F40: whoever started the run is killed while it applies: it goes on, and a new viewer sees all of it', async () => {
    // The apply waits until the test lets it go on.
    const gate = join(world.directory, 'go');
    world.edit('terraform/main.tf', (text) =>
      text.replace(
        'triggers_replace = [each.value]',
        `triggers_replace = [each.value]\n  provisioner "local-exec" { command = "while [ ! -e ${gate} ]; do sleep 0.1; done" }`,
      ),
    );
    const caller = world.start(['deploy', 'demo', '--approve', 'all']);
    await until(() => run()?.progress.state === 'APPLYING');
    // All of its group, as the end of a terminal or of an extension host does.
    process.kill(-(caller.pid ?? 0), 'SIGKILL');
    await once(caller, 'close');

    const seen = run();
    expect(seen).toMatchObject({ status: 'running', progress: { state: 'APPLYING', kind: 'deploy' } });
    const events: RunEvent[] = [];
    const start = performance.now();
    let first = Infinity;
    const followed = followRun(seen?.directory ?? '', (event) => {
      first = Math.min(first, performance.now() - start);
      events.push(event);
    });
    await until(() => events.some((event) => event.type === 'state' && event.state === 'APPLYING'));
    expect(first).toBeLessThan(2000);
    expect(events.some(({ type }) => type === 'closed')).toBe(false);

    writeFileSync(gate, '');
    const end = await followed;
    expect(end.text).toMatch(/ is live\./);
    expect(end.progress).toMatchObject({ state: 'CLOSED', outcome: 'live' });
    const states = events.flatMap((event) => (event.type === 'state' ? [event.state] : []));
    expect(states).toEqual(expect.arrayContaining(['GATING', 'BAKING', 'PLANNING', 'APPLYING', 'HEALTH', 'LIVE']));
    expect(events.at(-1)).toMatchObject({ type: 'closed', outcome: 'live' });

    const live = new ReleaseHistory(Ledger.read(world.root.ledger('demo'))).live();
    expect(await world.live()).toContain(live?.images[0]?.id ?? 'none');
    await until(() => oracleOf({ root: world.root, environment: 'demo', runs: [seen?.run ?? ''] }).length === 0);
    // A viewer that comes after the end learns it all the same.
    const later = await followRun(seen?.directory ?? '', () => undefined);
    expect(later.text).toBe(end.text);
  }, 180_000);

  it('F47: a tool that is missing is told before anything is changed', async () => {
    world.version('v2');
    const { code, text } = await world.run(['deploy', 'demo', '--approve', 'all'], { PATH: '/nonexistent' });
    expect(text).toContain('`terraform` is not on PATH.');
    expect(text).toContain('Install it, or name its directory in PATH.');
    expect(code).toBe(3);
  }, 60_000);

  it('F47: a tool of the wrong version is told before anything is changed, and the run keeps what was used', async () => {
    world.edit('terraform/main.tf', (text) =>
      text.replace('backend "local" {}', 'required_version = "< 0.12"\n  backend "local" {}'),
    );
    const before = await world.live();
    const { code, text } = await world.run(['deploy', 'demo', '--approve', 'all']);
    expect(text).toMatch(/[Uu]nsupported Terraform Core version/);
    expect(text).toContain('Nothing was changed');
    expect([3, 6]).toContain(code);
    expect(await world.live()).toBe(before);
    const tools = readdirSync(run()?.directory ?? '').includes('tools.json')
      ? readFileSync(join(run()?.directory ?? '', 'tools.json'), 'utf8')
      : '';
    expect(tools).toMatch(/"terraform":\{"path":"\/[^"]+","bytes":\d+,"changed":\d+\}/);
    expect(oracleOf({ root: world.root, environment: 'demo', runs: [run()?.run ?? ''] })).toEqual([]);
  }, 60_000);
});
