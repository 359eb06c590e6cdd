import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BakedImage } from '../../../release/src/bakers/baker';
import { requirePipeline } from '../../../release/src/config/read';
import type { RunContext, ToolResult } from '../../../release/src/run/context';
import { containersIn } from '../../../release/src/targets/containers/container-state';
import {
  approvedPlan,
  preparedDeploy,
  type ContainersPlan,
} from '../../../release/src/targets/containers/containers-plan';
import { createContainersTarget } from '../../../release/src/targets/containers/containers-target';
import { RouteFile } from '../../../release/src/targets/containers/route-file';
import { containersOf, storedConfig, type StoredConfig } from '../../../release/src/targets/containers/run-spec';
import { hostPort, type Slot } from '../../../release/src/targets/containers/slots';
import type { DesiredRelease } from '../../../release/src/targets/target';

const DIGEST = `sha256:${'a'.repeat(64)}`;

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'immutable-route-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const ROUTE = 'route: { file: { path: run/route.conf, content: "${slot.port}" } }';

function contextOf(run: string, route = ROUTE): RunContext {
  const text = `app: shop
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { run: [${run}] } }
    ${route}
`;
  const pipeline = requirePipeline(text, 'immutable.yaml');
  const environment = pipeline.environments.get('local');
  const never = (): never => {
    throw new Error('no tools here');
  };
  return {
    run: 'r1',
    workspace,
    directory: workspace,
    pipeline,
    environment,
    signal: new AbortController().signal,
    settle: (work) => work(),
    requireSameTools: () => undefined,
    tool: (name) => ({ name, path: `/usr/bin/${name}` }),
    act: never,
    recover: never,
    ask: never,
    tell: () => undefined,
  };
}

const SLOTS = 'slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["8082:80", "8083:81"] } }';

function release(): DesiredRelease {
  const web: BakedImage = {
    name: 'web',
    kind: 'container',
    ref: `127.0.0.1:5000/web@${DIGEST}`,
    id: DIGEST,
    tag: 'rel-r1',
    digests: [DIGEST],
    files: [],
    inputs: '',
    provenance: {},
  };
  const images = new Map([['web', web]]);
  return { id: 'r1', images, known: { release: { id: 'r1' } }, config: undefined };
}

function specOf(
  run: string,
  change: (stored: StoredConfig) => StoredConfig = (stored) => stored,
): ReturnType<typeof containersOf>[number] | undefined {
  const context = contextOf(`{ name: web, image: web, ${SLOTS}, ${run} }`);
  const target = context.environment?.target;
  if (target?.kind !== 'containers') throw new Error('no containers');
  return containersOf(release(), change(storedConfig(target)), 'green', 'blue', context)[0];
}

describe('a container to start', () => {
  it('is named and labelled by where it belongs, and runs the digest', () => {
    expect(specOf('args: [--read-only], env: { PORT: "${slot.port}", WHO: "${release.id} in ${slot.name}" }')).toEqual({
      name: 'shop-local-green-web',
      image: 'web',
      reference: `127.0.0.1:5000/web@${DIGEST}`,
      isInsecure: true,
      digests: [DIGEST],
      arguments: ['--read-only'],
      publish: ['8082:80', '8083:81'],
      environment: { PORT: '8082', WHO: 'r1 in green' },
      secrets: {},
      labels: {
        'dev.immutable.app': 'shop',
        'dev.immutable.environment': 'local',
        'dev.immutable.slot': 'green',
        'dev.immutable.release': 'r1',
        'dev.immutable.run': 'r1',
        'dev.immutable.port': '8082',
      },
    });
  });

  it.each([
    [{ arguments: ['--name', 'mine'] }, 'remove `--name` from `args`'],
    [{ arguments: ['--rm'] }, 'remove `--rm` from `args`'],
    [{ arguments: ['--pull=always'] }, 'remove `--pull=always` from `args`'],
    [{ arguments: ['-itd'] }, 'remove `-itd` from `args`'],
    [{ environment: { PATH: { fromEnv: 'A' } } }, 'the secret PATH would steer the container engine'],
    [{ environment: { CONTAINERS_CONF: { fromEnv: 'A' } } }, 'the secret CONTAINERS_CONF would steer'],
    [{ environment: { HTTPS_PROXY: { fromEnv: 'A' } } }, 'the secret HTTPS_PROXY would steer'],
    [{ environment: { A: { value: '${image.web.tag}' } } }, '${image.web.tag} is not known here'],
  ])('F37: what an old record of the ledger smuggles in: %j', (changes, problem) => {
    const change = (stored: StoredConfig): StoredConfig => ({
      ...stored,
      run: stored.run.map((run) => ({ ...run, ...changes })),
    });
    expect(() => specOf('args: []', change)).toThrow(problem);
  });

  it('F37: values stay values, and names of Object are names', () => {
    const spec = specOf('env: { A: "$(id) `id` ; --privileged", constructor: x }');
    expect(spec?.environment).toEqual({ A: '$(id) `id` ; --privileged', constructor: 'x' });
  });
});

describe('a plan', () => {
  const STORED = { kind: 'containers', runtime: null, run: [] } as const;
  const HEADING = { environment: 'local', lines: ['Deploys r1 to green'] };

  function plan(): ContainersPlan {
    const spec = specOf('env: { KEY: { fromEnv: SHOP_KEY }, TOKEN: { fromCommand: [pass, show, shop] } }');
    if (!spec) throw new Error('nothing to start');
    return { step: 'deploy', slot: 'green', runtime: null, start: [spec], stop: [] };
  }

  it('says where secrets come from, and nothing of them', () => {
    const { document } = preparedDeploy(plan(), STORED, HEADING);
    expect(document).toContain('KEY = (secret, from the variable SHOP_KEY)');
    expect(document).toContain('TOKEN = (secret, from a command)');
    expect(document).not.toContain('pass');
  });

  it('F21: one that was changed after the approval is refused', () => {
    const prepared = preparedDeploy(plan(), STORED, HEADING);
    expect(approvedPlan(prepared)).toEqual(plan());
    const work = { ...plan(), slot: 'blue' };
    expect(() => approvedPlan({ ...prepared, intent: { work } })).toThrow('The plan is not the one that was approved');
  });
});

