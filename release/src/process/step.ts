import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createDurably, isCode, makeDirectory } from '../durable/files';
import { processesOfStep, STEP_MARK } from '../machine/marked-processes';
import { livenessOf, type ProcessIdentity } from '../machine/process-identity';
import type { CancelPolicy } from './cancel-policy';
import { StepFiles, type StepEnd, type StepOrder } from './step-files';

const POLL_MILLISECONDS = 50;

/** Of the lines that pass through a runner none lives long: with V8's default it would take 50 MB more for nothing. */
const SMALL_NURSERY = '--max-semi-space-size=1';

/** A runner says who it is before it starts its tool; one that does not within this time did not start. */
const START_MILLISECONDS = 20_000;

/**
 * How a step ended. `lost`: the tool is gone and so is whoever waited for it: only the target can tell what happened.
 */
export type StepOutcome = ({ readonly kind: 'ended' } & StepEnd) | { readonly kind: 'lost' };

/** One run of a tool, which goes on when this process ends. */
export class Step {
  private constructor(
    readonly files: StepFiles,
    private readonly mark: string,
  ) {}

  /**
   * Starts a tool in a step runner of its own.
   *
   * @param runner path of the bundled step runner
   * @param mark names the step among all processes of the machine: see `stepMark`
   * @throws when the runner cannot be started
   */
  static async start(order: StepOrder, runner: string, mark: string): Promise<Step> {
    makeDirectory(order.directory);
    const marked: StepOrder = { ...order, environment: { ...order.environment, [STEP_MARK]: mark } };
    const child = spawn(process.execPath, [SMALL_NURSERY, runner], {
      // In VS Code the executable is Electron.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      cwd: order.directory,
      detached: true,
      windowsHide: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error as Error))]);
    // The runner may die before it has read everything; `wait` then finds out.
    child.stdin.once('error', () => undefined);
    child.stdin.end(JSON.stringify(marked));
    child.unref();
    return new Step(new StepFiles(order.directory), mark);
  }

  /** A step that another process started. */
  static adopt(directory: string, mark: string): Step {
    return new Step(new StepFiles(directory), mark);
  }

  /** Waits until nothing of the step is left. Aborting ends the waiting, not the tool. */
  async wait(signal?: AbortSignal): Promise<StepOutcome> {
    const deadline = performance.now() + START_MILLISECONDS;
    for (;;) {
      const end = this.files.end();
      if (end) return { kind: 'ended', ...end };
      const processes = this.files.processes();
      const isStarting = !processes && performance.now() < deadline;
      if (!isStarting && !(processes && isAlive(processes.runner)) && !this.isToolAlive(processes?.tool)) {
        // It may have ended between the two looks.
        const last = this.files.end();
        return last ? { kind: 'ended', ...last } : { kind: 'lost' };
      }
      signal?.throwIfAborted();
      await delay(POLL_MILLISECONDS);
    }
  }

  /**
   * Asks the tool to stop: one signal to its process group, whoever asks and however often. A second SIGINT would tell
   * terraform to leave its state behind (hashicorp/terraform #34266).
   */
  interrupt(policy: CancelPolicy): 'sent' | 'already' | 'gone' | 'unsupported' {
    const tool = this.files.processes()?.tool;
    if (!tool || !isAlive(tool)) return 'gone';
    if (policy.signal === undefined) return 'unsupported';
    try {
      createDurably(this.files.interrupted, policy.signal);
    } catch (error) {
      if (isCode(error, 'EEXIST')) return 'already';
      throw error;
    }
    return signalGroup(tool, policy.signal) ? 'sent' : 'gone';
  }

  /** Ends what is left of the step. A person has asked for it, or the policy of a harmless tool. */
  kill(platform: NodeJS.Platform = process.platform): void {
    for (const tool of this.tools()) {
      if (platform === 'win32') endTree(tool.pid);
      else signalGroup(tool, 'SIGKILL');
    }
  }

  /** A runner that was killed at the wrong moment has not said which process its tool is: the mark tells. */
  private isToolAlive(tool: ProcessIdentity | undefined): boolean {
    return tool ? isAlive(tool) : processesOfStep(this.mark).length > 0;
  }

  /** Live processes of the step: the tool, and children that outlived it (what runs in the background on purpose too). */
  tools(): ProcessIdentity[] {
    const tool = this.files.processes()?.tool;
    const marked = processesOfStep(this.mark);
    if (tool && isAlive(tool) && !marked.some(({ pid }) => pid === tool.pid)) return [tool, ...marked];
    return marked;
  }
}

function isAlive(identity: ProcessIdentity): boolean {
  return livenessOf(identity) === 'alive';
}

/** Windows has no process groups to signal: its own program ends a process with all its children. */
function endTree(pid: number): void {
  const program = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  // It says with an error that the process is gone already.
  spawnSync(program, ['/T', '/F', '/PID', String(pid)], { stdio: 'ignore', windowsHide: true, timeout: 60_000 });
}

/** True when somebody got it. */
function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-leader.pid, signal);
    return true;
  } catch (error) {
    if (isCode(error, 'ESRCH')) return signalOne(leader, signal);
    throw error;
  }
}

/** A child that leads no group of its own. */
function signalOne(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  try {
    return isAlive(identity) && process.kill(identity.pid, signal);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
    throw error;
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
