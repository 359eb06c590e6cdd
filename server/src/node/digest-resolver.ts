import {
  ActionResolver,
  isActionReference,
  RegistryResolver,
  type Clock,
  type CredentialSource,
  type DigestResolver,
} from '../workspace/digests';
import { DigestFile, digestFilePath } from './digest-file';
import { DockerCredentials } from './docker-credentials';
import { NodeTransport } from './http-transport';
import { ProxySettings } from './proxy-settings';

export interface NodeDigestOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute paths of the opened folders: no program in them is run as a credential helper. */
  readonly workspaces: readonly string[];
  /** `immutable-infra/0.1.0` */
  readonly userAgent: string;
  /** Asked before the Docker configuration: the editor's secret storage. */
  readonly credentials?: CredentialSource | undefined;
  /** Registries that speak plain HTTP, as written in references. */
  readonly insecure?: Iterable<string> | undefined;
}

/** The resolver of images and actions as Node programs use it. Asks nobody before `resolve` is called. */
export function createNodeDigestResolver(options: NodeDigestOptions): DigestResolver {
  const { env, workspaces, userAgent, insecure } = options;
  const docker = new DockerCredentials({ env, workspaces });
  const own = options.credentials;
  const common = {
    transport: new NodeTransport({ proxies: new ProxySettings(env), userAgent }),
    clock: systemClock,
    store: new DigestFile(digestFilePath(env)),
  };
  const actions = new ActionResolver(common);
  const images = new RegistryResolver({
    ...common,
    credentials: {
      credentials: async (registry) => (await own?.credentials(registry)) ?? (await docker.credentials(registry)),
    },
    insecure,
  });
  return {
    resolve: (reference, signal) => (isActionReference(reference) ? actions : images).resolve(reference, signal),
  };
}

/** Of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
    }),
};
