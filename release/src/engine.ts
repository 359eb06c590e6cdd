// The engine: one process for each run, detached from whoever started it. Arguments: state root, run.
import { join } from 'node:path';
import { createBaker, createTarget, NO_TARGET } from './adapters';
import { LogDamagedError, SYSTEM_CLOCKS } from './durable/chained-log';
import type { LogView } from './durable/chained-reader';
import { claimRun } from './engine-process';
import { passGates } from './gates/gates';
import { Ledger } from './ledger/ledger';
import type { LedgerRecord } from './ledger/record';
import { EnvironmentLock, LockLostError } from './lock/environment-lock';
import { describeHolder, type LockHolder } from './lock/holder';
import { closeUnstarted } from './run/close-unstarted';
import { RunStoppedError } from './run/context';
import { Journal } from './run/journal';
import { LiveContext } from './run/live-context';
import { executeRun, IMAGES, pipelineOf } from './run/run';
import { RunControl } from './run/run-control';
import { readSpec } from './run/spec';
import { secretsInEnvironment, valuesOf } from './secrets/sources';
import { describeOffline, joinTeam } from './shared-ledger/join';
import { readLedger, type SharedPlace } from './shared-ledger/open';
import { SharedLedgerDamagedError, type SharedLedger } from './shared-ledger/shared-ledger';
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
  let share: SharedLedger | undefined;
  const timer = setInterval(() => {
    const by = control.cancelledBy();
    if (by === undefined || context.signal.aborted) return;
    context.tell({ type: 'state', state: 'CANCELLING', text: `Cancelled by ${by}; waiting for what runs to stop` });
    context.cancel(by);
  }, CONTROL_POLL_MILLISECONDS);
  try {
    const joined = joinTeam({ pipeline, folder: spec.workspace, root }, spec.environment ?? undefined, lock);
    if (joined.kind === 'held') {
      lock.release();
      return refuseHeld(joined.holder, joined.needsTakeOver);
    }
    share = joined.share;
    if (share) share.onWaiting = (why) => context.tell({ type: 'warning', text: `${why}. The record waits here.` });
    const fence = {
      assertHeld: () => {
        lock.assertHeld();
        share?.assertHeld();
      },
    };
    const stolen = new Set(
      [taken.stolenFrom, joined.kind === 'joined' ? joined.stolenFrom : undefined].flatMap((dead) => dead?.token ?? []),
    );
    for (const token of stolen) noteStolen(root, name, run, token, lock, share);
    const view = Ledger.read(root.ledger(name));
    let offline: string | undefined;
    if (joined.kind === 'offline') {
      const queued = share?.queued ?? 0;
      const isRefused = environment?.protected === true && !joined.hasClaim;
      if (isRefused) offline = describeOffline(name, joined.problem, queued);
      else context.tell({ type: 'warning', text: `${joined.problem}. Records wait here; others do not see this run.` });
      // Its gates were passed before; without the claim somebody else may act now.
      if (isRefused && Journal.read(directory).length > 0) throw new RunStoppedError('refused', offline ?? '');
    } else if (joined.text !== undefined) context.tell({ type: 'warning', text: joined.text });
    const end = await executeRun({
      root,
      spec,
      fence,
      courier: share,
      readLedger: (other) => readTeamLedger(other, { pipeline, folder: spec.workspace, root }, context),
      beforeClose: ({ outcome, text }) => void share?.leave(outcome === 'stuck' ? text.slice(0, 500) : undefined),
      context,
      control,
      target: environment ? createTarget(context, root, own) : NO_TARGET,
      bakerOf: (image) => createBaker(image, root, own),
      gates: (parts) =>
        passGates(parts, { linter: join(__dirname, 'cli.js'), view, team: offline, missing: values.missing }),
    });
    discardPlans(directory);
    await discardReleaseTree(context);
    if (end.outcome === 'stuck') lock.keepAsHold(end.text.slice(0, 500));
    else {
      if (joined.kind === 'offline') deliverLate(share, lock);
      lock.release();
    }
    return EXIT.ended;
  } catch (error) {
    // The journal has no end: the run is interrupted, and `resume` goes on from what really happened.
    const text = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof LogDamagedError || error instanceof SharedLedgerDamagedError;
    const isEnded = isRefused && closeUnstarted(root, spec, 'refused', text);
    context.tell(
      isEnded ? { type: 'closed', outcome: 'refused', text } : { type: 'problem', text: `The engine stopped: ${text}` },
    );
    share?.leave();
    lock.release();
    if (!isRefused && !(error instanceof LockLostError) && !(error instanceof RunStoppedError)) console.error(error);
    return isEnded ? EXIT.ended : EXIT.interrupted;
  } finally {
    clearInterval(timer);
  }
}

/** Another environment, as the team has it. */
function readTeamLedger(environment: string, place: SharedPlace, context: LiveContext): LogView<LedgerRecord> {
  const { view, team } = readLedger(place, environment);
  if (team?.problem) context.tell({ type: 'warning', text: `${environment}: ${team.problem.text}` });
  return view;
}

/** The remote may answer by now. What waits still is delivered by the next command that reaches it. */
function deliverLate(share: SharedLedger | undefined, lock: EnvironmentLock): void {
  try {
    share?.synchronize(lock);
  } catch (error) {
    if (error instanceof LockLostError) throw error;
  }
}

function noteStolen(
  root: StateRoot,
  name: string,
  run: string,
  token: string,
  lock: EnvironmentLock,
  share: SharedLedger | undefined,
): void {
  const ledger = Ledger.open(root.ledger(name), root.torn, lock, SYSTEM_CLOCKS, share);
  ledger.append({ type: 'lock.stolen', run, token, because: 'its holder had died' });
  ledger.close();
}
