import { isValidDigest } from '../../model/image-reference';
import type { Authorizer, Grant } from './authorization';
import type { HostGate } from './host-gate';
import { decodeUtf8, hashOf, type CancelSignal } from './platform';
import { notThere, refused, strange } from './problem';
import { BadRedirect, requestFollowing, type FollowedResponse } from './redirects';
import type { RegistryReference } from './registry-reference';
import { askPatiently } from './retry';
import type { Clock, HttpRequest, HttpTransport } from './transport';

/** An index is named first: it holds the images of all platforms, so its digest is the one that pins them all. */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

/** The distribution specification lets registries refuse larger manifests. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/** For the headers of a HEAD. */
const MAX_HEAD_BYTES = 64 * 1024;

export interface Surroundings {
  readonly transport: HttpTransport;
  readonly authorizer: Authorizer;
  readonly gate: HostGate;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Asks a registry for the digest behind a tag: `HEAD /v2/<name>/manifests/<tag>`, or `GET` with the hash of the body when
 * HEAD does not say (OCI distribution specification v1.1, "Pulling manifests").
 *
 * @throws DigestProblem, or HttpFailure when there was no answer
 */
export async function manifestDigest(
  reference: RegistryReference,
  around: Surroundings,
  signal: CancelSignal | undefined,
): Promise<string> {
  const head = await askManifest('HEAD', reference, around, signal);
  if (head.status === 200) {
    const digest = head.headers['docker-content-digest'];
    if (digest !== undefined && isValidDigest(digest) && isManifestType(head)) return digest;
  } else if (head.status !== 405 && head.status !== 501) {
    throw unexpected(head, reference);
  }
  const manifest = await readManifest(reference, around, signal);
  if (!manifest) throw notThere(reference);
  return manifest.digest;
}

/** A manifest or index, with the digest of its bytes. */
export interface ReadManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
}

/**
 * Reads what stands behind a tag or digest: `GET /v2/<name>/manifests/<reference>`. The bytes are hashed, so a registry
 * cannot name one digest and send another image.
 *
 * @returns undefined when the registry has none
 * @throws DigestProblem, or HttpFailure when there was no answer
 */
export async function readManifest(
  reference: RegistryReference,
  around: Surroundings,
  signal: CancelSignal | undefined,
): Promise<ReadManifest | undefined> {
  const got = await askManifest('GET', reference, around, signal);
  if (got.status === 404) return undefined;
  if (got.status !== 200) throw unexpected(got, reference);
  if (!isManifestType(got) || !isManifest(got.body)) throw strange(reference, 'its answer is no image manifest');
  const named = got.headers['docker-content-digest'];
  const wanted = isValidDigest(reference.tag) ? reference.tag : named;
  const algorithm = wanted?.startsWith('sha512:') ? 'sha512' : 'sha256';
  const digest = await hashOf(got.body, algorithm);
  if ((wanted !== undefined && wanted !== digest) || (named?.startsWith(`${algorithm}:`) && named !== digest)) {
    throw strange(reference, 'the digest that it names is not the one of what it sent');
  }
  return { digest, mediaType: mediaTypeOf(got), body: got.body };
}

async function askManifest(
  method: 'HEAD' | 'GET',
  reference: RegistryReference,
  around: Surroundings,
  signal: CancelSignal | undefined,
): Promise<FollowedResponse & { readonly hadCredentials: boolean }> {
  const { authorizer } = around;
  const { scheme, host, repository, tag } = reference;
  const ask = (request: HttpRequest): Promise<FollowedResponse> => askOnce(request, reference, around, signal);
  const send = (grant: Grant | undefined): Promise<FollowedResponse> =>
    ask({
      method,
      url: `${scheme}://${host}/v2/${repository}/manifests/${tag}`,
      headers: { accept: MANIFEST_TYPES.join(', '), ...(grant ? { authorization: grant.header } : {}) },
      maxBytes: method === 'HEAD' ? MAX_HEAD_BYTES : MAX_MANIFEST_BYTES,
      timeoutMs: around.timeoutMs,
      signal,
    });

  const known = authorizer.known(reference);
  const first = await send(known);
  if (first.status !== 401) return { ...first, hadCredentials: known?.hadCredentials ?? false };
  authorizer.forget(reference);
  // Whoever stands at the end of a redirect is given nothing.
  if (first.isElsewhere) throw refused(reference, false);
  const grant = await authorizer.answer(first.headers['www-authenticate'], reference, ask, signal);
  const second = await send(grant);
  if (second.status === 401) authorizer.forget(reference);
  return { ...second, hadCredentials: grant.hadCredentials };
}

async function askOnce(
  request: HttpRequest,
  reference: RegistryReference,
  { transport, gate, clock }: Surroundings,
  signal: CancelSignal | undefined,
): Promise<FollowedResponse> {
  try {
    return await askPatiently(() => requestFollowing(transport, request), reference, gate, clock, signal);
  } catch (error) {
    if (error instanceof BadRedirect) throw strange(reference, error.message);
    throw error;
  }
}

function unexpected(
  { status, hadCredentials }: FollowedResponse & { readonly hadCredentials: boolean },
  reference: RegistryReference,
): Error {
  if (status === 404) return notThere(reference);
  if (status === 401 || status === 403) return refused(reference, hadCredentials);
  return strange(reference, `it answered with HTTP ${status}`);
}

function mediaTypeOf({ headers }: FollowedResponse): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function isManifestType(response: FollowedResponse): boolean {
  return MANIFEST_TYPES.some((known) => known === mediaTypeOf(response));
}

/** Every manifest and index says so (`schemaVersion`, required by both specifications). */
function isManifest(body: Uint8Array): boolean {
  try {
    const json: unknown = JSON.parse(decodeUtf8(body) ?? '');
    return typeof json === 'object' && json !== null && (json as Record<string, unknown>)['schemaVersion'] === 2;
  } catch {
    return false;
  }
}
