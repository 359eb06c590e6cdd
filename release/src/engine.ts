// The engine: one process for each run, detached from whoever started it. Arguments: state root, run.
import { join } from 'node:path';
import { createBaker, createTarget, NO_TARGET } from './adapters';
import { LogDamagedError } from './durable/chained-log';
import { claimRun } from './engine-process';
import { passGates } from './gates/gates';
import { Ledger } from './ledger/ledger';
import { EnvironmentLock, LockLostError } from './lock/environment-lock';
import { describeHolder } from './lock/holder';
import { LiveContext } from './run/live-context';
import { executeRun, IMAGES, pipelineOf } from './run/run';
import { RunControl } from './run/run-control';
import { readSpec } from './run/spec';
import { secretsInEnvironment, valuesOf } from './secrets/sources';
import { StateRoot } from './state-root';
import { discardPlans } from './targets/terraform/plan-files';
import { discardReleaseTree } from './targets/terraform/release-tree';

const CONTROL_POLL_MILLISECONDS = 200;

/** Exit codes of the engine process; whoever follows the run reads its journal instead. */
const EXIT = { ended: 0, interrupted: 1, held: 5 } as const;

void main().then((code) => {
  process.exitCode = code;
});

async function main(): Promise<number> {
  const [rootPath = '', run = ''] = process.argv.slice(2);
  const root = new StateRoot(rootPath);
  const directory = root.run(run);
  const spec = readSpec(directory);
  const name = spec.environment ?? IMAGES;
  const { pipeline, environment } = pipelineOf(spec);
  const control = new RunControl(directory);
  const own = process.env;
  const context = new LiveContext({
    run,
    workspace: spec.workspace,
    directory,
    pipeline,
    environment,
    control,
    ownEnvironment: own,
    secrets: [...secretsInEnvironment(own), ...valuesOf(environment, own, spec.workspace).secrets],
    stepRunner: join(__dirname, 'step-runner.js'),
  });
  const taken = EnvironmentLock.acquire(root.lock(name), run);
  if (taken.kind === 'held') {
    const who = taken.holder === 'damaged' ? 'an unreadable lock file' : describeHolder(taken.holder);
    context.tell({ type: 'problem', text: `${name} is locked by ${who}.` });
    return EXIT.held;
  }
  const { lock } = taken;
  claimRun(directory);
  const timer = setInterval(() => {
    const by = control.cancelledBy();
    if (by === undefined || context.signal.aborted) return;
    context.tell({ type: 'state', state: 'CANCELLING', text: `Cancelled by ${by}; waiting for what runs to stop` });
    context.cancel(by);
  }, CONTROL_POLL_MILLISECONDS);
  try {
    if (taken.stolenFrom) noteStolen(root, name, run, taken.stolenFrom.token, lock);
    const view = Ledger.read(root.ledger(name));
    const end = await executeRun({
      root,
      spec,
      fence: lock,
      context,
      control,
      target: environment ? createTarget(context, root, own) : NO_TARGET,
      bakerOf: (image) => createBaker(image, root, own),
      gates: (parts) => passGates(parts, { linter: join(__dirname, 'cli.js'), view }),
    });
    discardPlans(directory);
    await discardReleaseTree(context);
    if (end.outcome === 'stuck') lock.keepAsHold(end.text.slice(0, 500));
    else lock.release();
    return EXIT.ended;
  } catch (error) {
    // The journal has no end: the run is interrupted, and `resume` goes on from what really happened.
    const text = error instanceof Error ? error.message : String(error);
    context.tell({ type: 'problem', text: `The engine stopped: ${text}` });
    if (!(error instanceof LockLostError)) lock.release();
    if (!(error instanceof LockLostError) && !(error instanceof LogDamagedError)) console.error(error);
    return EXIT.interrupted;
  } finally {
    clearInterval(timer);
  }
}

function noteStolen(root: StateRoot, name: string, run: string, token: string, lock: EnvironmentLock): void {
  const ledger = Ledger.open(root.ledger(name), root.torn, lock);
  ledger.append({ type: 'lock.stolen', run, token, because: 'its holder had died' });
  ledger.close();
}
