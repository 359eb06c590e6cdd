/*
 * The addresses that a `module` block may have as its source. Source: Terraform documentation, "Module Sources", and the
 * detectors of go-getter that it names (pitfalls P13, P14).
 */

export type ModuleSource =
  | { readonly type: 'local' }
  | { readonly type: 'registry' }
  /** Git or Mercurial. `ref` is undefined when the address has none. */
  | { readonly type: 'repository'; readonly kind: 'git' | 'hg'; readonly ref: string | undefined }
  | { readonly type: 'archive'; readonly path: string; readonly checksum: boolean }
  | { readonly type: 'unknown' };

const REGISTRY = /^(?:[a-z0-9][a-z0-9.-]*\.[a-z]{2,}(?::\d+)?\/)?[\w-]+\/[\w-]+\/[a-z0-9-]+(?:\/\/.*)?$/i;

/** Hosts whose bare addresses (`github.com/acme/vpc`) are cloned. */
const CLONED = /^(?:www\.)?(?:github\.com|bitbucket\.org|gitlab\.com)\//i;

/** Kind of a module's source address. OCI images and anything else that we do not know are `unknown`. */
export function parseModuleSource(address: string): ModuleSource {
  const text = address.trim();
  if (/^\.\.?(\/|\\|$)/.test(text) || text.startsWith('/') || /^[A-Za-z]:[\\/]/.test(text)) return { type: 'local' };
  const forced = /^(git|hg|s3|gcs|http|https|file)::/.exec(text)?.[1];
  const rest = forced === undefined ? text : text.slice(forced.length + 2);
  if (forced === 'git' || forced === 'hg') return repository(forced, rest);
  if (forced === 'file') return { type: 'local' };
  if (forced === 's3' || forced === 'gcs') return archive(rest);
  if (/^(ssh|git):\/\//.test(rest) || /^[\w.-]+@[\w.-]+:/.test(rest)) return repository('git', rest);
  if (/^https?:\/\//.test(rest)) {
    // Only GitHub is cloned from a plain https address without `.git`.
    const [, host = ''] = /^https?:\/\/([^/]+)/.exec(rest) ?? [];
    const path = withoutQuery(rest);
    if (/^(www\.)?github\.com$/i.test(host) && !isArchive(path)) return repository('git', rest);
    if (/\.git(\/\/|\/|$)/.test(path)) return repository('git', rest);
    return isArchive(path) || query(rest, 'archive') !== undefined ? archive(rest) : { type: 'unknown' };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(rest)) return { type: 'unknown' };
  if (CLONED.test(rest)) return repository('git', rest);
  if (/(^|\.)s3[.-][a-z0-9.-]*amazonaws\.com\/|^www\.googleapis\.com\/storage\//.test(rest)) return archive(rest);
  if (REGISTRY.test(withoutQuery(rest))) return { type: 'registry' };
  return { type: 'unknown' };
}

function repository(kind: 'git' | 'hg', address: string): ModuleSource {
  return { type: 'repository', kind, ref: query(address, kind === 'git' ? 'ref' : 'rev') };
}

function archive(address: string): ModuleSource {
  return { type: 'archive', path: withoutQuery(address), checksum: query(address, 'checksum') !== undefined };
}

function isArchive(path: string): boolean {
  return /\.(zip|tar|tgz|tar\.gz|tar\.bz2|tbz2|tar\.xz|txz|tar\.zst)(\/\/.*)?$/i.test(path);
}

function withoutQuery(address: string): string {
  const at = address.indexOf('?');
  return at < 0 ? address : address.slice(0, at);
}

/** A parameter of the query: `?depth=1&ref=v1.2.0`. */
function query(address: string, name: string): string | undefined {
  const at = address.indexOf('?');
  if (at < 0) return undefined;
  for (const part of address.slice(at + 1).split('&')) {
    const [key, ...value] = part.split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

/** How firmly a Git ref holds: a commit stays, a tag may be moved but is not meant to be, a branch moves. */
export function refKind(ref: string): 'commit' | 'tag' | 'branch' | 'unknown' {
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(ref)) return 'commit';
  if (/^refs\/tags\//.test(ref)) return 'tag';
  if (/^refs\/heads\//.test(ref)) return 'branch';
  if (
    /^(main|master|trunk|develop|development|dev|head|default|tip|latest|stable|staging|prod|production|next)$/i.test(
      ref,
    )
  ) {
    return 'branch';
  }
  if (/^(feature|feat|fix|bugfix|hotfix|release|user|wip)\/(?!v?\d)/i.test(ref)) return 'branch';
  return /\d/.test(ref) ? 'tag' : 'unknown';
}
