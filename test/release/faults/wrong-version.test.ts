import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../../../release/src/ledger/releases';
import { NO_DECISIONS } from '../../../release/src/run/spec';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE } from '../support/fake-world';

let server: Server;
let folder: string;
let answering = '';
let world: FakeWorld;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-version-'));
  server = createServer((_request, response) => response.setHeader('x-release', answering).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = (server.address() as AddressInfo).port;
});

/** `local` asks as it is told; `production` is protected and asks who answers. */
function pipeline(identity: string): string {
  const tcp = 'tcp: { host: 127.0.0.1, port: "${slot.port}",';
  const http = (asked: string): string => `http: { url: "http://127.0.0.1:\${slot.port}/", identity: ${asked},`;
  return PIPELINE.replace(tcp, () => http(identity)).replace(tcp, () => http(ASKED));
}

const ASKED = '{ header: X-Release, equals: "${release.id}" }';

async function deploy(run: string, source: string, environment: string, identity = ASKED): Promise<string> {
  world.source = source;
  const decisions = { ...NO_DECISIONS };
  const spec = createRun(world.root, folder, run, { environment, pipeline: pipeline(identity), decisions });
  const { outcome, text } = await world.run(spec);
  expect(oracle(world.root, environment, [run], world)).toEqual([]);
  return `${outcome}: ${text}`;
}

function live(environment: string): StoredRelease | undefined {
  return new ReleaseHistory(Ledger.read(world.root.ledger(environment))).live();
}

describe('F16: the old version answers', () => {
  it.each(['local', 'production'])('%s: the new one gets no traffic and no record', async (environment) => {
    answering = 'a';
    expect(await deploy('a', 'v1', environment)).toMatch(/^live: /);
    expect(live(environment)?.health.verdict).toBe('confirmed');
    // Health asks the new slot, and the old version answers there.
    world.answersOld = true;
    const text = await deploy('b', 'v2', environment);
    expect(text).toMatch(
      /^(?:rolled-back|failed): Something answers, but not the new version\..*X-Release is `a`, not `b`/s,
    );
    expect(world.activeSlot).toBe('blue');
    expect(live(environment)?.id).toBe('a');
  });

  it('where nobody asks who answers, the release is live and says so', async () => {
    answering = 'whoever';
    expect(await deploy('a', 'v1', 'local', 'none')).toMatch(/^live: /);
    expect(live('local')?.health.verdict).toBe('unchecked');
  });
});
