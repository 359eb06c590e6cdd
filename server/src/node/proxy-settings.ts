import { BlockList, isIP } from 'node:net';

/** Which proxy stands before an address, from the variables that most programs read. */
export class ProxySettings {
  private readonly env: Readonly<Record<string, string | undefined>>;

  /** @param env HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in either case */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.env = env;
  }

  /** Undefined for a direct connection. This machine is never reached through a proxy. */
  proxyFor(url: URL): URL | undefined {
    if (isThisMachine(url.hostname) || this.isExcepted(url)) return undefined;
    const isTls = url.protocol === 'https:';
    const own = isTls ? this.read('https_proxy') : this.httpProxy();
    const text = own ?? this.read('all_proxy');
    if (text === undefined) return undefined;
    const proxy = parse(text.includes('://') ? text : `http://${text}`);
    return proxy && /^https?:$/.test(proxy.protocol) ? proxy : undefined;
  }

  /** In a CGI program HTTP_PROXY is a header of the request, set by anybody (httpoxy.org). */
  private httpProxy(): string | undefined {
    return this.env['REQUEST_METHOD'] === undefined ? this.read('http_proxy') : this.env['http_proxy'];
  }

  private read(name: string): string | undefined {
    const value = this.env[name] ?? this.env[name.toUpperCase()];
    return value === undefined || value.trim() === '' ? undefined : value.trim();
  }

  private isExcepted(url: URL): boolean {
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    return (this.read('no_proxy') ?? '').split(/[\s,]+/).some((entry) => matches(entry.toLowerCase(), host, port));
  }
}

/** `*`, `host`, `.domain`, `*.domain`, `host:port`, an address, or a network such as `10.0.0.0/8`. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const network = /^([\da-f.:]+)\/(\d{1,3})$/.exec(entry);
  if (network) return isInNetwork(host, network[1] ?? '', Number(network[2]));
  if (isIP(entry) !== 0) return entry === host;
  const [, name = '', ownPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (ownPort !== undefined && ownPort !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return host === domain || host.endsWith(`.${domain}`);
}

function isInNetwork(host: string, network: string, prefix: number): boolean {
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(host) !== isIP(network) || prefix > (family === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(host, family);
}

function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
