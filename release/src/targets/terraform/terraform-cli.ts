import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Milliseconds, TerraformTargetConfig } from '../../config/types';
import type { TerraformPlanJson } from '../../plan/terraform-plan';
import { ask } from '../../process/ask';
import type { ResolvedTool } from '../../process/resolve-tool';
import { toolEnvironment } from '../../process/tool-environment';
import { RunStoppedError, type RunContext, type ToolAnswer, type ToolResult } from '../../run/context';
import type { PlanFiles } from './plan-files';
import type { ReleaseTree } from './release-tree';
import { readStream } from './stream';

const MINUTE = 60_000;
const PLAN_TIMEOUT = 30 * MINUTE;
const APPLY_TIMEOUT = 120 * MINUTE;
/** How long others may hold the lock of the state. */
const LOCK = '-lock-timeout=60s';
const ERRORED_STATE = 'errored.tfstate';

/** The outputs of a state by name. What is sensitive is left out. */
export type TerraformOutputs = ReadonlyMap<string, unknown>;

/** What names a state. */
export interface StateFacts {
  /** Undefined before the first apply. */
  readonly lineage: string | undefined;
  readonly serial: number | undefined;
  /** True when it holds no resource. */
  readonly isEmpty: boolean;
  readonly outputs: TerraformOutputs;
}

/** The parts of a state file (version 4) that are used. In memory only: it holds secrets in clear. */
interface StateJson {
  readonly lineage?: string;
  readonly serial?: number;
  readonly resources?: readonly unknown[];
  readonly outputs?: Readonly<Record<string, { readonly value: unknown; readonly sensitive?: boolean }>>;
}

/** One root module and the tool that works on it. */
export class TerraformCli {
  readonly directory: string;
  readonly tool: ResolvedTool;
  private readonly environment: Readonly<Record<string, string>>;

  /** @param tree the code of a release; today's without one */
  constructor(
    private readonly config: TerraformTargetConfig,
    private readonly context: RunContext,
    private readonly tree?: ReleaseTree,
  ) {
    this.directory = resolve(tree?.root ?? context.workspace, config.directory);
    this.tool = findTool(config.tool, context);
    // Not `workspace select`: that would move whoever works in this directory too.
    this.environment = config.workspace === undefined ? {} : { TF_WORKSPACE: config.workspace };
  }

  /** The name of the step that applies: the tool's, so that a resumed run cancels it as Terraform must be cancelled. */
  get applyStep(): string {
    return basename(this.tool.name);
  }

  /** @throws RunStoppedError when the directory cannot be used */
  async init(): Promise<void> {
    if (!existsSync(this.directory)) {
      throw new RunStoppedError(
        'refused',
        `There is no folder ${this.config.directory}. Correct \`target.terraform.dir\`.`,
      );
    }
    const isLocked = this.tree !== undefined || existsSync(join(this.directory, '.terraform.lock.hcl'));
    const words = ['init', '-input=false', '-no-color', ...(isLocked ? ['-lockfile=readonly'] : [])];
    const result = await this.act('init', words, PLAN_TIMEOUT);
    if (result.code !== 0) {
      const log = readFileSync(result.output, 'utf8').trim().split('\n').slice(-15).join('\n');
      throw new RunStoppedError(
        'failed',
        `\`${this.tool.name} init\` failed in ${this.config.directory}. Nothing was changed.\n${log}`,
      );
    }
  }

  async version(): Promise<string> {
    const { standardOutput } = await this.ask(['version', '-json']);
    return (parse(standardOutput) as { terraform_version?: string } | undefined)?.terraform_version ?? 'unknown';
  }

  async workspace(): Promise<string> {
    return (await this.ask(['workspace', 'show'])).standardOutput.trim();
  }

  async state(): Promise<StateFacts> {
    const { code, standardOutput, standardError } = await this.ask(['state', 'pull']);
    if (code !== 0) throw this.failure('state pull', standardError);
    // Before the first apply it prints nothing.
    const state = parse(standardOutput) as StateJson | undefined;
    return {
      lineage: state?.lineage,
      serial: state?.serial,
      isEmpty: (state?.resources ?? []).length === 0,
      outputs: new Map(
        Object.entries(state?.outputs ?? {}).flatMap(([name, { value, sensitive }]) =>
          sensitive === true ? [] : [[name, value] as const],
        ),
      ),
    };
  }

