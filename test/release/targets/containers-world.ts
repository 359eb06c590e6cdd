import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContainerBaker } from '../../../release/src/bakers/container/container-baker';
import { requirePipeline } from '../../../release/src/config/read';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../../../release/src/ledger/releases';
import type { RunEvent } from '../../../release/src/run/events';
import type { RunEnd } from '../../../release/src/run/deploy';
import { LiveContext } from '../../../release/src/run/live-context';
import { executeRun } from '../../../release/src/run/run';
import { RunControl } from '../../../release/src/run/run-control';
import type { Secret } from '../../../release/src/secrets/redactor';
import { StateRoot } from '../../../release/src/state-root';
import { createContainersTarget } from '../../../release/src/targets/containers/containers-target';
import { freePort, LoopbackRegistry } from '../registry-server';
import { bundleProgram } from '../support/bundles';
import { createRun } from '../support/fake-world';
import { oracleOf, runsOf } from '../support/oracle';

const PACKAGES = pathToFileURL(join(import.meta.dirname, '..', '..', '..', 'scripts', 'system-packages.mjs')).href;
const NEEDED = ['podman', 'buildah', 'runc', 'docker-registry'];
const BUSYBOX = '/bin/busybox';

/**
 * Why containers cannot be run here; undefined when they can. Debian's packages are installed first where that is
 * possible.
 *
 * @throws in CI, where they must not be missing
 */
