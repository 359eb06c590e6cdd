import { join } from 'node:path';
import type { CommandLine } from '../config/types';
import { readIfThere, writeDurably } from '../durable/files';
import type { ProcessIdentity } from '../machine/process-identity';
import type { Secret } from '../secrets/redactor';

/** What a step's directory holds. Everything in it is masked already. */
export class StepFiles {
  constructor(readonly directory: string) {}

  /** What the tool printed, both streams in order of arrival. */
  get output(): string {
    return join(this.directory, 'out.log');
  }

  /** Standard output alone, for parsers. */
  get standardOutput(): string {
    return join(this.directory, 'stdout.log');
  }

  /** Made before the one signal is sent, so that no second one ever is. */
  get interrupted(): string {
    return join(this.directory, 'interrupted');
  }

  /** Room for `rc.json` on a full disk. */
  get reserve(): string {
    return join(this.directory, 'rc.reserve');
  }

  /** Name of the tool: it decides how the step is cancelled, by whoever waits for it. */
  toolName(): string {
    return readIfThere(join(this.directory, 'tool')) ?? '';
  }

  setToolName(name: string): void {
    writeDurably(join(this.directory, 'tool'), name);
  }

  processes(): StepProcesses | undefined {
    return this.readJson('pid.json') as StepProcesses | undefined;
  }

  setProcesses(processes: StepProcesses): void {
    writeDurably(join(this.directory, 'pid.json'), JSON.stringify(processes));
  }

  end(): StepEnd | undefined {
    return this.readJson('rc.json') as StepEnd | undefined;
  }

  setEnd(end: StepEnd): void {
    writeDurably(join(this.directory, 'rc.json'), JSON.stringify(end));
  }

  private readJson(name: string): unknown {
    const text = readIfThere(join(this.directory, name));
    return text === undefined ? undefined : JSON.parse(text);
  }
}

export interface StepProcesses {
  readonly runner: ProcessIdentity;
  /** The tool; it leads a process group of its own. */
  readonly tool: ProcessIdentity | undefined;
}

/** How the tool ended: a code, a signal, or an error that kept it from starting. */
export interface StepEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error: string | null;
}

/** What the step runner is told, through a pipe: nothing of it is on the disk. */
export interface StepOrder {
  readonly directory: string;
  /** The first word is an absolute path. */
  readonly command: CommandLine;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
}
