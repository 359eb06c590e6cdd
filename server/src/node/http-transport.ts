import {
  request as plainRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import {
  HttpFailure,
  type HttpFailureKind,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from '../workspace/digests';
import { failureOf } from './http-failure';
import type { ProxySettings } from './proxy-settings';

export interface NodeTransportOptions {
  readonly proxies: ProxySettings;
  readonly userAgent: string;
  /** Certificate authority besides those of Node (PEM). */
  readonly ca?: string | undefined;
}

/** Larger headers end the connection. */
const MAX_HEADERS = 16 * 1024;

/** HTTP over Node's own modules, through a proxy where the environment names one. Follows no redirect. */
export class NodeTransport implements HttpTransport {
  constructor(private readonly options: NodeTransportOptions) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const controller = new AbortController();
    const stop = (kind: HttpFailureKind): void => controller.abort(new HttpFailure(kind, kind));
    const cancel = (): void => stop('cancelled');
    const timer = setTimeout(() => stop('timeout'), request.timeoutMs);
    request.signal?.addEventListener('abort', cancel);
    if (request.signal?.aborted) cancel();
    try {
      return await this.exchange(request, controller.signal);
    } catch (error) {
      throw failureOf(controller.signal.aborted ? controller.signal.reason : error);
    } finally {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', cancel);
    }
  }

  private async exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    const client = await this.open(new URL(request.url), request, signal);
    const answer = responseOf(client);
    client.end(request.body);
    const response = await answer;
    try {
      return { status: response.statusCode ?? 0, headers: headersOf(response), body: await bodyOf(response, request) };
    } finally {
      client.destroy();
    }
  }

  private async open(url: URL, { method, headers, body }: HttpRequest, signal: AbortSignal): Promise<ClientRequest> {
    const own = {
      method,
      // A connection of its own: none is left open that would keep the program running.
      agent: false,
      signal,
      maxHeaderSize: MAX_HEADERS,
      headers: {
        'user-agent': this.options.userAgent,
        // The hash of a manifest is that of its bytes as stored.
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    } satisfies RequestOptions;
    const proxy = this.options.proxies.proxyFor(url);
    if (url.protocol === 'http:') return proxy ? this.throughProxy(proxy, url, own) : plainRequest(url, own);
    const { ca } = this.options;
    const authority = ca === undefined ? {} : { ca };
    if (!proxy) return tlsRequest(url, { ...own, ...authority });
    const socket = await this.tunnel(proxy, url, signal);
    // Addresses are no server names (RFC 6066); `host` is what the certificate must be for.
    const name = isIP(url.hostname) === 0 ? { servername: url.hostname } : {};
    const createConnection = (): Socket => tlsConnect({ socket, host: url.hostname, ...name, ...authority });
    // An agent would make a connection itself.
    return tlsRequest(url, { ...own, agent: undefined, createConnection });
  }

  /** A proxy forwards plain HTTP itself. */
  private throughProxy(
    proxy: URL,
    url: URL,
    own: Omit<RequestOptions, 'headers'> & { readonly headers: OutgoingHttpHeaders },
  ): ClientRequest {
    const headers = { ...own.headers, host: url.host, ...proxyAuthorization(proxy) };
    const open = proxy.protocol === 'https:' ? tlsRequest : plainRequest;
    return open(proxy, { ...own, headers, path: url.href });
  }

  /** A connection through the proxy (CONNECT, RFC 9110 section 9.3.6): TLS goes end to end inside. */
  private tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
    const target = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
    const open = proxy.protocol === 'https:' ? tlsRequest : plainRequest;
    const client = open(proxy, {
      method: 'CONNECT',
      path: target,
      agent: false,
      signal,
      maxHeaderSize: MAX_HEADERS,
      headers: { host: target, 'user-agent': this.options.userAgent, ...proxyAuthorization(proxy) },
    });
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(new HttpFailure('proxy', 'CONNECT failed'));
      client.once('connect', (response, socket) => {
        if (response.statusCode === 200) return resolve(socket);
        socket.destroy();
        fail();
      });
      client.once('response', (response) => {
        response.destroy();
        fail();
      });
      client.once('error', fail);
      client.end();
    });
  }
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

function responseOf(client: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    client.once('response', resolve);
    // Stays: destroying a request that is not finished is told as an error too.
    client.on('error', reject);
  });
}

function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

async function bodyOf(response: IncomingMessage, { method, maxBytes }: HttpRequest): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  if (method !== 'HEAD' && Number(response.headers['content-length'] ?? 0) > maxBytes) {
    throw new HttpFailure('too-large', 'announced body');
  }
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBytes) throw new HttpFailure('too-large', 'body');
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
