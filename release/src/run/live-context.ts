import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EnvironmentConfig, Pipeline } from '../config/types';
import { DiskFullError, freeBytes } from '../durable/disk-full';
import { stepMark } from '../machine/marked-processes';
import { ask } from '../process/ask';
import { cancelPolicyOf, type CancelPolicy } from '../process/cancel-policy';
import { isMissing, resolveTool, type ResolvedTool } from '../process/resolve-tool';
import { Step, type StepOutcome } from '../process/step';
import { toolEnvironment } from '../process/tool-environment';
import { ToolIdentities } from '../process/tool-identities';
import { Redactor, type Secret } from '../secrets/redactor';
import { Cancellation } from './cancellation';
import {
  RunStoppedError,
  type RunContext,
  type ToolAction,
  type ToolAnswer,
  type ToolQuestion,
  type ToolResult,
} from './context';
import { EventLog } from './event-log';
import type { RunEvent } from './events';
import type { RunControl } from './run-control';
import { StepDirectories } from './step-directories';

const ASK_MILLISECONDS = 60_000;
/** Where there is less room than this, a tool that failed could not write. */
const SMALLEST_RESULT_BYTES = 64 * 1024;
const KILL_POLL_MILLISECONDS = 250;

export interface LiveContextOptions {
  readonly run: string;
  readonly workspace: string;
  readonly directory: string;
  readonly pipeline: Pipeline;
  readonly environment: EnvironmentConfig | undefined;
  readonly control: RunControl;
  /** Of this process; tools get it without what would steer them. */
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  readonly secrets: readonly Secret[];
  /** Path of the bundled step runner. */
  readonly stepRunner: string;
  /** Of this machine; tests say another one. */
  readonly platform?: NodeJS.Platform | undefined;
}

/** The context of a run that really runs. */
export class LiveContext implements RunContext {
  readonly run: string;
  readonly workspace: string;
  readonly directory: string;
  readonly pipeline: Pipeline;
  readonly environment: EnvironmentConfig | undefined;
  private readonly cancellation = new Cancellation();
  private readonly tools = new Map<string, ResolvedTool>();
  private readonly identities: ToolIdentities;
  private readonly steps: StepDirectories;
  private readonly events: EventLog;
  private readonly redactor: Redactor;

  constructor(private readonly options: LiveContextOptions) {
    this.run = options.run;
    this.workspace = realpathSync(options.workspace);
    this.directory = options.directory;
    this.pipeline = options.pipeline;
    this.environment = options.environment;
    this.steps = new StepDirectories(options.directory);
    this.identities = new ToolIdentities(options.directory);
    this.redactor = new Redactor(options.secrets);
    this.events = new EventLog(options.directory, this.redactor);
  }

  /** Masks the secrets of this run in a text. */
  mask(text: string): string {
    return this.redactor.mask(text);
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  settle<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.cancellation.settle(work);
  }

  /** Every tool that runs is asked to stop, and nothing new begins. */
  cancel(by: string): void {
    this.cancellation.cancel(by);
  }

  tool(name: string): ResolvedTool {
    const known = this.tools.get(name);
    if (known) return known;
    const tool = resolveTool(name, this.workspace, this.options.ownEnvironment);
    if (isMissing(tool)) throw new RunStoppedError('refused', tool.problem);
    this.tools.set(name, tool);
    this.identities.note(tool);
    return tool;
  }

  requireSameTools(): void {
    const replaced = this.identities.replaced((name) => resolveTool(name, this.workspace, this.options.ownEnvironment));
    if (replaced.length === 0) return;
    throw new RunStoppedError(
      'refused',
      `The plan was made with other tools: ${replaced.join('; ')}. Run the command again, which makes a new plan. Nothing was applied.`,
    );
  }

  async act(action: ToolAction): Promise<ToolResult> {
    this.signal.throwIfAborted();
    const { path, number } = this.steps.next(action.name);
    const order = {
      directory: path,
      command: [action.tool.path, ...action.words] as const,
      cwd: action.cwd ?? this.workspace,
      environment: toolEnvironment(this.options.ownEnvironment, action.environment),
      secrets: [...this.options.secrets, ...(action.secrets ?? [])],
    };
    const step = await Step.start(order, this.options.stepRunner, stepMark(this.run, number));
    step.files.setToolName(basename(action.tool.name));
    this.tell({ type: 'step', name: action.name, phase: 'started', log: step.files.output, code: null });
    return this.finish(step, action.name, action.timeout, this.signal);
  }

