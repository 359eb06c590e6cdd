// The example with containers, and all that it needs on this machine: a registry, a proxy, and images in a store of its
// own. Nothing of it is shared with whatever else runs here.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePackages } from '../../scripts/system-packages.mjs';
import { holdTools } from './held-tools.mjs';
import { root } from './suite.mjs';

export const CONTAINER_TOOLS = ['podman', 'buildah', 'runc', 'docker-registry', 'busybox-static'];

/** What the tests of containers need, installed where that is possible. */
export function ensureContainers() {
  ensurePackages(CONTAINER_TOOLS);
}

/**
 * Makes the shop as a Git repository without `immutable.yaml`, and starts what stands around it.
 *
 * @returns its workspace, `environment` for the editor, and `dispose()`
 */
export async function makeContainersShop(directory) {
  const workspace = join(directory, 'workspace');
  const shop = join(workspace, 'shop');
  cpSync(join(root, 'examples/pipelines/containers'), shop, { recursive: true });
  cpSync('/bin/busybox', join(shop, 'app/busybox'));
  const ports = { proxy: await freePort(), blue: await freePort(), green: await freePort() };
  const registry = await startRegistry(directory);
  const pipeline = join(directory, 'immutable.yaml');
  const text = readFileSync(join(shop, 'immutable.yaml'), 'utf8');
  writeFileSync(
    pipeline,
    text
      .replaceAll('127.0.0.1:5000', registry.host)
      .replaceAll('8081', String(ports.blue))
      .replaceAll('8082', String(ports.green)),
  );
  // A new user has none, and gets it from Set Up Pipeline.
  rmSync(join(shop, 'immutable.yaml'));
  const proxy = join(shop, 'proxy.mjs');
  writeFileSync(proxy, readFileSync(proxy, 'utf8').replaceAll('8080', String(ports.proxy)));
  const front = spawn(process.execPath, [proxy], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => front.stdout.once('data', resolve));
  const git = (...words) => execFileSync('git', words, { cwd: shop });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@example.com');
  git('add', '--all');
  git('commit', '--quiet', '--message=The shop');
  const file = join(workspace, 'all.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: [{ path: 'shop' }] }));
  const store = storeIn(directory);
  return {
    shop,
    file,
    environment: {
      ...store,
      ...holdTools(directory, ['podman']),
      IMMUTABLE_TEST_PIPELINE: pipeline,
      IMMUTABLE_TEST_SHOP: `http://127.0.0.1:${ports.proxy}/`,
      IMMUTABLE_TEST_REGISTRY: registry.host,
    },
    dispose: async () => {
      front.kill('SIGKILL');
      registry.stop();
      const env = { ...process.env, ...store };
      spawnSync('podman', ['rm', '--all', '--force', '--time', '0'], { env, stdio: 'ignore' });
      await removeStore(directory);
    },
  };
}

/** Images and containers of these tests alone, where no cgroups may be made. */
function storeIn(directory) {
  const write = (name, text) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const home = join(directory, 'home');
  mkdirSync(home);
  const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${directory}/store"\nrunroot = "${directory}/run"\n`;
  const containers = `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\nlock_type = "file"\ntmp_dir = "${directory}/libpod"\n`;
  return {
    HOME: home,
    CONTAINERS_STORAGE_CONF: write('storage.conf', storage),
    CONTAINERS_CONF: write('containers.conf', containers),
    BUILDAH_ISOLATION: 'chroot',
  };
}

async function startRegistry(directory) {
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'registry') } },
    http: { addr: '127.0.0.1:0' },
  };
  const file = join(directory, 'registry.yml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise((resolve, reject) => {
    let output = '';
    child.stderr.on('data', (part) => {
      output += part;
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(output);
      if (found) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`docker-registry ended with ${code}: ${output}`)));
  });
  return { host: `127.0.0.1:${port}`, stop: () => child.kill('SIGKILL') };
}

/** Podman tidies up behind a container that has ended, and makes its folders again while they are removed. */
async function removeStore(directory) {
  for (let tries = 50; ; tries--) {
    try {
      for (const name of ['store', 'run', 'libpod', 'registry'])
        rmSync(join(directory, name), { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(100);
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
