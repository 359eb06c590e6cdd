import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { followRun } from '../../../release/src/api/follow-run';
import {
  createRun,
  EnvironmentHeldError,
  startEngine,
  UnknownNameError,
  type RunRequest,
  type Workspace,
} from '../../../release/src/api/start-run';
import { CommandsNotReviewedError } from '../../../release/src/api/review-commands';
import { describeHolder } from '../../../release/src/lock/holder';
import type { RunEvent } from '../../../release/src/run/events';
import { IMAGES, pipelineOf } from '../../../release/src/run/run';
import { RunControl } from '../../../release/src/run/run-control';
import type { RunSpec } from '../../../release/src/run/spec';
import type { StateRoot } from '../../../release/src/state-root';
import type { Arguments } from '../command-line';
import { DELIVERY_EXIT, UsageError, type DeliveryExit } from '../exit-codes';
import type { Io } from '../io';
import { printable } from '../terminal';
import { exitOf } from './exit-code';
import { Narrator } from './narrator';
import { InterruptedError } from './status-line';
import { waitForTurn } from './wait-for-turn';

export interface DriveOptions {
  readonly isJson: boolean;
  /** Start the run and leave it to itself. */
  readonly detach: boolean;
  /** Wait while somebody else acts on the environment. */
  readonly wait: boolean;
}

/** As the words of a command say. */
export function driveOptionsOf(args: Arguments): DriveOptions {
  return { isJson: args.flag('json'), detach: args.flag('detach'), wait: args.flag('wait') };
}

/** The engine lies beside the command line in the package. */
const ENGINE = join(__dirname, 'engine.js');

/** Creates a run, starts its engine, and follows it to its end. What it plans, it plans when its turn has come. */
export async function startRun(
  workspace: Workspace,
  request: RunRequest,
  io: Io,
  options: DriveOptions,
): Promise<DeliveryExit> {
  if (!options.wait) return startOnce(workspace, request, io, options);
  try {
    for (;;) {
      const isFree = await waitForTurn(workspace, request.environment ?? IMAGES, io);
      const code = await startOnce(workspace, request, io, options);
      // Somebody else was quicker.
      if (!isFree || code !== DELIVERY_EXIT.locked) return code;
    }
  } catch (error) {
    if (error instanceof InterruptedError) return DELIVERY_EXIT.cancelled;
    throw error;
  }
}

async function startOnce(
  workspace: Workspace,
  request: RunRequest,
  io: Io,
  options: DriveOptions,
): Promise<DeliveryExit> {
  let spec: RunSpec;
  try {
    spec = await createRun(workspace, request);
  } catch (error) {
    if (error instanceof UnknownNameError) throw new UsageError(error.message);
    if (error instanceof CommandsNotReviewedError) return showCommands(error, io, options.isJson);
    if (!(error instanceof EnvironmentHeldError)) throw error;
    const { held, environment } = error;
    const who = held.holder === 'damaged' ? 'a lock file that cannot be read' : describeHolder(held.holder);
    const next = held.needsTakeOver
      ? `Take it over with: immutable-infra take-over ${environment}`
      : `Watch it with: immutable-infra status ${environment}`;
    const text = `${environment} is locked by ${who}.`;
    if (options.isJson) tellEnd('locked', text, io);
    io.stderr.write(`${text}\n${next}\n`);
    return DELIVERY_EXIT.locked;
  }
  startEngine(workspace.root, spec.run, ENGINE);
  if (options.detach) {
    io.stdout.write(
      options.isJson
        ? `${JSON.stringify({ v: 1, type: 'run', run: spec.run })}\n`
        : `Run ${spec.run} goes on by itself.\n`,
    );
    return DELIVERY_EXIT.ok;
  }
  return follow(workspace.root, spec, io, options.isJson);
}

/** Every `--json` ends with an object that says how, also where no run wrote one. */
function tellEnd(outcome: 'locked' | 'interrupted', text: string, io: Io): void {
  io.stdout.write(`${JSON.stringify({ v: 1, type: 'closed', outcome, text })}\n`);
}

