import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detectDrift, lastLook, type DriftReport } from '../../../release/src/api/detect-drift';
import { UnknownNameError } from '../../../release/src/api/start-run';
import type { JsonObject } from '../../../release/src/durable/canonical-json';
import { newHolder } from '../../../release/src/lock/holder';
import { StateRoot } from '../../../release/src/state-root';
import { containerImage, kinds, record, release, workspaceOf } from './support';

const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: 2, digest: `sha256:${'c'.repeat(64)}` },
  layers: [],
});
const V1 = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`;
const OTHER = `sha256:${'e'.repeat(64)}`;
const CONFIG = `sha256:${'c'.repeat(64)}`;

let directory: string;
let root: StateRoot;
let server: Server;
let host: string;
/** What the registry answers. */
let status: number;
/** What it has under a tag. */
let tagged: string;
let containers: JsonObject[];

beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-drift-')));
  for (const name of ['work', 'state', 'bin', 'tmp']) mkdirSync(join(directory, name));
  root = new StateRoot(join(directory, 'state'));
  status = 200;
  tagged = MANIFEST;
  containers = [];
  server = createServer((request, response) => {
    response.writeHead(request.url === '/v2/' ? 200 : status, {
      'content-type': 'application/vnd.oci.image.manifest.v1+json',
    });
    const isTag = request.url?.includes('/manifests/rel-') === true;
    response.end(status === 200 ? (isTag ? tagged : MANIFEST) : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

const pipeline = (more = ''): string => `app: shop
images: { web: { container: { repository: "${host}/shop/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: upstream.conf, content: "server 127.0.0.1:\${slot.port}; # \${release.id}\\n"${more} } }
`;

function container(
  slot: string,
  releaseId: string,
  more: { image?: string; labels?: JsonObject; running?: boolean; name?: string } = {},
): JsonObject {
  const name = more.name ?? `shop-local-${slot}-web`;
  const isRunning = more.running ?? true;
  return {
    Id: `${name}-0123456789`,
    Name: name,
    State: { Running: isRunning, Status: isRunning ? 'running' : 'exited', ExitCode: isRunning ? 0 : 137 },
    Image: more.image ?? CONFIG,
    Config: {
      Env: ['PASSWORD=verysecret'],
      Labels: more.labels ?? {
        'dev.immutable.app': 'shop',
        'dev.immutable.environment': 'local',
        'dev.immutable.slot': slot,
        'dev.immutable.release': releaseId,
        'dev.immutable.run': `run-${releaseId}`,
        'dev.immutable.port': slot === 'blue' ? '8081' : '8082',
      },
    },
  };
}

/** A podman that answers with the containers of the test, and fails the test when it is told to change something. */
function podman(): Record<string, string> {
  const file = join(directory, 'bin', 'podman');
  const list = containers.map((one) => `${one['Id'] as string} ${one['Name'] as string}`).join('\n');
  writeFileSync(join(directory, 'ps.txt'), list);
  writeFileSync(join(directory, 'inspect.json'), JSON.stringify(containers));
  writeFileSync(
    file,
    `#!/bin/sh
case "$1" in
ps) /bin/cat ${directory}/ps.txt ;;
inspect) /bin/cat ${directory}/inspect.json ;;
*) echo "$*" >> ${directory}/changed; exit 1 ;;
esac
`,
  );
  chmodSync(file, 0o755);
  return { PATH: join(directory, 'bin'), TMPDIR: join(directory, 'tmp') };
}

async function look(text = pipeline(), own = podman()): Promise<DriftReport> {
  const report = await detectDrift(workspaceOf(join(directory, 'work'), root, text), 'local', { own });
  expect(existsSync(join(directory, 'changed'))).toBe(false);
  expect(JSON.stringify(report)).not.toContain('verysecret');
  return report;
}

function route(port: string, id: string): void {
  writeFileSync(join(directory, 'work', 'upstream.conf'), `server 127.0.0.1:${port}; # ${id}\n`);
}

/** Release v1 in blue, live since v2 in green was left. */
function deployed(): void {
  const image = containerImage('web', V1, `${host}/shop/web`, CONFIG);
  record(root, 'local', release('v0', [image], { slot: 'green' }), release('v1', [image]));
  containers = [container('green', 'v0'), container('blue', 'v1')];
  route('8081', 'v1');
}

