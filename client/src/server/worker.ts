import { workspace, type Uri } from 'vscode';
import { BrowserMessageReader, BrowserMessageWriter, type MessageTransports } from 'vscode-languageclient/browser';

/** A port that the server can take for its own worker. */
interface Port {
  postMessage(message: unknown): void;
  onmessage: ((event: never) => unknown) | null;
}

/** What browsers have and the types of this project do not: it is written without the DOM's. */
interface BrowserGlobals {
  readonly Worker: new (address: string) => Port;
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
}

/**
 * Starts the server in a worker of its own. Where the editor refuses one (an extension that is installed on a remote and
 * runs in the browser), the server runs beside the client, in the extension host.
 */
export async function connectServer(script: Uri): Promise<MessageTransports> {
  const { Worker, MessageChannel } = globalThis as unknown as BrowserGlobals;
  try {
    return transports(new Worker(script.toString(true)));
  } catch {
    // Refused: another origin, or a policy.
  }
  const { port1, port2 } = new MessageChannel();
  runInProcess(await readScript(script), port1);
  return transports(port2);
}

/** Web extensions come over HTTP, or from a remote that only the editor can read. */
async function readScript(script: Uri): Promise<string> {
  if (!/^https?$/.test(script.scheme)) return new TextDecoder().decode(await workspace.fs.readFile(script));
  const response = await fetch(script.toString(true));
  if (!response.ok) throw new Error(`${script.toString(true)} answered ${response.status}`);
  return response.text();
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
