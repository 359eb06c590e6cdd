// The engine: one process for each run, detached from whoever started it. Arguments: state root, run.
import { join } from 'node:path';
import { createBaker, createTarget, NO_TARGET } from './adapters';
import { LogDamagedError } from './durable/chained-log';
import { claimRun } from './engine-process';
import { TeamSession } from './engine-team';
import { passGates } from './gates/gates';
import { Ledger } from './ledger/ledger';
import { gitState } from './api/git-state';
import { EnvironmentLock, LockLostError } from './lock/environment-lock';
import { describeHolder, type LockHolder } from './lock/holder';
import { closeUnstarted } from './run/close-unstarted';
import { RunStoppedError } from './run/context';
import { LiveContext } from './run/live-context';
import { executeRun, IMAGES, pipelineOf } from './run/run';
import { RunControl } from './run/run-control';
import { readSpec } from './run/spec';
import { secretsInEnvironment, valuesOf } from './secrets/sources';
import { SharedLedgerDamagedError } from './shared-ledger/shared-ledger';
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
  const values = valuesOf(environment, own, spec.workspace);
  const context = new LiveContext({
    run,
    workspace: spec.workspace,
    directory,
    pipeline,
    environment,
    control,
    ownEnvironment: own,
    secrets: [...secretsInEnvironment(own), ...values.secrets],
    stepRunner: join(__dirname, 'step-runner.js'),
  });
  /** Somebody else acts on the environment. */
  const refuseHeld = (holder: LockHolder | 'damaged', needsTakeOver: boolean): number => {
    const who = holder === 'damaged' ? 'a lock that cannot be read' : describeHolder(holder);
    const next = needsTakeOver ? `take-over ${name}` : `status ${name}`;
    const text = `${name} is locked by ${who}. Look at: immutable-infra ${next}`;
    const isThisRun = holder !== 'damaged' && holder.run === run;
    const isEnded = !isThisRun && closeUnstarted(root, spec, 'locked', text);
    context.tell(isEnded ? { type: 'closed', outcome: 'locked', text } : { type: 'problem', text });
    return EXIT.held;
  };
  const taken = EnvironmentLock.acquire(root.lock(name), run);
  if (taken.kind === 'held') return refuseHeld(taken.holder, taken.needsTakeOver);
  const { lock } = taken;
  claimRun(directory);
  let team: TeamSession | undefined;
  const timer = setInterval(() => {
    const by = control.cancelledBy();
    if (by === undefined || context.signal.aborted) return;
    context.tell({ type: 'state', state: 'CANCELLING', text: `Cancelled by ${by}; waiting for what runs to stop` });
    context.cancel(by);
  }, CONTROL_POLL_MILLISECONDS);
  try {
    const place = { pipeline, folder: spec.workspace, root };
    const stolen = taken.stolenFrom ? [taken.stolenFrom.token] : [];
    const entered = TeamSession.enter({ place, run, name, environment, lock, context }, stolen);
    if (entered.kind === 'held') {
      lock.release();
      return refuseHeld(entered.holder, entered.needsTakeOver);
    }
    team = entered;
    const view = Ledger.read(root.ledger(name));
    const end = await executeRun({
      root,
      spec,
      fence: entered.fence,
      courier: entered.courier,
      readLedger: (other) => entered.readLedger(other),
      beforeClose: (known) => entered.leave(known),
      gitNow: async () => (await gitState(spec.workspace)).git,
      context,
      mask: (text) => context.mask(text),
      control,
      target: environment ? createTarget(context, root, own) : NO_TARGET,
      bakerOf: (image) => createBaker(image, root, own),
      gates: (parts) =>
        passGates(parts, { linter: join(__dirname, 'cli.js'), view, team: entered.refusal, missing: values.missing }),
    });
    discardPlans(directory);
    await discardReleaseTree(context);
    entered.end(end);
    return EXIT.ended;
  } catch (error) {
    // The journal has no end: the run is interrupted, and `resume` goes on from what really happened.
    const text = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof LogDamagedError || error instanceof SharedLedgerDamagedError;
    const isEnded = isRefused && closeUnstarted(root, spec, 'refused', text);
    context.tell(
      isEnded ? { type: 'closed', outcome: 'refused', text } : { type: 'problem', text: `The engine stopped: ${text}` },
    );
    team?.leave({ outcome: 'failed', text });
    lock.release();
    if (!isRefused && !(error instanceof LockLostError) && !(error instanceof RunStoppedError)) console.error(error);
    return isEnded ? EXIT.ended : EXIT.interrupted;
  } finally {
    clearInterval(timer);
  }
}