describe('drift of containers', () => {
  it('is none when everything is as it was left; the registry that has no image counts', async () => {
    deployed();
    expect(kinds(await look())).toEqual([]);
    status = 404;
    const report = await look();
    expect(kinds(report)).toEqual([`gone ${host}/shop/web@${V1}`]);
    expect(report.differences[0]?.action).toContain('immutable-infra deploy local --rebake');
    expect(report.instances).toEqual([
      expect.objectContaining({ name: 'shop-local-green-web', match: 'match', hasTraffic: false, release: 'v0' }),
      expect.objectContaining({ name: 'shop-local-blue-web', match: 'match', hasTraffic: true, image: CONFIG }),
    ]);
    expect(report).toMatchObject({ isLooked: true, live: { id: 'v1', slot: 'blue', commit: null } });
    expect(report.unseen.join(' ')).toContain('inside a running container');
    expect(lastLook(root, 'local')).toEqual(report);
  });

  it('F11: a tag that somebody moved is told; what runs is not affected', async () => {
    const image = { ...containerImage('web', V1, `${host}/shop/web`, CONFIG), tag: 'rel-v1' };
    record(root, 'local', release('v1', [image]));
    containers = [container('blue', 'v1')];
    route('8081', 'v1');
    expect(kinds(await look())).toEqual([]);
    tagged = MANIFEST.replace('"size":2', '"size":3');
    const report = await look();
    expect(kinds(report)).toEqual([`tag ${host}/shop/web@${V1}`]);
    const found = `sha256:${createHash('sha256').update(tagged).digest('hex')}`;
    expect(report.differences[0]?.text).toContain(`the tag rel-v1 leads to ${found} now: somebody moved it`);
    expect(report.differences[0]?.action).toContain('Find out who pushes');
    expect(report.instances).toMatchObject([{ match: 'match', hasTraffic: true }]);
  });

  it('says so when the registry does not answer: nothing is gone then', async () => {
    deployed();
    status = 403;
    const report = await look();
    expect(kinds(report)).toEqual([]);
    expect(report.unseen.join(' ')).toContain('can still be had');
  });

  it.each<[string, () => void, string, string]>([
    ['nothing in the slot', () => (containers = []), 'missing shop-local-blue-web', 'it is not there'],
    [
      'a stopped one',
      () => (containers = [container('blue', 'v1', { running: false })]),
      'missing shop-local-blue-web',
      'exit code 137',
    ],
    [
      'another image',
      () => (containers = [container('blue', 'v1', { image: OTHER })]),
      'image shop-local-blue-web',
      'no image of v1',
    ],
    ['another release', () => (containers = [container('blue', 'v7')]), 'image shop-local-blue-web', 'belongs to v7'],
    [
      'no stamp',
      () => (containers = [container('blue', 'v1', { labels: {} })]),
      'extra shop-local-blue-web',
      'not started by this tool',
    ],
    [
      'another run',
      () => {
        const one = container('blue', 'v1');
        (one['Config'] as { Labels: Record<string, string> }).Labels['dev.immutable.run'] = 'R9';
        containers = [one];
      },
      'config shop-local-blue-web',
      'run R9 started it',
    ],
    [
      'a slot that the file has no more',
      () => containers.push(container('red', 'v0', { name: 'shop-local-red-web' })),
      'extra shop-local-red-web',
      'was retired',
    ],
    [
      'a release of no record beside it',
      () => containers.push(container('red', 'v6', { name: 'shop-local-red-web' })),
      'extra shop-local-red-web',
      'no record names it',
    ],
    ['traffic to the other slot', () => route('8082', 'v0'), 'route upstream.conf', 'goes to green, not to blue'],
    [
      'a route file that is gone',
      () => rmSync(join(directory, 'work', 'upstream.conf')),
      'route upstream.conf',
      'not there',
    ],
    [
      'a route file of somebody else',
      () => writeFileSync(join(directory, 'work', 'upstream.conf'), 'hello'),
      'route upstream.conf',
      'names no slot',
    ],
    ['a route file that names another release', () => route('8081', 'v9'), 'route upstream.conf', 'not as v1 wrote it'],
  ])('sees %s', async (_name, change, kind, text) => {
    deployed();
    change();
    const report = await look();
    expect(kinds(report)).toEqual([kind]);
    expect(report.differences[0]?.text).toContain(text);
    expect(report.differences[0]?.action).not.toBe('');
  });

  it('a retired version that still runs is extra; one that is kept is not', async () => {
    deployed();
    expect(kinds(await look())).toEqual([]);
    record(root, 'local', { type: 'retired', run: 'R', slot: 'green', release: 'v0', left: [] });
    const report = await look();
    expect(kinds(report)).toEqual(['extra shop-local-green-web']);
    expect(report.instances[0]).toMatchObject({ match: 'mismatch' });
  });

  it('holds no escapes of terminals, whatever labels say', async () => {
    deployed();
    containers = [container('blue', 'v1\u001b[31m\u001b]8;;http://evil\u0007')];
    const report = await look();
    expect(kinds(report)).toEqual(['image shop-local-blue-web']);
    expect(JSON.stringify(report)).not.toContain('\\u001b');
  });

  it('what was adopted is right without our stamp, and with the run of another ledger', async () => {
    const image = containerImage('web', V1, `${host}/shop/web`, CONFIG);
    record(root, 'local', release('v1', [image], { kind: 'adopt', run: 'ADOPT' }));
    route('8081', 'v1');
    containers = [container('blue', 'v1')];
    expect(kinds(await look())).toEqual([]);
    containers = [container('blue', 'v1', { labels: {} })];
    const report = await look();
    expect(kinds(report)).toEqual([]);
    expect(report.instances[0]).toMatchObject({ slot: 'blue', match: 'match', hasTraffic: true, release: null });
    containers = [container('blue', 'v1', { labels: {}, image: OTHER })];
    expect(kinds(await look())).toEqual(['image shop-local-blue-web']);
  });

  it('with an empty ledger, whatever runs is extra', async () => {
    containers = [container('blue', 'v1')];
    route('8081', 'v1');
    const report = await look();
    expect(kinds(report)).toEqual(['extra shop-local-blue-web']);
    expect(report.live).toBeNull();
    expect(report.differences[0]?.action).toContain('immutable-infra adopt local');
  });

  it('is not looked for while a move of the traffic is half done, and says that a run is under way', async () => {
    deployed();
    writeFileSync(join(directory, 'work', '.upstream.conf.immutable-move'), '{"run":"R5","from":"blue","to":"green"}');
    mkdirSync(join(root.path, 'locks'));
    writeFileSync(root.lock('local'), JSON.stringify(newHolder('R5', new Date(0))));
    const { unseen, differences } = await look(pipeline(', reload: { argv: ["true"] }'));
    expect(differences).toEqual([]);
    expect(unseen.join('\n')).toContain('(run R5');
    expect(unseen.join('\n')).toContain('Run R5 was moving the traffic');
  });

  it('says that the proxy cannot be asked', async () => {
    deployed();
    expect((await look(pipeline(', reload: { argv: ["true"] }'))).unseen.join(' ')).toContain(
      'Whether the proxy has read',
    );
  });

  it('cannot look without the engine, and does not say that all is well', async () => {
    deployed();
    const report = await look(pipeline(), { PATH: '/nonexistent' });
    expect(report).toMatchObject({ isLooked: false, differences: [] });
    expect(report.unseen.join(' ')).toContain('`podman` is not on PATH');
  });

  it('names environments that are not there, can be cancelled, and leaves no folder behind', async () => {
    const workspace = workspaceOf(join(directory, 'work'), root, pipeline());
    await expect(detectDrift(workspace, 'prod')).rejects.toThrow(UnknownNameError);
    deployed();
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('immutable-look-'));
    const abort = new AbortController();
    const progress: string[] = [];
    const asked = detectDrift(workspace, 'local', {
      own: podman(),
      signal: abort.signal,
      onProgress: (text) => {
        progress.push(text);
        abort.abort(new Error('enough'));
      },
    });
    await expect(asked).rejects.toThrow('enough');
    expect(progress).toEqual(['asking podman']);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('immutable-look-'))).toEqual(before);
  });
});
