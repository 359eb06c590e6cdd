import type { RegistryReference } from './registry-reference';
import type { HttpFailure } from './transport';

/** Something that the user is told, in one or two plain sentences. Never holds a secret, nor text from a server. */
export class DigestProblem extends Error {}

/** The name by which people know a registry. */
export function registryName({ registry }: RegistryReference): string {
  return registry === 'docker.io' ? 'Docker Hub' : registry;
}

/** How to log in: Docker Hub needs no name. */
function loginCommand({ registry }: RegistryReference): string {
  return registry === 'docker.io' ? 'docker login' : `docker login ${registry}`;
}

export function notThere(reference: RegistryReference): DigestProblem {
  return new DigestProblem(
    `${registryName(reference)} has no image \`${reference.text}\`. Check the spelling of its name and tag, or push it first.`,
  );
}

export function refused(reference: RegistryReference, hadCredentials: boolean): DigestProblem {
  const registry = registryName(reference);
  return new DigestProblem(
    hadCredentials
      ? `${registry} refuses to show \`${reference.text}\` with the stored log-in, or has no such image. Run \`${loginCommand(reference)}\` again with an account that may pull it.`
      : `${registry} does not show \`${reference.text}\` without a log-in, or has no such image. Check the name, or run \`${loginCommand(reference)}\`.`,
  );
}

/** @param seconds until the registry wants to be asked again, when it said so */
export function limited(reference: RegistryReference, seconds: number | undefined): DigestProblem {
  const when = seconds === undefined ? 'Try again later' : `Try again in ${duration(seconds)}`;
  return new DigestProblem(
    `${registryName(reference)} was asked too often and did not say the digest of \`${reference.text}\`. ${when}, or run \`${loginCommand(reference)}\`: accounts may ask more often.`,
  );
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.ceil(seconds))} seconds`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`;
}

/** The server answered, but not as the OCI distribution specification has it. */
export function strange(reference: RegistryReference, what: string): DigestProblem {
  return new DigestProblem(
    `${registryName(reference)} did not say the digest of \`${reference.text}\`: ${what}. Check that this is a registry and that no proxy stands in between.`,
  );
}

/** The words for a failure of the connection. */
export function fromFailure(reference: RegistryReference, failure: HttpFailure): DigestProblem {
  const registry = registryName(reference);
  const about = `the digest of \`${reference.text}\` is not known`;
  switch (failure.kind) {
    case 'timeout':
      return new DigestProblem(
        `${registry} did not answer in time, so ${about}. Check the network and the proxy (HTTPS_PROXY), then try again.`,
      );
    case 'cancelled':
      return new DigestProblem(`The look-up of \`${reference.text}\` was cancelled. Start it again to get the digest.`);
    case 'too-large':
      return strange(reference, 'its answer is larger than any manifest may be');
    case 'not-found':
      return new DigestProblem(
        `There is no host \`${reference.host}\`, so ${about}. Check the name of the registry and the network.`,
      );
    case 'certificate':
      return new DigestProblem(
        `The certificate of ${registry} is not trusted, so ${about}. Give its authority in NODE_EXTRA_CA_CERTS.`,
      );
    case 'proxy':
      return new DigestProblem(
        `The proxy does not connect to ${registry}, so ${about}. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`,
      );
    case 'unreachable':
      return new DigestProblem(
        `${registry} cannot be reached, so ${about}. Check the network and the proxy (HTTPS_PROXY), then try again.`,
      );
    case 'broken':
      return new DigestProblem(`${registry} broke off its answer, so ${about}. Try again later.`);
  }
}
