import { adopt } from '../adopt/adopt';
import { readLog, type LogView } from '../durable/chained-reader';
import type { Stamp } from '../durable/chain';
import { DiskFullError, isDiskFull } from '../durable/disk-full';
import { requirePipeline } from '../config/read';
import type { ContainerRun, EnvironmentConfig, ImageConfig, Pipeline } from '../config/types';
import type { Baker } from '../bakers/baker';
import { SYSTEM_CLOCKS, type Fence } from '../durable/chained-log';
import { Ledger, type Courier } from '../ledger/ledger';
import type { LedgerRecord } from '../ledger/record';
import { ReleaseHistory } from '../ledger/releases';
import type { StateRoot } from '../state-root';
import type { Target } from '../targets/target';
import { RunStoppedError, type RunContext } from './context';
import { bakedImages, deploy, type DeployParts, type RunEnd } from './deploy';
import { retiredText, retireSlot } from './retire-slot';
import { DurableSteps, JournalMismatchError } from './durable-steps';
import { Journal } from './journal';
import type { JournalEntry, Outcome } from './journal-entry';
import { ledgerWriter, type LedgerWriter } from './ledger-writer';
import { noteMovedTags } from './moved-tags';
import { rollback } from './rollback';
import { isEffect, RunGuard } from './run-guard';
import { requireNoTrial } from './retire-guards';
import { stopWhenOvertaken } from './overtaken';
import type { RunControl } from './run-control';
import type { RunSpec } from './spec';
import { observe } from './bring-live';

/** What a run is made of, so that tests can give it a world of their own. */
export interface RunWorld {
  readonly root: StateRoot;
  readonly spec: RunSpec;
  readonly fence: Fence;
  readonly context: RunContext;
  readonly control: RunControl;
  readonly target: Target;
  readonly bakerOf: (image: ImageConfig) => Baker;
  /** @throws RunStoppedError `refused` naming the gate */
  readonly gates: (parts: DeployParts) => Promise<void>;
  /** Brings records to where a team shares them. */
  readonly courier?: Courier | undefined;
  /** The ledger of another environment; otherwise this machine's file. */
  readonly readLedger?: ((environment: string) => LogView<LedgerRecord>) | undefined;
  /** Called when the end is known, before it is written down. */
  readonly beforeClose?: ((end: RunEnd) => void) | undefined;
  /** Masks secrets in what is written down. */
  readonly mask?: ((text: string) => string) | undefined;
  /** What is checked out now, asked before a resumed run publishes. */
  readonly gitNow?: (() => Promise<RunSpec['git']>) | undefined;
  /** Bytes that are free below a directory; tests say how many. */
  readonly freeBytes?: ((directory: string) => number) | undefined;
}

/** Name of the ledger and lock of images that are baked for no environment. */
export const IMAGES = 'images';

/**
 * Runs a run to its end, from wherever its journal stands.
 *
 * @throws LockLostError and what the disk says: the run is then interrupted, and can be resumed
 */
export async function executeRun(world: RunWorld): Promise<RunEnd> {
  const { root, spec, fence, context } = world;
  const directory = root.run(spec.run);
  const past = Journal.read(directory).records();
  const closed = past.findLast((entry) => entry.type === 'run.closed');
  if (closed?.type === 'run.closed') return { outcome: closed.outcome, text: closed.reason };
  const journal = Journal.open(directory, root.torn, fence, SYSTEM_CLOCKS, world.mask);
  const ledgerPath = root.ledger(spec.environment ?? IMAGES);
  const ledger = Ledger.open(ledgerPath, root.torn, fence, SYSTEM_CLOCKS, world.courier);
  if (ledger.savedTail !== undefined) {
    context.tell({
      type: 'warning',
      text: `The last line of the ledger was never finished: nobody was told that it is there. It was saved to ${ledger.savedTail}.`,
    });
  }
  try {
    const view = readLog<LedgerRecord>(ledgerPath);
    const earlier = view.records().filter(({ run }) => run === spec.run);
    const writer = ledgerWriter(ledger, journal.reserve, context, earlier, world.mask);
    const end = await runToEnd(world, journal, past, writer, view);
    world.beforeClose?.(end);
    journal.append({ type: 'run.closed', outcome: end.outcome, reason: end.text });
    journal.reserve.release();
    context.tell({ type: 'closed', outcome: end.outcome, text: end.text });
    return end;
  } catch (error) {
    // Room for what the viewers are told; a resumed run takes a reserve of its own.
    if (error instanceof DiskFullError) journal.reserve.release();
    throw error;
  } finally {
    journal.close();
    ledger.close();
  }
}