describe('what engines say of containers', () => {
  it('is read alike from podman and Docker; their environment is not', () => {
    const common = { Id: 'x1', Created: '', Config: { Labels: { a: 'b', n: 1 }, Env: ['KEY=secret'] } };
    const [podman, docker] = containersIn(
      JSON.stringify([
        { ...common, Name: 'web', Image: 'a'.repeat(64), State: { Status: 'running', Running: true, ExitCode: 0 } },
        { ...common, Name: '/web', Image: DIGEST, State: { Status: 'exited', Running: false, ExitCode: 3 } },
      ]),
    );
    expect(podman).toEqual({
      id: 'x1',
      name: 'web',
      isRunning: true,
      status: 'running',
      exitCode: 0,
      image: DIGEST,
      reference: '',
      labels: { a: 'b' },
    });
    expect(docker).toMatchObject({ name: 'web', image: DIGEST, isRunning: false, exitCode: 3 });
    expect(JSON.stringify([podman, docker])).not.toContain('secret');
  });

  it.each([
    ['127.0.0.1:8081:80', '8081'],
    ['8081:80', '8081'],
    ['[::1]:8081:80', '8081'],
    [undefined, undefined],
  ])('the port of %s', (publish, port) => expect(hostPort(publish)).toBe(port));
});

describe('the route file', () => {
  const blue: Slot = { name: 'blue', containers: [], port: '8081' };
  const green: Slot = { name: 'green', containers: [], port: '8082' };

  function routeWith(content: string, act?: () => Promise<ToolResult>, reload?: string): RouteFile {
    const context = contextOf(`{ name: web, image: web, ${SLOTS} }`);
    const words = reload === undefined ? undefined : ([reload] as const);
    return new RouteFile(
      { kind: 'file', path: 'run/route.conf', content, reload: words },
      act ? { ...context, act } : context,
    );
  }

  function fileWith(text: string): void {
    writeFileSync(join(workspace, 'run', 'route.conf'), text);
  }

  it('names a slot by its content; what releases write into it does not count', async () => {
    const route = routeWith('server h:${slot.port}; # ${release.id} (${slot.name})\n');
    expect(route.activeSlot([blue, green])).toBeUndefined();
    const content = route.contentFor('green', '8082', 'blue', { release: { id: 'r9' } });
    await route.move({ from: null, to: 'green', before: null }, content);
    expect(readFileSync(join(workspace, 'run', 'route.conf'), 'utf8')).toBe('server h:8082; # r9 (green)\n');
    // As readable as any file that is written here: a proxy under another user reads it.
    writeFileSync(join(workspace, 'any'), '');
    const usual = statSync(join(workspace, 'any')).mode & 0o644;
    expect(statSync(join(workspace, 'run', 'route.conf')).mode & 0o777).toBe(usual);
    expect(route.activeSlot([blue, green])).toBe('green');
    fileWith('server h:8081; # r1 (blue)\n');
    expect(route.activeSlot([blue, green])).toBe('blue');
    for (const other of [
      'server h:8083; # r1 (blue)\n',
      '',
      'server h:80811; # r1 (blue)\n',
      'server h:8081; # r1 (blue)',
    ]) {
      fileWith(other);
      expect(route.activeSlot([blue, green])).toBeUndefined();
    }
  });

  it('refuses a content that is the same for every slot', async () => {
    const route = routeWith('server web;\n');
    await route.move({ from: null, to: 'blue', before: null }, 'server web;\n');
    expect(() => route.activeSlot([blue, green])).toThrow('Put `${slot.port}` or `${slot.name}` into it');
  });

  it('refuses a content that nobody can fill', () => {
    expect(() => routeWith('${output.x}').contentFor('blue', '1', 'green', {})).toThrow(
      '${output.x} is not known here',
    );
  });

  it('a move that is cancelled before the reload leaves everything as it was', async () => {
    const route = routeWith('${slot.port}', () => Promise.reject(new Error('cancelled')), 'reload');
    await expect(route.move({ from: 'blue', to: 'green', before: null }, '8082')).rejects.toThrow('cancelled');
    expect(route.current()).toBeUndefined();
    expect(route.activeSlot([blue, green])).toBeUndefined();
  });
});

describe('the target', () => {
  it('takes the empty slot where nothing has the traffic, else the other one', () => {
    const context = contextOf(`{ name: web, image: web, ${SLOTS} }`);
    const config = context.environment?.target;
    if (config?.kind !== 'containers') throw new Error('no containers');
    const target = createContainersTarget(config, {});
    const slot = (name: string, ...running: string[]) => ({ name, running, release: undefined });
    const idle = (activeSlot: string | undefined, ...slots: ReturnType<typeof slot>[]) =>
      target.idleSlot({ activeSlot, slots, stampedRelease: undefined });
    expect(idle(undefined, slot('blue'), slot('green'))).toBe('blue');
    expect(idle(undefined, slot('blue', DIGEST), slot('green'))).toBe('green');
    expect(idle('blue', slot('blue', DIGEST), slot('green', DIGEST))).toBe('green');
    expect(idle('green', slot('blue'), slot('green', DIGEST))).toBe('blue');
  });
});
