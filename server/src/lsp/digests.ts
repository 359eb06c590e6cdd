import type { CancellationToken } from 'vscode-languageserver';
import { parseImageReference } from '../model/image-reference';
import { ACTION_HOST, isActionReference } from '../workspace/digests/action-commits';
import type { Settings } from './protocol';
import type { DigestResolver } from './runtime';

/** What a registry said about a reference. */
export type DigestAnswer = { readonly digest: string } | { readonly problem: string };

/** Asks registries, where the user allows it and nowhere else. */
export class Digests {
  /**
   * @param resolver absent where there is no network to ask
   * @param isTrusted false: what the workspace names may be anything, so nobody is asked
   */
  constructor(
    private readonly resolver: DigestResolver | undefined,
    private readonly isTrusted: () => boolean,
  ) {}

  /** Whether fixes that ask a registry are offered at all. */
  isAllowed({ digests }: Settings): boolean {
    return this.resolver !== undefined && digests.enable && this.isTrusted();
  }

  /** Asks for one reference. Never throws; a problem is one or two plain sentences. */
  async resolve(image: string, settings: Settings, token: CancellationToken): Promise<DigestAnswer> {
    if (!this.resolver) return { problem: 'This editor cannot ask registries.' };
    if (!settings.digests.enable)
      return { problem: 'Registries are asked only when the setting `immutableInfra.digests.enable` is on.' };
    if (!this.isTrusted()) return { problem: 'Trust this workspace first: it names the registries that are asked.' };
    const host = hostOf(image);
    const registries = settings.digests.registries.map((name) => name.toLowerCase());
    if (registries.length > 0 && (host === undefined || !registries.includes(host)))
      return { problem: `The setting \`immutableInfra.digests.registries\` does not name ${host ?? image}.` };
    return this.resolver.resolve(image, signalOf(token));
  }
}

/** Who is asked about a reference, by the name that people know: `docker.io`, `ghcr.io`, `github.com` for actions. */
function hostOf(reference: string): string | undefined {
  if (isActionReference(reference)) return ACTION_HOST;
  return parseImageReference(reference)?.repository.split('/')[0]?.toLowerCase();
}

/** The signal that fires when the client no longer waits. */
function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
