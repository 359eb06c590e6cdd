import { realpathSync } from 'node:fs';
import type { EnvironmentConfig, Pipeline } from '../config/types';
import { ask } from '../process/ask';
import { isMissing, resolveTool, type ResolvedTool } from '../process/resolve-tool';
import { toolEnvironment } from '../process/tool-environment';
import { RunStoppedError, type RunContext, type ToolAnswer, type ToolQuestion } from '../run/context';
import type { RunEvent } from '../run/events';

const ASK_MILLISECONDS = 60_000;

type Environment = Readonly<Record<string, string | undefined>>;

export interface LookContextOptions {
  readonly workspace: string;
  /** Absolute: a private folder for what a question needs, which the caller removes. */
  readonly directory: string;
  readonly pipeline: Pipeline;
  readonly environment: EnvironmentConfig | undefined;
  readonly own: Environment;
  readonly signal: AbortSignal;
  readonly tell: (event: RunEvent) => void;
}

/** The context of a question that belongs to no run. It can run nothing that changes something. */
export class LookContext implements RunContext {
  readonly run = 'look';
  readonly workspace: string;
  readonly directory: string;
  readonly pipeline: Pipeline;
  readonly environment: EnvironmentConfig | undefined;
  readonly signal: AbortSignal;

  constructor(private readonly options: LookContextOptions) {
    this.workspace = realpathSync(options.workspace);
    this.directory = options.directory;
    this.pipeline = options.pipeline;
    this.environment = options.environment;
    this.signal = options.signal;
  }

  tool(name: string): ResolvedTool {
    const tool = resolveTool(name, this.workspace, this.options.own);
    if (isMissing(tool)) throw new RunStoppedError('refused', tool.problem);
    return tool;
  }

  requireSameTools(): void {
    // Nothing is applied.
  }

  settle<Result>(work: () => Promise<Result>): Promise<Result> {
    return work();
  }

  act(): Promise<never> {
    return Promise.reject(new Error('looking changes nothing'));
  }

  recover(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  ask(question: ToolQuestion): Promise<ToolAnswer> {
    return ask({
      program: question.tool.path,
      words: question.words,
      cwd: question.cwd ?? this.workspace,
      environment: toolEnvironment(this.options.own, question.environment),
      timeout: question.timeout ?? ASK_MILLISECONDS,
      signal: this.signal,
    });
  }

  tell(event: RunEvent): void {
    this.options.tell(event);
  }
}
