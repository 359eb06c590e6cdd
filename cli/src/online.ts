import { createNodeDigestResolver } from '../../server/src/node/digest-resolver';
import type { DigestResolver } from '../../server/src/workspace/digests';
import type { Arguments, OptionSpecs } from './command-line';
import { UsageError } from './exit-codes';
import type { Io } from './io';
import { VERSION } from './version';
import type { Root } from './workspace-root';

/** What the commands take that may ask registries. */
export const ONLINE_OPTIONS = (what: string): OptionSpecs => ({
  online: { type: 'boolean', help: what },
  'insecure-registry': {
    type: 'string',
    multiple: true,
    value: 'HOST',
    help: 'With --online: a registry that is asked over plain HTTP, with its port.',
  },
});

/**
 * The resolver when `--online` was given, else undefined: nothing is asked over the network then.
 *
 * @throws UsageError for --insecure-registry without --online, and for what is no host
 */
export function onlineResolver(args: Arguments, io: Io, root: Root): DigestResolver | undefined {
  const insecure = args.list('insecure-registry');
  if (!args.flag('online')) {
    if (insecure.length > 0) throw new UsageError('--insecure-registry needs --online.');
    return undefined;
  }
  for (const host of insecure) {
    if (!/^[\w.-]+(?::\d{1,5})?$/.test(host)) {
      throw new UsageError(`\`--insecure-registry\` cannot be \`${host}\`: write a host such as registry.local:5000.`);
    }
  }
  return createNodeDigestResolver({
    env: io.env,
    workspaces: [root.directory, io.cwd],
    userAgent: `immutable-infra/${VERSION}`,
    insecure,
  });
}
