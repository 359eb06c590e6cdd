import { workspace, type Uri } from 'vscode';
import { BrowserMessageReader, BrowserMessageWriter, type MessageTransports } from 'vscode-languageclient/browser';

/** A port that the server can take for its own worker. */
interface Port {
  postMessage(message: unknown): void;
  onmessage: ((event: never) => unknown) | null;
}

/** What browsers have and the types of this project do not: it is written without the DOM's. */
interface BrowserGlobals {
  readonly Worker?: (new (address: string) => Port) | undefined;
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
}

/**
 * Starts the server in a worker of its own. Where the editor refuses one (an extension that is installed on a remote and
 * runs in the browser), the server runs beside the client, in the extension host.
 */
export async function connectServer(script: Uri): Promise<MessageTransports> {
  const { Worker, MessageChannel } = globalThis as unknown as BrowserGlobals;
  if (Worker) {
    try {
      return transports(new Worker(script.toString(true)));
    } catch {
      // Refused: another origin, or a policy.
    }
  }
  const { port1, port2 } = new MessageChannel();
  const code = new TextDecoder().decode(await workspace.fs.readFile(script));
  runInProcess(code, port1);
  return transports(port2);
}

/** The bundle is a classic script that talks to `self`: it is given a port for it. */
function runInProcess(code: string, self: Port): void {
  const run: (self: Port) => void = Reflect.construct(Function, ['self', code]) as never;
  run(self);
}

function transports(port: Port): MessageTransports {
  // The library's types are the DOM's.
  return { reader: new BrowserMessageReader(port), writer: new BrowserMessageWriter(port) };
}