  async recover(name: string): Promise<ToolResult | undefined> {
    const last = this.steps.last(name);
    if (!last) return undefined;
    const step = Step.adopt(last.path, stepMark(this.run, last.number));
    // Whatever is settled meanwhile: a tool that runs still is asked to stop.
    return this.finish(step, name, undefined, this.cancellation.request);
  }

  ask(question: ToolQuestion): Promise<ToolAnswer> {
    return ask({
      program: question.tool.path,
      words: question.words,
      cwd: question.cwd ?? this.workspace,
      environment: toolEnvironment(this.options.ownEnvironment, question.environment),
      timeout: question.timeout ?? ASK_MILLISECONDS,
      signal: this.signal,
    });
  }

  tell(event: RunEvent): void {
    this.events.tell(event);
  }

  /** Waits for a step, and asks it to stop when the run is cancelled or its time is over. */
  private async finish(
    step: Step,
    name: string,
    timeout: number | undefined,
    cancel: AbortSignal,
  ): Promise<ToolResult> {
    const policy = cancelPolicyOf(step.files.toolName(), this.options.platform);
    const timeIsOver = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
    const stop = timeIsOver ? AbortSignal.any([cancel, timeIsOver]) : cancel;
    const ended = new AbortController();
    const stopping = this.stopWhenAsked(step, policy, stop, ended.signal);
    const outcome = await step.wait();
    ended.abort();
    await stopping;
    // What it said of it is lost, and the next step would find no room either: a resumed run finds out what it did.
    if (!isSuccess(outcome) && freeBytes(this.directory) < SMALLEST_RESULT_BYTES) {
      throw new DiskFullError(`The disk of ${this.directory} is full, and ${name} did not succeed`);
    }
    const isTimeout = timeIsOver?.aborted === true && !cancel.aborted;
    const result = resultOf(step, outcome, isTimeout ? `it took longer than ${(timeout ?? 0) / 1000} s` : undefined);
    this.tell({ type: 'step', name, phase: 'ended', log: result.output, code: result.code });
    return result;
  }

  private async stopWhenAsked(step: Step, policy: CancelPolicy, stop: AbortSignal, ended: AbortSignal): Promise<void> {
    await firstOf(stop, ended);
    if (ended.aborted) return;
    if (step.interrupt(policy) === 'unsupported')
      this.tell({ type: 'warning', text: willStopLater(step.files.toolName()) });
    const graceEnd = performance.now() + policy.grace;
    while (!ended.aborted) {
      const mayKill = policy.then === 'kill' || this.options.control.isKillAccepted();
      if (performance.now() >= graceEnd && mayKill) return step.kill(this.options.platform);
      await pause(KILL_POLL_MILLISECONDS, ended);
    }
  }
}

/** Where a program cannot be asked to stop: to end it at once may lose what it is doing, so a person must say so. */
function willStopLater(tool: string): string {
  return `${tool} cannot be asked to stop on this system: the run will stop after this step. \`immutable-infra cancel --kill --confirm NAME\` ends it now and may leave things behind.`;
}

function resultOf(step: Step, outcome: StepOutcome, timeout: string | undefined): ToolResult {
  const files = { standardOutput: step.files.standardOutput, output: step.files.output };
  if (outcome.kind === 'lost') {
    return { code: null, signal: null, problem: 'whoever waited for it was killed', isLost: true, ...files };
  }
  const ending = outcome.signal === null ? undefined : `it was ended by ${outcome.signal}`;
  const problem = timeout ?? outcome.error ?? ending;
  return { code: outcome.code, signal: outcome.signal, problem, isLost: false, ...files };
}

function isSuccess(outcome: StepOutcome): boolean {
  return outcome.kind === 'ended' && outcome.code === 0;
}

function firstOf(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    if (signals.some((signal) => signal.aborted)) return resolve();
    const any = AbortSignal.any([...signals]);
    any.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The directory of private files of a run. */
export function planDirectory(runDirectory: string): string {
  return join(runDirectory, 'plan');
}
