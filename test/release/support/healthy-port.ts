import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** A port on loopback that answers while the tests of a file run: the health check of a fake world finds it healthy. */
export function listenForHealth(): () => number {
  const server = createServer((socket) => socket.end());
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void server.close());
  return () => (server.address() as AddressInfo).port;
}
