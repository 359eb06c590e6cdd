import type { CancelSignal } from './platform';

/** Says which digest a registry has for a reference now. */
export interface DigestResolver {
  /**
   * @param reference as written: `nginx:1.27`, `ghcr.io/acme/api:2.4.1`; where actions can be looked up, `owner/repo@v4`.
   * With a digest behind the tag, the tag is looked up
   * @param signal an `AbortSignal`
   * @returns the digest of the multi-arch index when there is one, else of the manifest; the commit of an action; or one or two plain sentences.
   * Never throws
   */
  resolve(
    reference: string,
    signal?: CancelSignal,
  ): Promise<{ readonly digest: string } | { readonly problem: string }>;
}

export { ActionResolver, isActionReference } from './action-commits';
export { pinned, resolveOnlineFix, type ResolvedFix } from './online-edits';
export type { CancelSignal } from './platform';
export { RegistryResolver, type RegistryResolverOptions } from './registry-resolver';
export {
  HttpFailure,
  type Clock,
  type CredentialSource,
  type Credentials,
  type DigestStore,
  type HttpFailureKind,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
  type KnownDigest,
} from './transport';
