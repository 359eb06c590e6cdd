import type { JsonObject } from '../durable/canonical-json';
import type { CommandLine, EnvironmentConfig, Milliseconds, Pipeline } from '../config/types';
import type { ResolvedTool } from '../process/resolve-tool';
import type { Secret } from '../secrets/redactor';
import type { RunEvent } from './events';

/** What a step of a run works with. Everything that touches the world goes through here, so that it can be watched. */
export interface RunContext {
  /** ULID. */
  readonly run: string;
  /** Absolute: the folder of `immutable.yaml`. Paths of the pipeline are relative to it. */
  readonly workspace: string;
  /** Absolute: private files of this run, deleted or masked when it ends. */
  readonly directory: string;
  readonly pipeline: Pipeline;
  readonly environment: EnvironmentConfig | undefined;
  /** Aborted when a person cancels: tools were then asked to stop by their policy already. Read it anew each time. */
  readonly signal: AbortSignal;
  /** Does work in spite of a cancel: finding out what happened, ending half-done things. Nothing in it is cancelled. */
  settle<Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * Finds a program, once in a run.
   *
   * @throws ToolMissingError naming what to install
   */
  tool(name: string): ResolvedTool;
  /**
   * Asked right before an approved plan is applied: the tools must be those that made it (F47).
   *
   * @throws RunStoppedError `refused` naming what was replaced
   */
  requireSameTools(): void;
  /**
   * Runs a program that changes something, in a step runner that outlives this process. The caller has written the
   * intent; the result is the caller's to write.
   */
  act(action: ToolAction): Promise<ToolResult>;
  /**
   * After a crash: waits for the last `act` of this name when its program still runs, and gives its result. Undefined
   * when none was started.
   */
  recover(name: string): Promise<ToolResult | undefined>;
  /** Runs a program that only reads. Its output stays in memory and holds secrets in clear. */
  ask(question: ToolQuestion): Promise<ToolAnswer>;
  /** Tells whoever watches. Never fails. */
  tell(event: RunEvent): void;
}

export interface ToolAction {
  /** Names its directory: `apply`. Runs of the same name are numbered. */
  readonly name: string;
  readonly tool: ResolvedTool;
  readonly words: readonly string[];
  /** Absolute; the workspace when there is none. */
  readonly cwd?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly secrets?: readonly Secret[] | undefined;
  /** Then it is cancelled by its policy. */
  readonly timeout: Milliseconds;
}

export interface ToolResult {
  /** Null when a signal ended it, or when it could not be started. */
  readonly code: number | null;
  readonly signal: string | null;
  /** Why there is no code; `lost` when whoever waited for it was killed: ask the target what happened. */
  readonly problem: string | undefined;
  readonly isLost: boolean;
  /** Masked files. */
  readonly standardOutput: string;
  readonly output: string;
}

export interface ToolQuestion {
  readonly tool: ResolvedTool;
  readonly words: readonly string[];
  readonly cwd?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly timeout?: Milliseconds | undefined;
}

export interface ToolAnswer {
  readonly code: number | null;
  readonly standardOutput: string;
  readonly standardError: string;
}

/** A command of the user as tools are run: the first word resolved, the rest untouched. */
export function wordsOf(command: CommandLine): readonly string[] {
  return command.slice(1);
}

/** A person must look before the run goes on, or it cannot. `kind` decides the exit code of the CLI. */
export class RunStoppedError extends Error {
  constructor(
    readonly kind: 'refused' | 'failed' | 'partial' | 'cancelled' | 'stuck',
    message: string,
    /** Kept with the closing record. */
    readonly evidence: JsonObject = {},
  ) {
    super(message);
    this.name = 'RunStoppedError';
  }
}