async function runToEnd(
  world: RunWorld,
  journal: Journal,
  past: readonly JournalEntry[],
  ledger: LedgerWriter,
  view: LogView<LedgerRecord>,
): Promise<RunEnd> {
  const { spec, context, control, target, bakerOf } = world;
  const guard = new RunGuard(world, journal.reserve);
  const steps = new DurableSteps(journal, past, guard);
  // As the run found it: what it wrote itself would make a resumed run decide anew, and go another way.
  const history = new ReleaseHistory({ newestFirst: () => ofOthers(view, spec.run) });
  const gitNow = past.length === 0 ? undefined : world.gitNow;
  const bake = { root: world.root, spec, context, steps, ledger, view, bakerOf, gitNow };
  const environment = context.environment ?? noEnvironment(context.pipeline);
  const parts: DeployParts = {
    root: world.root,
    spec,
    environment,
    context,
    control,
    steps,
    ledger,
    history,
    target,
    bake,
    readLedger: world.readLedger ?? ((other) => Ledger.read(world.root.ledger(other))),
  };
  try {
    journal.reserve.hold();
    await steps.once(['run.created'], () => ({
      type: 'run.created',
      kind: spec.kind,
      environment: spec.environment,
      spec: spec.run,
      ledger: view.length,
    }));
    stopWhenOvertaken(past, journal, view, spec.run);
    await world.gates(parts);
    return await perform(parts);
  } catch (error) {
    if (error instanceof RunStoppedError) return { outcome: OUTCOME_OF[error.kind], text: error.message };
    if (error instanceof JournalMismatchError) return unresumable(error, past);
    if (!(error instanceof Error) || !isFull(error)) throw error;
    const isUntouched = !guard.hasBegun && !past.some(({ type }) => isEffect(type));
    if (isUntouched) {
      return { outcome: 'refused', text: `${error.message}. Make room and run again. Nothing was changed.` };
    }
    throw new DiskFullError(`${error.message}. Make room, then resume the run`, { cause: error });
  }
}

function* ofOthers(view: LogView<LedgerRecord>, own: string): Iterable<LedgerRecord & Stamp> {
  for (const record of view.newestFirst()) if (record.run !== own) yield record;
}

/** It cannot go on, and nobody shall wait for it: the run ends, and says what to look at. */
function unresumable(error: JournalMismatchError, past: readonly JournalEntry[]): RunEnd {
  const why = `This run cannot be resumed: ${error.message}. That is a mistake of ours: please report it.`;
  if (!past.some(({ type }) => isEffect(type))) {
    return { outcome: 'refused', text: `${why} Start a new run. Nothing was changed.` };
  }
  return {
    outcome: 'partial',
    text: `${why} See what runs with \`immutable-infra drift\`, then start a new run.`,
  };
}

function isFull(error: Error): boolean {
  return error instanceof DiskFullError || isDiskFull(error);
}

const OUTCOME_OF: Readonly<Record<RunStoppedError['kind'], Outcome>> = {
  refused: 'refused',
  failed: 'failed',
  partial: 'partial',
  cancelled: 'cancelled',
  stuck: 'stuck',
};

async function perform(parts: DeployParts): Promise<RunEnd> {
  const { spec } = parts;
  switch (spec.kind) {
    case 'bake':
      return bakeOnly(parts);
    case 'deploy':
    case 'promote': {
      const end = await deploy(parts);
      await noteMovedTags(parts);
      return end;
    }
    case 'rollback':
      return rollback(parts);
    case 'retire':
      return retireIdle(parts);
    case 'adopt':
      return adopt(parts);
  }
}

async function bakeOnly(parts: DeployParts): Promise<RunEnd> {
  const { images } = await bakedImages(parts);
  return { outcome: 'baked', text: [...images.values()].map(({ name, ref }) => `${name}: ${ref}`).join('\n') };
}

async function retireIdle(parts: DeployParts): Promise<RunEnd> {
  requireNoTrial(parts);
  const now = await observe(parts, 'slots');
  const slot =
    parts.spec.slot ?? now.slots.find(({ name, running }) => name !== now.activeSlot && running.length > 0)?.name;
  if (slot === undefined)
    return { outcome: 'retired', text: 'Nothing but what serves is running. Nothing was changed.' };
  if (!now.slots.some(({ name, running }) => name === slot && running.length > 0))
    return { outcome: 'retired', text: `Nothing runs in ${slot}. Nothing was changed.` };
  const retired = await retireSlot(slot, parts);
  const unchanged = retired.isChanged ? '' : ' Nothing was changed.';
  return { outcome: 'retired', text: `${retiredText(slot, retired)}${unchanged}` };
}

/** A bake for no environment: nothing of it is asked. */
function noEnvironment(pipeline: Pipeline): EnvironmentConfig {
  return {
    name: IMAGES,
    protected: false,
    promoteFrom: undefined,
    branches: [],
    target: { kind: 'containers', engine: 'auto', runtime: undefined, run: [...pipeline.images.keys()].map(runOf) },
    pin: {},
    health: [],
    route: undefined,
    soak: 0,
    retire: { mode: 'confirm', after: 0 },
    rollback: { mode: 'image', auto: false, keep: 5 },
  };
}

function runOf(image: string): ContainerRun {
  return { name: image, image, arguments: [], slots: new Map(), environment: {} };
}

/** The environment of a run, as its frozen pipeline says. */
export function pipelineOf(spec: RunSpec): {
  readonly pipeline: Pipeline;
  readonly environment: EnvironmentConfig | undefined;
} {
  const pipeline = requirePipeline(spec.pipeline, 'immutable.yaml');
  return { pipeline, environment: spec.environment === null ? undefined : pipeline.environments.get(spec.environment) };
}
