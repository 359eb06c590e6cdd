import { createNodeDigestResolver } from '../node/digest-resolver';
import { nativePath } from './node-files';
import type { DigestHost, DigestResolver } from './runtime';

/** The resolver of digests on Node. It knows the opened folders, so that no program in them is run for credentials. */
export function nodeDigestResolver(host: DigestHost, version: string): DigestResolver {
  let folders = '';
  let current: DigestResolver | undefined;
  return {
    resolve: (reference, signal) => {
      const workspaces = host.folders().map(nativePath);
      if (!current || folders !== workspaces.join('\n')) {
        folders = workspaces.join('\n');
        current = createNodeDigestResolver({
          env: process.env,
          workspaces,
          userAgent: `immutable-infra/${version}`,
          credentials: { credentials: async (registry) => (await host.credentials(registry)) ?? undefined },
        });
      }
      return current.resolve(reference, signal);
    },
  };
}
