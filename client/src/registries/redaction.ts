import type { LogOutputChannel } from 'vscode';

/** A password in a message of the protocol, as JSON has it. */
const SECRET = /("password"\s*:\s*)"(?:[^"\\]|\\.)*"/g;

/** A text for a log, without the passwords of the messages in it. */
export function redacted(text: string): string {
  return text.replace(SECRET, '$1"…"');
}

/**
 * The channel as the client library traces to it: with `trace.server` at `verbose` every message is written in full, also
 * the one that brings credentials to the server.
 */
export function withoutSecrets(log: LogOutputChannel): LogOutputChannel {
  const trace = (text: string, ...values: unknown[]): void => log.trace(redacted(text), ...values);
  // The editor's own object is frozen: a proxy for it could not answer otherwise than it does.
  return new Proxy({} as LogOutputChannel, {
    get: (_none, name) => {
      if (name === 'trace') return trace;
      const value: unknown = Reflect.get(log, name);
      return typeof value === 'function' ? (value.bind(log) as unknown) : value;
    },
  });
}
