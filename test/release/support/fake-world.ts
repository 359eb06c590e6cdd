import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { BakedImage, Baker, ImageThere } from '../../../release/src/bakers/baker';
import type { Known } from '../../../release/src/config/interpolate';
import { requirePipeline } from '../../../release/src/config/read';
import type { JsonObject } from '../../../release/src/durable/canonical-json';
import type { Fence } from '../../../release/src/durable/chained-log';
import { Cancellation } from '../../../release/src/run/cancellation';
import { executeRun, type RunWorld } from '../../../release/src/run/run';
import type { RunEnd } from '../../../release/src/run/deploy';
import type { RunContext } from '../../../release/src/run/context';
import type { RunEvent } from '../../../release/src/run/events';
import { RunControl } from '../../../release/src/run/run-control';
import { NO_DECISIONS, writeSpec, type RunSpec } from '../../../release/src/run/spec';
import type { StateRoot } from '../../../release/src/state-root';
import type {
  ApplyOutcome,
  DesiredRelease,
  Observation,
  PreparedPlan,
  RunningSlot,
  Target,
  Verification,
} from '../../../release/src/targets/target';
import { oracleOf } from './oracle';

/** The world stops here, as if the power went. */
export class PowerCut extends Error {}

type Baked = { readonly local: string };

export const PIPELINE = `app: web
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { run: [{ name: web, image: web, slots: { blue: { publish: ["8081:80"] }, green: { publish: ["8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
    health: [{ tcp: { host: 127.0.0.1, port: "\${slot.port}", every: 10ms, timeout: 50ms } }]
    rollback: { auto: on-health-failure }
    retire: { mode: auto }
  next:
    promoteFrom: { environment: local, minSoak: 1h }
    target: { containers: { run: [{ name: web, image: web, slots: { blue: { publish: ["8085:80"] }, green: { publish: ["8086:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
  now:
    promoteFrom: { environment: local }
    target: { containers: { run: [{ name: web, image: web, slots: { blue: { publish: ["8085:80"] }, green: { publish: ["8086:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
  production:
    protected: true
    target: { containers: { run: [{ name: web, image: web, slots: { blue: { publish: ["8083:80"] }, green: { publish: ["8084:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
    health: [{ tcp: { host: 127.0.0.1, port: "\${slot.port}", every: 10ms, timeout: 50ms } }]
`;

/**
 * A target and a registry in memory. It counts every side effect, so that a test can say that nothing was done twice,
 * and it can lose power before or after any of them.
 */
export class FakeWorld implements Target, Baker {
  readonly slots = new Map<string, { readonly ids: string[]; readonly release: string }>();
  activeSlot: string | undefined;
  stamped: string | undefined;
  readonly registry = new Set<string>();
  /** Why the registry cannot be asked now. */
  registryProblem: string | undefined;
  /** Text of the source: changing it changes the image. */
  source = 'v1';
  /** What is checked out, when it is not what the run began with. */
  git: RunSpec['git'] | undefined;
  /** Images that never get healthy. */
  readonly broken = new Set<string>();
  /** Whether a new version takes the place of the old one, as in a group of machines without colours. */
  isInPlace = false;
  /** What in the file says that slots without traffic stay. */
  keepsIdle: string | undefined;
  readonly warnings: string[] = [];
  /** What viewers were told, in order. */
  readonly told: RunEvent[] = [];
  /** What was planned to be live, in order. */
  readonly planned: DesiredRelease[] = [];
  /** Side effects, in order. */
  readonly effects: string[] = [];

  constructor(
    readonly root: StateRoot,
    readonly workspace: string,
  ) {}

  /** What is baked from this source never gets healthy. */
  breakSource(source: string): void {
    this.broken.add(idOf(source));
  }

  /** A side effect, unless the power goes before it, or right after. */
  private effect(name: string, act: () => void): void {
    this.power(`${name}:before`);
    act();
    this.effects.push(name);
    this.power(`${name}:after`);
  }

  /** Cancels the run that runs. */
  cancel: () => void = () => undefined;

  /** Throws when a test wants tools to be others than those that made the plan. */
  requireSameTools: () => void = () => undefined;

  /** What a test says that the disk has left. */
  freeBytes: () => number = () => Number.MAX_SAFE_INTEGER;

  /** Throws when a test wants the power to go here. */
  power: (place: string) => void = () => undefined;

  fingerprint(): Promise<Record<string, string>> {
    return Promise.resolve({ engine: 'fake' });
  }

