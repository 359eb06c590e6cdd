import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isMissing, resolveTool } from '../../../release/src/process/resolve-tool';
import { ask } from '../../../release/src/process/ask';
import { shopFiles, shopPage } from './demo-shop';
import { DemoRegistry, freePort } from './loopback-registry';
import { demoLoop } from './demo-loop';
import type { DemoScene } from './demo-scene';
import { definedOnly } from './environment';

const TOOLS = ['podman', 'buildah', 'docker-registry'] as const;
const RUNTIMES = ['crun', 'runc'] as const;
const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What is missing to run the demo with containers; empty when nothing is.
 *
 * @param workspace where it will run: programs in it do not count
 */
export function missingForContainers(workspace: string, environment: Environment): readonly string[] {
  const absent = TOOLS.filter((name) => isMissing(resolveTool(name, workspace, environment)));
  const hasRuntime = runtimeOf(workspace, environment) !== undefined;
  return [...absent, ...(hasRuntime ? [] : ['runc']), ...(BUSYBOX.some(existsSync) ? [] : ['busybox-static'])];
}

/** The shop as containers: a registry on loopback, podman with a store of its own, two slots on loopback. */
export async function containersScene(directory: string, own: Environment): Promise<DemoScene> {
  const workspace = join(directory, 'shop');
  mkdirSync(workspace);
  const registryTool = resolveTool('docker-registry', workspace, own);
  if (isMissing(registryTool)) throw new Error(registryTool.problem);
  const registry = await DemoRegistry.start(registryTool.path, join(directory, 'registry'));
  const ports = { registry: registry.host, blue: await freePort(), green: await freePort() };
  const environment = podmanEnvironment(directory);
  const write = (path: string, text: string, mode = 0o644): void => {
    const file = join(workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
  };
  for (const [path, { text, mode }] of Object.entries(shopFiles(ports, runtimeOf(workspace, own) ?? 'runc')))
    write(path, text, mode);
  copyFileSync(BUSYBOX.find(existsSync) ?? '', join(workspace, 'shop/busybox'));
  const live = async (): Promise<string> => {
    const port = /:(\d+);/.exec(readFileSync(join(workspace, 'run/upstream.conf'), 'utf8'))?.[1] ?? '';
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    return `The traffic goes to port ${port}, which says: ${page.replace(/<[^>]*>/g, '').trim()}`;
  };
  const steps = demoLoop({
    live,
    write: (version, isHealthy) => {
      write('shop/www/index.html', shopPage(version));
      // A file that makes the health check fail.
      if (isHealthy) rmSync(join(workspace, 'shop/www/broken'), { force: true });
      else write('shop/www/broken', '');
    },
    texts: {
      first:
        'A new image is built, pushed under a tag of its own, and its digest is proven by asking the registry. It starts on the blue slot, and gets the traffic when it is healthy.',
      broken:
        'v2 starts on green, beside v1. Its health check answers 500, so it never gets the traffic: v1 serves on, and v2 is ended.',
      better: 'v3 is healthy. The traffic moves to green; v1 is kept warm on blue.',
      back: 'The last healthy release before v3 is v1. Its image is asked for first, then it is planned, checked and recorded like any release.',
    },
  });
  return {
    workspace,
    environment,
    steps,
    end: async () => {
      await endContainers(workspace, environment, own);
      await registry.stop();
    },
  };
}

/** A store of images and settings of its own: the demo touches nothing of the user's. */
function podmanEnvironment(directory: string): Record<string, string> {
  const write = (name: string, text: string): string => {
    const file = join(directory, name);
    writeFileSync(file, text);
    return file;
  };
  const storage = `[storage]\ndriver = "vfs"\ngraphroot = "${directory}/store"\nrunroot = "${directory}/run"\n`;
  const containers =
    `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n` +
    `[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\ntmp_dir = "${directory}/libpod"\n`;
  return {
    CONTAINERS_STORAGE_CONF: write('storage.conf', storage),
    CONTAINERS_CONF: write('containers.conf', containers),
    BUILDAH_ISOLATION: 'chroot',
  };
}

function runtimeOf(workspace: string, environment: Environment): string | undefined {
  return RUNTIMES.find((name) => !isMissing(resolveTool(name, workspace, environment)));
}

/** Ends what the demo started: everything in its own store. */
async function endContainers(workspace: string, added: Record<string, string>, own: Environment): Promise<void> {
  const podman = resolveTool('podman', workspace, own);
  if (isMissing(podman)) return;
  await ask({
    program: podman.path,
    words: ['rm', '--force', '--all', '--time', '0'],
    cwd: workspace,
    environment: { ...definedOnly(own), ...added },
    timeout: 60_000,
  });
}
