import { EventEmitter, l10n, window, type CancellationToken, type Disposable, type LogOutputChannel } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { Message } from '../../../server/src/lsp/protocol';
import { RestartPolicy } from './restart-policy';

/** Where the server is in its life. `failed` is said once, and stays until it is started by hand. */
export type ServerState = 'stopped' | 'starting' | 'running' | 'failed';

/** What a client tells about its server. */
export interface ServerEvents {
  /** The server answers now, or no longer. */
  moved(isRunning: boolean): void;
  /** The server ended by itself. @returns whether it is to be started again */
  ended(): boolean;
}

/** Starts the server when it is first needed, again when it crashed, and never in a loop. */
export class ServerLifecycle implements Disposable {
  private client: BaseLanguageClient | undefined;
  private starting: Promise<BaseLanguageClient> | undefined;
  private readonly started = new EventEmitter<BaseLanguageClient>();
  private readonly changed = new EventEmitter<ServerState>();
  private readonly policy = new RestartPolicy(() => Date.now());
  private current: ServerState = 'stopped';

  /** The server runs (again) and knows nothing yet. */
  readonly onDidStart = this.started.event;
  readonly onDidChangeState = this.changed.event;

  /** @param connect makes the client; called once for each start by hand */
  constructor(
    private readonly connect: (events: ServerEvents) => Promise<BaseLanguageClient>,
    private readonly log: LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** The client, when its server answers. */
  get running(): BaseLanguageClient | undefined {
    return this.current === 'running' ? this.client : undefined;
  }

  /** @throws when the server cannot be started; the user was told then */
  ensureStarted(): Promise<BaseLanguageClient> {
    this.starting ??= this.start();
    return this.starting;
  }

  /** Sends a request of our own protocol, and starts the server for it. */
  async request<Params, Result>(
    message: Message<Params, Result>,
    params: Params,
    token?: CancellationToken,
  ): Promise<Result> {
    const client = await this.ensureStarted();
    return client.sendRequest<Result>(message.method, params, token);
  }

  /** Stops the server and starts it again, whatever happened before. */
  async restart(): Promise<void> {
    this.policy.reset();
    await this.stop();
    await this.ensureStarted();
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.starting = undefined;
    this.move('stopped');
    try {
      await client?.dispose();
    } catch (error) {
      // A server that is gone already cannot say goodbye.
      this.log.debug(`Stopping the language server: ${String(error)}`);
    }
  }

  dispose(): void {
    void this.stop();
    this.started.dispose();
    this.changed.dispose();
  }

  private async start(): Promise<BaseLanguageClient> {
    this.move('starting');
    try {
      // A client that was given up no longer moves this one.
      let isOurs = (): boolean => true;
      const client = await this.connect({
        moved: (isRunning) => {
          if (!isOurs()) return;
          if (isRunning) this.becomeRunning(client);
          else if (this.current === 'running') this.move('starting');
        },
        ended: () => isOurs() && this.mayRestart(),
      });
      this.client = client;
      isOurs = () => this.client === client;
      await client.start();
      if (isOurs()) this.becomeRunning(client);
      return client;
    } catch (error) {
      this.log.error(`The language server did not start: ${String(error)}`);
      this.fail(l10n.t('The language server of Immutable Infra did not start. Files are not checked.'));
      throw error;
    }
  }

  private becomeRunning(client: BaseLanguageClient): void {
    if (this.current === 'running') return;
    this.move('running');
    this.started.fire(client);
  }

  private mayRestart(): boolean {
    if (this.policy.ended()) {
      this.log.warn('The language server ended by itself and is started again.');
      return true;
    }
    this.log.error('The language server was started again five times in three minutes and ended again: it stays down.');
    this.fail(
      l10n.t(
        'The language server of Immutable Infra crashed again after five restarts in three minutes. Files are not checked until you restart it.',
      ),
    );
    return false;
  }

  private fail(message: string): void {
    this.starting = undefined;
    this.move('failed');
    void tell(message, () => this.restart(), this.log);
  }

  private move(state: ServerState): void {
    if (this.current === state) return;
    this.current = state;
    this.changed.fire(state);
  }
}

async function tell(message: string, restart: () => Promise<void>, log: LogOutputChannel): Promise<void> {
  const again = l10n.t('Restart Server');
  const output = l10n.t('Show Output');
  const picked = await window.showErrorMessage(message, again, output);
  if (picked === output) log.show();
  if (picked === again) await restart().catch(() => undefined);
}
