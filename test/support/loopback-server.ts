import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { NodeTransport } from '../../server/src/node/http-transport';
import { ProxySettings } from '../../server/src/node/proxy-settings';

export interface Loopback {
  /** `127.0.0.1:40123` */
  readonly host: string;
  /** What was asked, with the `Authorization` header when there was one. */
  readonly log: string[];
}

/** A server on loopback that ends with the test. */
export async function serve(listener: RequestListener): Promise<Loopback> {
  const log: string[] = [];
  const server = createServer((request, response) => {
    log.push(lineOf(request));
    listener(request, response);
  });
  return { host: await listen(server), log };
}

/** A server that speaks raw bytes. */
export async function serveRaw(onSocket: (socket: Socket) => void): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    }),
  );
}

function lineOf({ method, url, headers }: IncomingMessage): string {
  const { authorization } = headers;
  return `${method ?? ''} ${url ?? ''}${authorization === undefined ? '' : ` with ${authorization}`}`;
}

/** Listens on a free port until the test ends; every connection is closed then. */
export async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The real transport, with the proxies of the given variables. */
export function nodeTransport(env: Readonly<Record<string, string>> = {}, ca?: string): NodeTransport {
  return new NodeTransport({ proxies: new ProxySettings(env), userAgent: 'immutable-infra/test', ca });
}
