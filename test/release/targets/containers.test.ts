import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContainersWorld, missingContainers } from './containers-world';

const reason = missingContainers();
if (reason !== undefined) console.log(`Skipped: ${reason}`);

describe.skipIf(reason !== undefined)('containers, end to end', { timeout: 240_000 }, () => {
  let world: ContainersWorld;
  beforeAll(async () => {
    world = await ContainersWorld.create();
  });
  afterAll(() => world.dispose());

  /** What a proxy would read. */
  function route(): string {
    return readFileSync(join(world.workspace, 'run/upstream.conf'), 'utf8');
  }

  async function served(slot: 'blue' | 'green'): Promise<string> {
    return (await fetch(`http://127.0.0.1:${world.ports[slot]}/`)).text();
  }

  it('bakes v1, publishes it, starts it in blue and sends it the traffic', async () => {
    expect(await world.run()).toEqual({ outcome: 'live', text: 'run1 is live.' });
    expect(world.running()).toEqual(['shop-local-blue-web']);
    expect(route()).toBe(`server 127.0.0.1:${world.ports.blue}; # run1\n`);
    expect(readFileSync(join(world.directory, 'loaded.conf'), 'utf8')).toBe(route());
    expect(existsSync(join(world.workspace, 'run/.upstream.conf.immutable-move'))).toBe(false);
    expect(await served('blue')).toBe('v1\n');
    const [release] = world.releases();
    expect(release).toMatchObject({ id: 'run1', slot: 'blue', health: { verdict: 'confirmed' } });
    expect(release?.config).toMatchObject({
      kind: 'containers',
      run: [{ environment: { RELEASE: { value: '${release.id}' } } }],
    });
  });

  it("F45: the image is proven although podman's .ImageDigest is none of its digests", () => {
    const [shown = '', image = ''] = world
      .podman('inspect', '--format', '{{.ImageDigest}} sha256:{{.Image}}', 'shop-local-blue-web')
      .trim()
      .split(' ');
    const [release] = world.releases();
    const [baked] = release?.images ?? [];
    expect(baked?.digests).not.toContain(shown);
    expect(baked?.digests).toContain(image);
    expect(release?.running).toEqual([image]);
  });

  it('bakes v2 and starts it in green; blue is kept', async () => {
    world.source('v2');
    expect((await world.run()).text).toBe('run2 is live. blue is kept; `immutable-infra retire` ends it.');
    expect(world.running()).toEqual(['shop-local-blue-web', 'shop-local-green-web']);
    expect(route()).toBe(`server 127.0.0.1:${world.ports.green}; # run2\n`);
    expect(await served('green')).toBe('v2\n');
    expect(await served('blue')).toBe('v1\n');
  });

  it('F15: a version that listens on nothing gets no traffic, and is ended', async () => {
    world.command('echo the database is not there; exec /bin/busybox sleep 1000');
    world.patience = '3s';
    const { outcome, text } = await world.run();
    world.patience = '90s';
    expect(outcome).toBe('rolled-back');
    expect(text).toContain('green still serves; blue was ended.');
    const steps = join(world.root.run('run3'), 'steps');
    const [logs = ''] = readdirSync(steps).filter((name) => name.endsWith('-logs'));
    expect(readFileSync(join(steps, logs, 'out.log'), 'utf8')).toBe('the database is not there\n');
    expect(world.running()).toEqual(['shop-local-green-web']);
    expect(route()).toContain(String(world.ports.green));
  });

  it('goes back to v1: the old image, in the slot that is free', async () => {
    const { outcome, text } = await world.run({ kind: 'rollback' });
    expect({ outcome, text }).toEqual({ outcome: 'live', text: 'run1 is live again, as run4.' });
    expect(route()).toBe(`server 127.0.0.1:${world.ports.blue}; # run4\n`);
    expect(await served('blue')).toBe('v1\n');
    expect(world.releases().map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'deploy run1',
      'deploy run2',
      'rollback run4',
    ]);
  });

  it('F42: never retires what has the traffic; retires the other', async () => {
    expect((await world.run({ kind: 'retire', slot: 'blue' })).text).toBe('blue has the traffic and stays.');
    expect((await world.run({ kind: 'retire' })).text).toBe('green was retired.');
    expect(world.running()).toEqual(['shop-local-blue-web']);
  });
});
