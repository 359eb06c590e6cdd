import { HOLE } from '../../core/mapped-text';
import { isValidDigest, parseImageReference } from '../../model/image-reference';
import { DigestProblem } from './problem';

/** A reference whose tag a registry can be asked for. */
export interface RegistryReference {
  /** As written, for messages. */
  readonly text: string;
  /** As credentials are stored for it: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** Host that speaks the API, with its port. */
  readonly host: string;
  readonly scheme: 'https' | 'http';
  /** `library/nginx` */
  readonly repository: string;
  readonly tag: string;
}

/** Docker Hub's API lives on another host than its name (docs.docker.com/docker-hub/api). */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/** A host name or IPv4 address, with a port or without. */
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?(?::\d{1,5})?$/;

/** OCI distribution specification, "Pulling manifests": `<name>` and `<reference>`. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/**
 * Reads a reference as `docker pull` does: no registry means Docker Hub, no tag means `latest`.
 *
 * @param insecure registries that speak plain HTTP, as written in references; those on loopback always may
 * @throws DigestProblem when there is nothing to ask for
 */
export function registryReference(text: string, insecure: ReadonlySet<string>): RegistryReference {
  const reference = text.length <= 512 ? parseImageReference(text) : undefined;
  const shown = text.length <= 200 ? text.replaceAll(HOLE, '…') : `${text.slice(0, 200)}…`;
  if (!reference || text.includes(HOLE)) {
    throw new DigestProblem(
      `\`${shown}\` is not a complete image reference, so no registry can be asked for it. Write it as name:tag.`,
    );
  }
  if (reference.digest !== undefined && (reference.tag === undefined || !isValidDigest(reference.digest))) {
    throw new DigestProblem(`\`${shown}\` has no tag to look up besides its digest. Write it as name:tag.`);
  }
  const slash = reference.repository.indexOf('/');
  const registry = reference.repository.slice(0, slash);
  const repository = reference.repository.slice(slash + 1);
  if (!HOST.test(registry) || !REPOSITORY.test(repository) || repository.length > 255) {
    throw new DigestProblem(`\`${shown}\` is no name that a registry can have. Write it as registry/name:tag.`);
  }
  const isPlain = insecure.has(registry) || isLoopback(registry);
  return {
    text: shown,
    registry,
    host: registry === 'docker.io' ? DOCKER_HUB_HOST : registry.toLowerCase(),
    scheme: isPlain ? 'http' : 'https',
    repository,
    tag: reference.tag ?? 'latest',
  };
}

/** True for this machine: `localhost`, 127.0.0.0/8 and `[::1]`, with a port or without. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}

/** True for loopback, link-local and private addresses written as numbers (RFC 1918, RFC 3927, RFC 4193). */
export function isInternalHost(host: string): boolean {
  return (
    isLoopback(host) ||
    /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+(?::\d+)?$/.test(host) ||
    /^\[(?:::|f[cd]|fe[89ab])/i.test(host)
  );
}