  async observe(): Promise<Observation> {
    const slots = [...this.slots].map(([name, { ids, release }]) => ({ name, running: [...ids], release }));
    return Promise.resolve({ activeSlot: this.activeSlot, slots, stampedRelease: this.stamped });
  }

  running(): Promise<RunningSlot[]> {
    const slots = [...this.slots].map(([name, { ids, release }]) => ({
      name,
      release: this.stamped === undefined ? undefined : release,
      running: [...ids],
      images: ids.map((id) => ({ name: 'web', id, ref: `127.0.0.1:5000/web@${id}`, digests: [id] })),
    }));
    return Promise.resolve(slots);
  }

  idleSlot({ activeSlot }: Observation): string | undefined {
    if (this.isInPlace) return undefined;
    return activeSlot === 'blue' ? 'green' : 'blue';
  }

  planDeploy(release: DesiredRelease, observation: Observation): Promise<PreparedPlan> {
    this.planned.push(release);
    const slot = this.idleSlot(observation) ?? '';
    const ids = [...release.images.values()].map(({ id }) => id);
    return Promise.resolve(prepared('deploy', { slot, ids, release: release.id }));
  }

  apply(plan: PreparedPlan): Promise<ApplyOutcome> {
    const { slot, ids, release } = plan.intent as { slot: string; ids: string[]; release: string };
    this.effect(`apply ${slot}`, () => this.slots.set(slot, { ids, release }));
    return Promise.resolve({ outcome: 'all', table: [] });
  }

  recoverApply(intent: JsonObject): Promise<ApplyOutcome> {
    const { slot, release } = intent as { slot: string; release: string };
    const isDone = this.slots.get(slot)?.release === release;
    return Promise.resolve({
      outcome: isDone ? 'all' : 'none',
      table: [isDone ? `${slot} runs` : 'nothing was started'],
    });
  }

  verify(release: DesiredRelease, slot: string | undefined): Promise<Verification> {
    const expected = [...release.images.values()].map(({ id }) => id);
    const running = this.slots.get(slot ?? '')?.ids ?? [];
    const isSame = expected.join() === running.join();
    return Promise.resolve({ verdict: isSame ? 'confirmed' : 'unhealthy', expected, running, detail: running.join() });
  }

  planRoute(_release: DesiredRelease, to: string): Promise<PreparedPlan> {
    return Promise.resolve(prepared('route', { to }));
  }

  route(_plan: PreparedPlan, to: string): Promise<void> {
    this.effect(`route ${to}`, () => (this.activeSlot = to));
    return Promise.resolve();
  }

  planRetire(slot: string): Promise<PreparedPlan | undefined> {
    return Promise.resolve(prepared('retire', { slot }));
  }

  retire(_plan: PreparedPlan, slot: string): Promise<{ left: string[] }> {
    this.effect(`retire ${slot}`, () => this.slots.delete(slot));
    return Promise.resolve({ left: [] });
  }

  stamp(release: DesiredRelease): Promise<void> {
    this.stamped = release.id;
    return Promise.resolve();
  }

  /** The TCP check of the pipeline finds somebody only when the slot is healthy. */
  known(slot: string | undefined): Promise<Known> {
    const ids = this.slots.get(slot ?? '')?.ids ?? [];
    this.isAskedOfBroken = ids.some((id) => this.broken.has(id));
    const port = this.isAskedOfBroken ? 1 : this.healthyPort;
    return Promise.resolve({ slot: { name: slot ?? '', port: String(port) } });
  }

  inputsHash(): Promise<string> {
    return Promise.resolve(`sha256:${this.source}`);
  }

  bake(): Promise<JsonObject> {
    this.effect(`bake ${this.source}`, () => undefined);
    return Promise.resolve({ local: this.source } satisfies Baked);
  }

  recoverBake(): Promise<JsonObject | undefined> {
    return Promise.resolve(undefined);
  }

  publish(_image: unknown, baked: JsonObject): Promise<BakedImage> {
    const { local } = baked as Baked;
    const id = idOf(local);
    this.effect(`publish ${local}`, () => this.registry.add(id));
    return Promise.resolve({
      name: 'web',
      kind: 'container',
      ref: `127.0.0.1:5000/web@${id}`,
      id,
      tag: null,
      digests: [id],
      files: [],
      inputs: '',
      provenance: {},
    });
  }

  retrievable(image: BakedImage): Promise<ImageThere> {
    if (this.registryProblem !== undefined) return Promise.resolve({ is: 'unknown', reason: this.registryProblem });
    const isThere = this.registry.has(image.id);
    return Promise.resolve(isThere ? { is: 'there' } : { is: 'gone', reason: 'the registry has it no more' });
  }

