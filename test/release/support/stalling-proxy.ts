import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands before a server of loopback and, when asked, stops in the middle of what a client sends. */
export class StallingProxy {
  /** Of each connection so many bytes get through to the server; the rest waits here. */
  limit = Infinity;
  private readonly sockets = new Set<Socket>();
  private onStall: () => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: () => string,
  ) {
    server.on('connection', (client) => this.forward(client));
  }

  /** @param target `127.0.0.1:5000`, asked for each connection */
  static async start(target: () => string): Promise<StallingProxy> {
    const server = createServer();
    const proxy = new StallingProxy(server, target);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Fulfilled when a client has sent more than the limit. */
  stalled(): Promise<void> {
    return new Promise((resolve) => (this.onStall = resolve));
  }

  /** Ends what hangs; from now on everything gets through. */
  letThrough(): void {
    this.limit = Infinity;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.letThrough();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(client: Socket): void {
    const [host = '', port = ''] = this.target().split(':');
    const upstream = connect(Number(port), host);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    let sent = 0;
    client.on('data', (part: Buffer) => {
      const room = Math.max(0, this.limit - sent);
      sent += part.length;
      upstream.write(part.subarray(0, room));
      if (part.length <= room) return;
      client.pause();
      this.onStall();
    });
    upstream.pipe(client);
  }
}