export function missingContainers(): string | undefined {
  if (missing().length > 0) {
    const names = JSON.stringify([...NEEDED, 'busybox-static']);
    const code = `import(${JSON.stringify(PACKAGES)}).then((packages) => packages.ensurePackages(${names}))`;
    spawnSync(process.execPath, ['-e', code], { stdio: 'inherit' });
  }
  const left = missing();
  if (left.length === 0) return undefined;
  const reason = `${left.join(', ')} cannot be had here`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

function missing(): string[] {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  const absent = NEEDED.filter((name) => !directories.some((directory) => existsSync(join(directory, name))));
  return [...absent, ...(existsSync(BUSYBOX) ? [] : ['busybox-static'])];
}

/** Every container gets it; no file may hold it. */
const PLANTED = 'planted-battery-staple-42';

const SERVE = 'exec /bin/busybox httpd -f -p "127.0.0.1:$PORT" -h /www';

type SpecChanges = Parameters<typeof createRun>[3];

/** A workspace, a registry on loopback and a store of images of its own; runs run the real tools. */
export class ContainersWorld {
  readonly workspace: string;
  readonly root: StateRoot;
  readonly environment: Record<string, string>;
  readonly events: RunEvent[] = [];
  secrets: Secret[] = [];
  /** Lines that a test adds to `immutable.yaml`. */
  extra: { readonly image?: string; readonly run?: string; readonly environment?: string } = {};
  /** Another way to the registry. */
  through: string | undefined;
  /** Called around each tool that changes something, by the name of the step: a test breaks the world there. */
  beforeAct: (name: string) => Promise<void> | void = () => undefined;
  afterAct: (name: string) => Promise<void> | void = () => undefined;
  /** Cancels the run that runs. */
  cancel: () => void = () => undefined;
  /** Names of the steps that ran a tool, in order. */
  readonly acts: string[] = [];
  /** A shell that is PID 1 ignores SIGTERM, so that each end would take ten seconds. */
  stopSignal = 'SIGKILL';
  /** How long a version may take to get healthy: a busy machine needs its time. Short where none ever will. */
  patience = '90s';
  private count = 0;
  private readonly specs = new Map<string, ReturnType<typeof createRun>>();

  private constructor(
    readonly directory: string,
    readonly registry: LoopbackRegistry,
    readonly ports: { readonly blue: number; readonly green: number },
    private readonly runner: Awaited<ReturnType<typeof bundleProgram>>,
  ) {
    this.workspace = this.folder('workspace');
    this.root = new StateRoot(this.folder('state'));
    const storage = this.file(
      'storage.conf',
      `[storage]\ndriver = "vfs"\ngraphroot = "${directory}/store"\nrunroot = "${directory}/run"\n`,
    );
    const containers = this.file(
      'containers.conf',
      `[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n[engine]\ncgroup_manager = "cgroupfs"\n` +
        // The other kind of lock lies in memory that all stores of the machine share.
        `events_logger = "file"\nlock_type = "file"\ntmp_dir = "${directory}/libpod"\n`,
    );
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder('home'),
      SHOP_TOKEN: PLANTED,
      CONTAINERS_STORAGE_CONF: storage,
      CONTAINERS_CONF: containers,
      BUILDAH_ISOLATION: 'chroot',
    };
    mkdirSync(join(this.workspace, 'app'));
    copyFileSync(BUSYBOX, join(this.workspace, 'app', 'busybox'));
    this.write('app/Dockerfile', dockerfile(SERVE));
    this.write('app/www/cgi-bin/health', HEALTH);
    chmodSync(join(this.workspace, 'app/www/cgi-bin/health'), 0o755);
    this.source('v1');
  }

  static async create(): Promise<ContainersWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'immutable-containers-'));
    const registry = await LoopbackRegistry.create(join(directory, 'registry'));
    const ports = { blue: await freePort(), green: await freePort() };
    return new ContainersWorld(directory, registry, ports, await bundleProgram('release/src/process/step-runner.ts'));
  }

  /** Changes what is served, and so the image. */
  source(version: string): void {
    this.write('app/www/index.html', `${version}\n`);
  }

  /** What the container does, as a line for its shell. */
  command(line: string): void {
    this.write('app/Dockerfile', dockerfile(line));
  }

  write(path: string, content: string): void {
    const file = join(this.workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  get pipeline(): string {
    return `app: shop
images:
  web:
    container: { dockerfile: app/Dockerfile, context: app, builder: podman, repository: "${this.through ?? this.registry.host}/shop/web", insecureRegistry: true }
    ${this.extra.image ?? ''}
environments:
  local:
    target:
      containers:
        engine: podman
        runtime: runc
        run:
          - name: web
            image: web
            args: [--network, host, --stop-signal, "${this.stopSignal}"]
            slots: { blue: { publish: ["127.0.0.1:${this.ports.blue}:80"] }, green: { publish: ["127.0.0.1:${this.ports.green}:80"] } }
            env: { PORT: "\${slot.port}", RELEASE: "\${release.id}", API_TOKEN: { fromEnv: SHOP_TOKEN }${this.extra.run ?? ''} }
    health: [{ http: { url: "http://127.0.0.1:\${slot.port}/cgi-bin/health", identity: { header: X-Release, equals: "\${release.id}" }, every: 100ms, timeout: ${this.patience} } }]
    route: { file: { path: run/upstream.conf, content: "server 127.0.0.1:\${slot.port}; # \${release.id}\\n", reload: { argv: [cp, run/upstream.conf, "${this.directory}/loaded.conf"] } } }
    rollback: { auto: on-health-failure }
    ${this.extra.environment ?? ''}
`;
  }

  /** The context of a new run, or of one that is resumed. */
  context(run: string, pipelineText = this.pipeline): LiveContext {
    const pipeline = requirePipeline(pipelineText, 'immutable.yaml');
    const directory = this.root.run(run);
    mkdirSync(directory, { recursive: true });
    const context = new LiveContext({
      run,
      workspace: this.workspace,
      directory,
      pipeline,
      environment: pipeline.environments.get('local'),
      control: new RunControl(directory),
      ownEnvironment: this.environment,
      secrets: this.secrets,
      stepRunner: this.runner.path,
    });
    this.cancel = () => context.cancel('Ana');
    const tell = context.tell.bind(context);
    context.tell = (event) => {
      this.events.push(event);
      tell(event);
    };
    const act = context.act.bind(context);
    context.act = async (action) => {
      await this.beforeAct(action.name);
      this.acts.push(action.name);
      const result = await act(action);
      await this.afterAct(action.name);
      return result;
    };
    return context;
  }

  target(context: LiveContext): ReturnType<typeof createContainersTarget> {
    const config = context.environment?.target;
    if (config?.kind !== 'containers') throw new Error('no containers');
    return createContainersTarget(config, this.environment);
  }

  /** Runs a new run to its end; every plan is approved. */
  async run(changes: SpecChanges = {}): Promise<RunEnd> {
    return this.resume(`run${++this.count}`, changes);
  }

  async resume(run: string, changes: SpecChanges | 'again' = 'again'): Promise<RunEnd> {
    const { pipeline } = this;
    if (changes !== 'again') this.specs.set(run, createRun(this.root, this.workspace, run, specOf(pipeline, changes)));
    const spec = this.specs.get(run);
    if (!spec) throw new Error(`no run ${run}`);
    const context = this.context(run, spec.pipeline);
    return executeRun({
      root: this.root,
      spec,
      fence: { assertHeld: () => undefined },
      context,
      control: new RunControl(this.root.run(run)),
      target: this.target(context),
      bakerOf: () => createContainerBaker(this.environment),
      gates: () => Promise.resolve(),
    });
  }

  /** What is not as it must be after every fault. */
  oracle(): readonly string[] {
    const live = this.releases().at(-1);
    const slot = live?.slot ?? '';
    const name = `shop-local-${slot}-web`;
    const isThere = this.running().includes(name);
    const serving = isThere ? [`sha256:${this.podman('inspect', '--format', '{{.Image}}', name).trim()}`] : [];
    const route = this.text('run/upstream.conf');
    const port = { blue: this.ports.blue, green: this.ports.green }[slot] ?? 0;
    const isRouted = route?.includes(`:${port};`) ?? false;
    return [
      ...oracleOf({
        root: this.root,
        runs: runsOf(this.root),
        workspace: this.workspace,
        environment: 'local',
        serving: live ? serving : undefined,
        secrets: [PLANTED],
        // What holds a container stays as long as the container.
        stays: /^(?:conmon|busybox|sh|httpd)$/,
      }),
      ...(live && !isRouted ? [`the route leads elsewhere than to ${slot}: ${route ?? 'there is none'}`] : []),
    ];
  }

  private text(path: string): string | undefined {
    const file = join(this.workspace, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** Runs podman on the store of this world. */
  podman(...words: string[]): string {
    return execFileSync('podman', words, {
      env: this.environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  releases(): readonly StoredRelease[] {
    return new ReleaseHistory(Ledger.read(this.root.ledger('local'))).releases();
  }

  /** Names of the containers that run. */
  running(): string[] {
    return this.podman('ps', '--format', '{{.Names}}').split('\n').filter(Boolean).sort();
  }

  texts(type: 'warning' | 'problem'): string[] {
    return this.events.flatMap((event) => (event.type === type ? [event.text] : []));
  }

  async dispose(): Promise<void> {
    await this.registry.stop();
    // A test may have put another podman in front.
    const env = { ...this.environment, PATH: process.env['PATH'] };
    spawnSync('podman', ['rm', '--all', '--force', '--time', '0'], { env, stdio: 'ignore' });
    this.runner.dispose();
    // Podman tidies up behind a container that has ended, and makes its folders again while they are removed.
    for (let tries = 50; ; tries--) {
      try {
        return rmSync(this.directory, { recursive: true, force: true });
      } catch (error) {
        if (tries === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  private folder(name: string): string {
    const path = join(this.directory, name);
    mkdirSync(path);
    return path;
  }

  private file(name: string, content: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, content);
    return path;
  }
}

function specOf(pipeline: string, changes: SpecChanges): SpecChanges {
  const decisions = {
    approve: '*',
    confirm: null,
    allowDirty: null,
    overrides: [],
    acceptOneWay: [],
    rebake: false,
    oneWay: false,
  };
  return { pipeline, decisions, git: { commit: null, branch: hostname(), dirty: false, pushed: null }, ...changes };
}

/** Says which release answers. `$RELEASE` is given when the container starts. */
const HEALTH = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\nX-Release: %s\\r\\n\\r\\nok\\n' "$RELEASE"
`;

function dockerfile(command: string): string {
  return `FROM scratch
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY www /www
ENTRYPOINT ["/bin/sh", "-c", ${JSON.stringify(command)}]
`;
}
