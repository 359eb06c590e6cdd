import type { Connection } from 'vscode-languageserver';

/** What is said to the log of the client. What repeats is said once. */
export class Log {
  private readonly said = new Set<string>();

  constructor(private readonly connection: Pick<Connection, 'console'>) {}

  info(message: string): void {
    this.connection.console.info(message);
  }

  /** Says something once in the life of the server. */
  warnOnce(key: string, message: string): void {
    if (this.isNew(key)) this.connection.console.warn(message);
  }

  /** Says once that something inside us failed, with the stack. */
  errorOnce(key: string, message: string, error: unknown): void {
    if (!this.isNew(key)) return;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.connection.console.error(`${message}\n${detail}`);
  }

  private isNew(key: string): boolean {
    if (this.said.has(key)) return false;
    // A bound, so that a server that runs for months cannot grow by its log.
    if (this.said.size > 1000) this.said.clear();
    this.said.add(key);
    return true;
  }
}
