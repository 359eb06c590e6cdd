import { EventEmitter, l10n, window, type CancellationToken, type Disposable, type LogOutputChannel } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { Message } from '../../../server/src/lsp/protocol';
import { RestartPolicy } from './restart-policy';

/** Where the server is in its life. `failed` is said once, and stays until it is started by hand. */
export type ServerState = 'stopped' | 'starting' | 'running' | 'failed';

/** What a client tells about its server. */
export interface ServerEvents {
  /** The server answers. It was told nothing yet: whoever answers its questions has to be there from here on. */
  answers(): void;
  /** The server ended by itself. */
  ended(): void;
}

/** Starts the server when it is first needed, again when it crashed, and never in a loop. */
export class ServerLifecycle implements Disposable {
  private client: BaseLanguageClient | undefined;
  private starting: Promise<BaseLanguageClient> | undefined;
  /** Counts starts: an older one no longer says where the server is. */
  private attempt = 0;
  private readonly started = new EventEmitter<BaseLanguageClient>();
  private readonly changed = new EventEmitter<ServerState>();
  private readonly policy = new RestartPolicy(() => Date.now());
  private current: ServerState = 'stopped';

  /** The server runs (again) and knows nothing yet. */
  readonly onDidStart = this.started.event;
  readonly onDidChangeState = this.changed.event;

  /** @param connect makes a client; called for each start */
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
    this.attempt++;
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
    for (;;) {
      const attempt = ++this.attempt;
      const client = await this.launch(attempt);
      if (client) return client;
      // Somebody stopped the server meanwhile, or started it anew: this start is nobody's any more.
      if (attempt !== this.attempt || this.current === 'failed')
        throw new Error('The start of the language server was given up.');
      if (!this.mayRestart()) throw new Error(l10n.t('The language server is not running.'));
    }
  }

  /** @returns undefined when the server ended before it answered */
  private async launch(attempt: number): Promise<BaseLanguageClient | undefined> {
    let client: BaseLanguageClient | undefined;
    let isOver = false;
    try {
      client = await this.connect({
        answers: () => {
          if (client && attempt === this.attempt && !isOver) this.becomeRunning(client);
        },
        ended: () => {
          isOver = true;
          if (this.current === 'running' && attempt === this.attempt) this.startAgain();
        },
      });
      if (attempt === this.attempt) this.client = client;
      await client.start();
      if (attempt === this.attempt && !isOver) {
        this.becomeRunning(client);
        return client;
      }
    } catch (error) {
      this.log.error(`The language server did not start: ${String(error)}`);
    }
    await client?.dispose().catch(() => undefined);
    return undefined;
  }

  private becomeRunning(client: BaseLanguageClient): void {
    if (this.current === 'running') return;
    this.move('running');
    this.started.fire(client);
  }

  /** The running server ended by itself. */
  private startAgain(): void {
    this.client = undefined;
    this.starting = undefined;
    this.move('starting');
    // When it cannot be started the user was told.
    if (this.mayRestart()) this.ensureStarted().catch(() => undefined);
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
