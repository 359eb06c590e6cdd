import type { ProcessExecution, Uri } from 'vscode';
import type { startRelease } from './release/start';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';

/** What differs between the desktop and the browser. */
export interface Platform {
  /** Makes the language client. It loads what it needs only now: most windows never lint. */
  createClient(extension: Uri, options: LanguageClientOptions): Promise<BaseLanguageClient>;
  /** Runs the command line in a task; undefined where no process can be started. */
  readonly runCli: ((extension: Uri, args: readonly string[], directory: string) => ProcessExecution) | undefined;
  /** Loads the half that bakes, deploys and rolls back; undefined where no process can be started. */
  readonly loadRelease: (() => Promise<ReleaseEntry>) | undefined;
}

/** What the bundle of the delivery half exports. */
export interface ReleaseEntry {
  readonly startRelease: typeof startRelease;
}
