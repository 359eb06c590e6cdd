import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../durable/canonical-json';
import { createDurably, isCode, makeDirectory, removeIfThere } from '../../durable/files';
import { isWrittenAfter } from '../../durable/written-after';
import { planDirectory } from '../../run/live-context';

/** Files that hold secrets in clear: saved plans, and variables of Terraform and Packer. */
const SECRET_FILES = /\.(tfplan|tfvars\.json|pkrvars\.json)$/;

/** The private files of one saved plan (release-engine.md §3.10). */
export class PlanFiles {
  private constructor(
    private readonly directory: string,
    /** Names the plan within its run. */
    readonly label: string,
  ) {}

  /** New files for a plan. The empty file is there first, because Terraform keeps the mode of a file that exists. */
  static create(runDirectory: string, what: string, variables: JsonObject): PlanFiles {
    const directory = planDirectory(runDirectory);
    makeDirectory(directory);
    const files = new PlanFiles(directory, `${what}-${randomBytes(4).toString('hex')}`);
    createDurably(files.plan, '');
    createDurably(files.variables, JSON.stringify(variables));
    return files;
  }

  static of(runDirectory: string, label: string): PlanFiles {
    return new PlanFiles(planDirectory(runDirectory), label);
  }

  get plan(): string {
    return join(this.directory, `${this.label}.tfplan`);
  }

  get variables(): string {
    return join(this.directory, `${this.label}.tfvars.json`);
  }

  /** A second plan with the same variables, which tells what is left to do. */
  get check(): string {
    return join(this.directory, `${this.label}-check.tfplan`);
  }

  private get consumed(): string {
    return join(this.directory, `${this.label}.consumed`);
  }

  get isConsumed(): boolean {
    return existsSync(this.consumed);
  }

  /** Marks the plan as used, for good. @returns false when it was used before */
  consume(): boolean {
    try {
      createDurably(this.consumed, '');
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    }
  }

  /** True when a log was written to after the plan was marked as used. */
  wasConsumedBefore(log: string): boolean {
    return isWrittenAfter(log, this.consumed);
  }

  /** `sha256:…` of the binary plan: what is approved. Undefined when there is none. */
  hash(): string | undefined {
    if (!existsSync(this.plan)) return undefined;
    return `sha256:${createHash('sha256').update(readFileSync(this.plan)).digest('hex')}`;
  }

  makeCheck(): void {
    removeIfThere(this.check);
    createDurably(this.check, '');
  }

  removePlans(): void {
    removeIfThere(this.plan);
    removeIfThere(this.check);
  }
}

/**
 * Deletes what of a run holds secrets in clear: saved plans and variables. To be called when the run is closed; until
 * then the variables are needed to find out what an interrupted apply did.
 */
export function discardPlans(runDirectory: string): void {
  const directory = planDirectory(runDirectory);
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory)) if (SECRET_FILES.test(name)) removeIfThere(join(directory, name));
}
