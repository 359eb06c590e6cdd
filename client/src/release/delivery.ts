import type { LogOutputChannel, Memento, Uri } from 'vscode';
import type { Ask } from './ask/ask';
import type { PlanQuestion } from './services';
import type { RunStore, StoredRun } from './runs/run-store';
import type { Pipelines } from './workspace/pipelines';

/** Documents that are shown beside what is asked. */
export interface Documents {
  /** Opens the document of a plan. */
  plan(environment: string, hash: string): Promise<void>;
  /** Opens what a run's tools printed; of one step when it is named. */
  log(run: StoredRun, step?: string): Promise<void>;
  /** Reads the workspace and shows how far the way to immutable infrastructure is. */
  checklist(): Promise<unknown>;
  /** Compares two releases: those of the rows, or ones that are picked. */
  compare(given: unknown, selected: unknown): Promise<void>;
  /** Opens a text that was made just now, as a read-only document. */
  report(name: string, markdown: string): Promise<void>;
}

/** What the commands of delivery work with. */
export interface Delivery {
  readonly extension: Uri;
  /** Of this extension: a run keeps who started it. */
  readonly version: string;
  readonly pipelines: Pipelines;
  readonly runs: RunStore;
  readonly ask: Ask;
  /** Remembers what was picked last time. */
  readonly memory: Memento;
  readonly documents: Documents;
  readonly log: LogOutputChannel;
  /** Shows the progress of a run until it ends, and asks what comes next. */
  attend(run: StoredRun, from?: 'start' | 'now'): void;
  /** Asks as the rules of confirmation say, and hands the decision to the run. */
  decide(question: Pick<PlanQuestion, 'run' | 'plan'>, decision: 'approve' | 'discard'): Promise<void>;
  /** Runs another command of delivery. */
  run(command: string, ...args: readonly unknown[]): Promise<unknown>;
}
