import type { Fix, TextEdit } from '../../core/finding';
import { parseImageReference } from '../../model/image-reference';
import { isActionReference } from './action-commits';
import type { DigestResolver } from './index';
import type { CancelSignal } from './platform';

/** The edits of a fix, or why there are none. */
export type ResolvedFix = { readonly edits: readonly TextEdit[] } | { readonly problem: string };

/**
 * Turns a fix that must ask a registry into edits. The tag stays: `nginx:1.27` becomes `nginx:1.27@sha256:…`, so that people
 * and update bots still see what was meant.
 */
export async function resolveOnlineFix(
  fix: Fix,
  resolver: DigestResolver,
  signal?: CancelSignal,
): Promise<ResolvedFix> {
  if (!fix.resolve) return { edits: fix.edits };
  const { image, at } = fix.resolve;
  const answer = await resolver.resolve(image, signal);
  return 'problem' in answer ? answer : { edits: [{ at, text: pinned(image, answer.digest) }] };
}

/**
 * The reference with its tag and a digest. Without a tag, `latest` is written: it is what the digest was found by. An action
 * keeps its version as a comment, where Renovate and Dependabot look for it: `owner/repo@<commit> # v4`.
 */
export function pinned(image: string, digest: string): string {
  if (isActionReference(image)) {
    const at = image.indexOf('@');
    return `${image.slice(0, at)}@${digest} # ${image.slice(at + 1)}`;
  }
  const reference = parseImageReference(image);
  const name = reference?.name ?? image;
  return `${name}:${reference?.tag ?? 'latest'}@${digest}`;
}