  /** The type of the backend that init has set up: `local`, `s3`, `cloud`. */
  backend(): string {
    const file = join(this.directory, '.terraform', 'terraform.tfstate');
    if (!existsSync(file)) return 'local';
    return (parse(readFileSync(file, 'utf8')) as { backend?: { type?: string } } | undefined)?.backend?.type ?? 'local';
  }

  /**
   * Saves a plan.
   *
   * @returns true when it holds changes
   * @throws RunStoppedError when planning fails; a plan file may be there even then (finding 5)
   */
  async plan(files: PlanFiles): Promise<boolean> {
    const result = await this.act('plan', ['plan', '-json', ...this.planWords(files, files.plan)], PLAN_TIMEOUT);
    if (result.code === 0) return false;
    if (result.code === 2) return true;
    this.context.signal.throwIfAborted();
    const { errors } = readStream(result.standardOutput);
    const why = errors.length > 0 ? errors : [result.problem ?? `exit code ${result.code ?? 'unknown'}`];
    const list = why.map((line) => `\n  ${line}`).join('');
    throw new RunStoppedError('failed', `Planning failed in ${this.config.directory}. Nothing was changed.${list}`, {
      log: result.output,
    });
  }

  /** Plans again with the same variables, to learn what is left to do. Undefined when planning fails. */
  async planAgain(files: PlanFiles): Promise<TerraformPlanJson | undefined> {
    if (!existsSync(files.variables)) return undefined;
    files.makeCheck();
    const { code } = await this.ask(['plan', '-no-color', ...this.planWords(files, files.check)], PLAN_TIMEOUT);
    return code === 0 || code === 2 ? this.show(files.check) : undefined;
  }

  /** A saved plan as JSON. In memory only: it holds secrets in clear (finding 6). */
  async show(plan: string): Promise<TerraformPlanJson> {
    const { code, standardOutput, standardError } = await this.ask(['show', '-json', '-no-color', plan], 5 * MINUTE);
    const json = parse(standardOutput);
    if (code !== 0 || !json) throw this.failure('show', standardError);
    return json;
  }

  apply(plan: string): Promise<ToolResult> {
    return this.act(this.applyStep, ['apply', '-input=false', '-json', LOCK, plan], APPLY_TIMEOUT);
  }

  /** The state that Terraform could not save and left in a file (cloudposse/docs #358). */
  get hasErroredState(): boolean {
    return existsSync(join(this.directory, ERRORED_STATE));
  }

  /** @returns why the state could not be saved; undefined when it was */
  async pushErroredState(): Promise<string | undefined> {
    const { code, standardError } = await this.ask(['state', 'push', ERRORED_STATE], 10 * MINUTE);
    return code === 0 ? undefined : standardError.trim();
  }

  private planWords({ variables }: PlanFiles, out: string): readonly string[] {
    return [
      '-input=false',
      '-detailed-exitcode',
      LOCK,
      `-out=${out}`,
      ...this.config.variableFiles.map(
        (file) => `-var-file=${this.tree?.fileAt(file) ?? resolve(this.context.workspace, file)}`,
      ),
      `-var-file=${variables}`,
    ];
  }

  private act(name: string, words: readonly string[], timeout: Milliseconds): Promise<ToolResult> {
    const { tool, directory: cwd, environment } = this;
    return this.context.act({ name, tool, words, cwd, environment, timeout });
  }

  /** What a cancelled apply left behind must be read too, and the context of a cancelled run asks nothing any more. */
  private ask(words: readonly string[], timeout: Milliseconds = 2 * MINUTE): Promise<ToolAnswer> {
    const { tool, directory: cwd } = this;
    if (!this.context.signal.aborted) {
      return this.context.ask({ tool, words, cwd, environment: this.environment, timeout });
    }
    const environment = toolEnvironment(process.env, this.environment);
    return ask({ program: tool.path, words, cwd, environment, timeout });
  }

  private failure(command: string, text: string): RunStoppedError {
    return new RunStoppedError(
      'failed',
      `\`${this.tool.name} ${command}\` failed in ${this.config.directory}: ${text.trim()}`,
    );
  }
}

/** The one that the file names; else Terraform, or OpenTofu where only that is installed. */
function findTool(wanted: TerraformTargetConfig['tool'], context: RunContext): ResolvedTool {
  if (wanted !== 'auto') return context.tool(wanted);
  try {
    return context.tool('terraform');
  } catch (error) {
    try {
      return context.tool('tofu');
    } catch {
      throw error;
    }
  }
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