/** Commands that somebody else wrote are shown, and nothing runs. */
function showCommands({ review, message }: CommandsNotReviewedError, io: Io, isJson: boolean): DeliveryExit {
  if (isJson) io.stdout.write(`${JSON.stringify({ v: 1, type: 'review', ...review })}\n`);
  else io.stderr.write(`${printable(message)}\n`);
  return DELIVERY_EXIT.refused;
}

/** Starts the engine of an interrupted run again. */
export function resumeRun(root: StateRoot, spec: RunSpec, io: Io, isJson: boolean): Promise<DeliveryExit> {
  // Asked before the engine starts, so that nothing of what it tells is missed.
  const followed = follow(root, spec, io, isJson, 'now');
  startEngine(root, spec.run, ENGINE);
  return followed;
}

async function follow(
  root: StateRoot,
  spec: RunSpec,
  io: Io,
  isJson: boolean,
  from: 'start' | 'now' = 'start',
): Promise<DeliveryExit> {
  const directory = root.run(spec.run);
  const control = new RunControl(directory);
  const narrator = new Narrator(io, isJson);
  const leave = new AbortController();
  /** A question that nobody needs answered any more is taken back. */
  const ended = new AbortController();
  const canAsk = io.stdout.isTty && process.stdin.isTTY && !isJson;
  let waitsFor: string | undefined;
  const onEvent = (event: RunEvent): void => {
    narrator.tell(event);
    if (event.type !== 'approval') return;
    if (canAsk) void askApproval(event.plan, spec, control, io, ended.signal);
    else {
      waitsFor = event.plan;
      leave.abort(new Error('approval needed'));
    }
  };
  const release = cancelOnInterrupt(control, io);
  try {
    const end = await followRun(directory, onEvent, leave.signal, from);
    if (end.text === undefined) {
      const text = `The run was interrupted. Go on with: immutable-infra resume ${spec.run}`;
      if (isJson) tellEnd('interrupted', text, io);
      io.stderr.write(`${text}\n`);
    }
    return exitOf(end);
  } catch (error) {
    if (waitsFor === undefined) throw error;
    io.stderr.write(`The plan waits for approval: immutable-infra approve ${spec.run} ${waitsFor}\n`);
    return DELIVERY_EXIT.approvalNeeded;
  } finally {
    ended.abort();
    release();
  }
}

/** Asks on the terminal. For a protected environment its name must be typed. */
async function askApproval(
  plan: string,
  spec: RunSpec,
  control: RunControl,
  io: Io,
  ended: AbortSignal,
): Promise<void> {
  const name = spec.environment ?? '';
  const isProtected = pipelineOf(spec).environment?.protected === true;
  const wanted = isProtected ? name : 'yes';
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const question = isProtected ? `Type ${name} to apply this plan: ` : 'Apply this plan? (yes/no) ';
  let answer: string;
  try {
    answer = await lines.question(question, { signal: ended });
  } catch {
    // Ctrl+C reaches the question, not the process, while it is asked.
    if (!ended.aborted) cancel(control, io);
    return;
  } finally {
    lines.close();
  }
  const decision = { plan, by: spec.actor.git ?? spec.actor.user, how: 'cli' };
  if (answer.trim() === wanted) control.approve(decision);
  else control.deny(decision);
  io.stdout.write('\n');
}

/** Ctrl+C asks the run to stop, as its tools need it; a second one leaves it alone and lets it go on stopping. */
function cancelOnInterrupt(control: RunControl, io: Io): () => void {
  let count = 0;
  const onInterrupt = (): void => {
    if (count++ === 0) cancel(control, io);
    else process.exit(DELIVERY_EXIT.cancelled);
  };
  process.on('SIGINT', onInterrupt);
  return () => process.off('SIGINT', onInterrupt);
}

function cancel(control: RunControl, io: Io): void {
  control.cancel('Ctrl+C');
  io.stderr.write('\nCancelling. The tool that runs gets the time that it needs; Ctrl+C again leaves it to that.\n');
}
