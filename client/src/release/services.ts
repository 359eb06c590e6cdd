import type { Event, LogOutputChannel } from 'vscode';
import type { StateRoot } from '../../../release/src/state-root';
import type { ServerLifecycle } from '../server/lifecycle';

/** A folder that releases are delivered from. */
export interface DeliveryFolder {
  /** Absolute: the folder of `immutable.yaml`. */
  readonly folder: string;
  readonly root: StateRoot;
}

/** A plan that a person decides on. */
export interface PlanQuestion {
  readonly folder: DeliveryFolder;
  readonly run: string;
  readonly environment: string;
  /** `sha256:…` */
  readonly plan: string;
}

/** What the documents of delivery work with. */
export interface ReleaseDocumentServices {
  /** Looks for folders deeper in the workspace; the first call does. */
  search(): Promise<void>;
  /** Read anew at every call; a folder whose `immutable.yaml` is broken is among them: its history can be read. */
  folders(): readonly DeliveryFolder[];
  /** Some folder is new, gone, or its pipeline changed. */
  readonly onDidChangeFolders: Event<void>;
  /** Asks as the rules of confirmation say, and hands the decision to the run. */
  decide(question: PlanQuestion, decision: 'approve' | 'discard'): Promise<void>;
  /** False: nothing may run, git neither. */
  isTrusted(): boolean;
  readonly server: Pick<ServerLifecycle, 'request'>;
  readonly log: LogOutputChannel;
}
