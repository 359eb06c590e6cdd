import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../registry-server';
import { ContainersWorld, missingContainers } from './containers-world';

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'pipelines', 'containers');
const reason = missingContainers();

describe.skipIf(reason !== undefined)('the example with containers', { timeout: 240_000 }, () => {
  let world: ContainersWorld;
  let proxy: ChildProcess;
  let pipeline: string;
  let shop: string;

  beforeAll(async () => {
    world = await ContainersWorld.create();
    cpSync(EXAMPLE, world.workspace, { recursive: true });
    copyFileSync('/bin/busybox', join(world.workspace, 'app', 'busybox'));
    // As it is written, but for ports that may be taken here.
    pipeline = readFileSync(join(EXAMPLE, 'immutable.yaml'), 'utf8')
      .replaceAll('127.0.0.1:5000', world.registry.host)
      .replaceAll('8081', String(world.ports.blue))
      .replaceAll('8082', String(world.ports.green));
    const port = await freePort();
    shop = `http://127.0.0.1:${port}/`;
    const script = join(world.workspace, 'proxy.mjs');
    writeFileSync(script, readFileSync(script, 'utf8').replaceAll('8080', String(port)));
    proxy = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => proxy.stdout?.once('data', resolve));
  });
  afterAll(async () => {
    proxy.kill('SIGKILL');
    await world.dispose();
  });

  async function served(): Promise<string> {
    const answer = await fetch(shop);
    return `${answer.status} ${/version \d+|No version/.exec(await answer.text())?.[0] ?? ''}`;
  }

  function edit(path: string, change: (text: string) => string): void {
    const file = join(world.workspace, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  it('goes round: version 1, version 2, a broken one that nobody sees, and back', async () => {
    expect(await served()).toBe('503 No version');
    expect((await world.run({ pipeline })).outcome).toBe('live');
    expect(await served()).toBe('200 version 1');

    edit('app/www/index.html', (text) => text.replace('version 1', 'version 2'));
    expect((await world.run({ pipeline })).outcome).toBe('live');
    expect(await served()).toBe('200 version 2');

    const health = 'app/www/cgi-bin/health';
    const lines = readFileSync(join(world.workspace, health), 'utf8').split('\n');
    edit(health, () => [lines[0], 'exit 1', ...lines.slice(1)].join('\n'));
    const quick = pipeline.replace('timeout: 20s', 'timeout: 2s');
    expect((await world.run({ pipeline: quick })).outcome).toBe('rolled-back');
    expect(await served()).toBe('200 version 2');

    expect((await world.run({ pipeline, kind: 'rollback' })).text).toBe('run1 is live again, as run4.');
    expect(await served()).toBe('200 version 1');
    expect((await world.run({ pipeline, kind: 'retire' })).text).toMatch(/was retired\.$/);
    expect(world.running()).toHaveLength(1);
  });
});