  /** Runs a run to its end or to a power cut. */
  async run(spec: RunSpec, approve: 'yes' | 'no' | undefined = 'yes'): Promise<RunEnd> {
    const directory = this.root.run(spec.run);
    const { pipeline, environment } = this.worldOf(spec);
    const control = new RunControl(directory);
    const cancellation = new Cancellation();
    // A cancelled run stays cancelled when it is resumed: the control file is there still.
    if (control.cancelledBy() !== undefined) cancellation.cancel('Ana');
    this.cancel = () => {
      control.cancel('Ana');
      cancellation.cancel('Ana');
    };
    const context: RunContext = {
      run: spec.run,
      workspace: this.workspace,
      directory,
      pipeline,
      environment,
      get signal() {
        return cancellation.signal;
      },
      settle: (work) => cancellation.settle(work),
      requireSameTools: () => this.requireSameTools(),
      tool: (name) => ({ name, path: `/usr/bin/${name}` }),
      act: () => Promise.reject(new Error('the fake world runs no tools')),
      recover: () => Promise.resolve(undefined),
      ask: () => Promise.reject(new Error('the fake world runs no tools')),
      tell: (event) => {
        this.told.push(event);
        if (event.type === 'warning') this.warnings.push(event.text);
        if (event.type !== 'approval' || !approve) return;
        const decision = { plan: event.plan, by: 'Ana', how: 'test' };
        if (approve === 'yes') control.approve(decision);
        else control.deny(decision);
      },
    };
    const fence: Fence = { assertHeld: () => this.power('append') };
    const world: RunWorld = {
      root: this.root,
      spec,
      fence,
      context,
      control,
      target: this,
      bakerOf: () => this,
      gitNow: () => Promise.resolve(this.git ?? spec.git),
      gates: () => this.gates(),
      mask: this.mask,
      freeBytes: () => this.freeBytes(),
    };
    return executeRun(world);
  }

  /** What stands before everything; a test may refuse. */
  gates: () => Promise<void> = () => Promise.resolve();
  /** Masks secrets in what is written down. */
  mask: ((text: string) => string) | undefined;

  /** A port on loopback where somebody listens. */
  healthyPort = 0;
  private isAskedOfBroken = false;
  /** Set when a test lets the old version answer: no time makes that healthy. */
  answersOld = false;

  /** A healthy version gets all the time that a busy machine needs; a broken one is given up soon. */
  private worldOf(spec: RunSpec): Pick<RunContext, 'pipeline' | 'environment'> {
    const pipeline = requirePipeline(spec.pipeline, 'immutable.yaml');
    const environment = pipeline.environments.get(spec.environment ?? '');
    for (const check of environment?.health ?? []) {
      const timeout = (): number => (this.answersOld ? 1000 : this.isAskedOfBroken ? 50 : 60_000);
      Object.defineProperty(check, 'timeout', { get: timeout });
    }
    return { pipeline, environment };
  }
}

function idOf(source: string): string {
  return `sha256:${createHash('sha256').update(source).digest('hex')}`;
}

function prepared(what: string, intent: JsonObject): PreparedPlan {
  const hash = `sha256:${createHash('sha256')
    .update(JSON.stringify([what, intent]))
    .digest('hex')}`;
  const counts = { add: 1, change: 0, destroy: 0 };
  return { hash, document: `# ${what}`, counts, violations: [], isEmpty: false, intent };
}

/** A run as a command creates it. */
export function createRun(root: StateRoot, workspace: string, run: string, changes: Partial<RunSpec> = {}): RunSpec {
  const spec: RunSpec = {
    v: 1,
    run,
    kind: 'deploy',
    workspace,
    pipeline: PIPELINE,
    environment: 'local',
    images: [],
    release: null,
    slot: null,
    actor: { user: 'ana', git: 'Ana', via: 'cli' },
    git: { commit: null, branch: null, dirty: false, pushed: null },
    decisions: NO_DECISIONS,
    version: '0.0.0',
    createdAt: '2026-11-21T00:00:00.000Z',
    ...changes,
  };
  mkdirSync(root.runs, { recursive: true });
  writeSpec(root.run(run), spec);
  return spec;
}

/** The common oracle, with what the world really serves. */
export function oracle(
  root: StateRoot,
  environment: string,
  runs: readonly string[],
  world: FakeWorld,
): readonly string[] {
  const serving = world.slots.get(world.activeSlot ?? '')?.ids ?? [];
  return oracleOf({ root, environment, runs, serving, workspace: world.workspace });
}
