import { HOLE } from '../core/mapped-text';
import type { Range } from '../core/text';

/**
 * How much a reference can move:
 * `none` no tag (the registry supplies `latest`) · `latest-like` a tag that exists to move · `floating` a partial version
 * or a word · `full` a complete version, date or commit · `digest` fixed content · `unknown` not decidable from the text.
 */
export type TagClass = 'none' | 'latest-like' | 'floating' | 'full' | 'digest' | 'unknown';

/** A container image reference by the distribution grammar (github.com/distribution/reference), with ranges in its text. */
export interface ImageReference {
  readonly text: string;
  /** Registry with port, when one was written: `ghcr.io`, `localhost:5000`. */
  readonly domain: string | undefined;
  /** Path as written, without registry: `library/nginx`, `nginx`. */
  readonly path: string;
  /** Everything before tag and digest, as written. */
  readonly name: string;
  /** As Docker normalises it: `docker.io/library/nginx`. Holes stay holes. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly tagRange: Range | undefined;
  /** With its algorithm, as written, whether valid or not: `sha256:…`. */
  readonly digest: string | undefined;
  readonly digestRange: Range | undefined;
  readonly nameRange: Range;
  readonly tagClass: TagClass;
}

const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** True for `sha256:` and 64 lower-case hexadecimal digits (and the other registered algorithms). */
export function isValidDigest(digest: string): boolean {
  const colon = digest.indexOf(':');
  const length = DIGEST_LENGTHS[digest.slice(0, colon)];
  const hex = digest.slice(colon + 1);
  return length !== undefined && hex.length === length && /^[0-9a-f]+$/.test(hex);
}

/**
 * Parses a reference. Unknown parts are HOLEs: `HOLE/app:latest` has a known tag, `app:HOLE` has not.
 * Undefined when the text cannot be a reference (empty, blanks inside, a URL, an upper-case path).
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text === '' || /[\s'"`|;&<>()]/.test(text) || text.includes('://')) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const beforeDigest = at < 0 ? text : text.slice(0, at);
  const slash = beforeDigest.lastIndexOf('/');
  const colon = beforeDigest.lastIndexOf(':');
  // A colon before the last slash is a registry's port, never a tag (pitfall P4).
  const hasTag = colon > slash;
  const name = hasTag ? beforeDigest.slice(0, colon) : beforeDigest;
  const tag = hasTag ? beforeDigest.slice(colon + 1) : undefined;
  if (name === '') return undefined;
  if (tag !== undefined && !/^[\w\uE000][\w.\-\uE000]{0,127}$/.test(tag)) return undefined;
  const firstSlash = name.indexOf('/');
  const first = firstSlash < 0 ? '' : name.slice(0, firstSlash);
  const isDomain = firstSlash > 0 && (/[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first));
  const domain = isDomain ? first : undefined;
  const path = isDomain ? name.slice(firstSlash + 1) : name;
  if (!/^[a-z0-9_\uE000][a-z0-9._\-/\uE000]*$/.test(path)) return undefined;
  return {
    text,
    domain,
    path,
    name,
    repository: normalise(domain, path),
    tag,
    tagRange: tag === undefined ? undefined : { start: colon + 1, end: beforeDigest.length },
    digest,
    digestRange: digest === undefined ? undefined : { start: at + 1, end: text.length },
    nameRange: { start: 0, end: name.length },
    tagClass: classify(name, tag, digest),
  };
}

function normalise(domain: string | undefined, path: string): string {
  const host = domain === undefined || domain === 'index.docker.io' ? 'docker.io' : domain;
  return host === 'docker.io' && !path.includes('/') && !path.includes(HOLE)
    ? `docker.io/library/${path}`
    : `${host}/${path}`;
}

function classify(name: string, tag: string | undefined, digest: string | undefined): TagClass {
  if (digest !== undefined) return digest === HOLE || !digest.includes(HOLE) ? 'digest' : 'unknown';
  if (tag !== undefined) return tag.includes(HOLE) ? 'unknown' : tagClassOf(tag);
  // A hole in the last component may bring a tag or digest of its own.
  return name.slice(name.lastIndexOf('/') + 1).includes(HOLE) ? 'unknown' : 'none';
}

/** Tags that exist to be moved (rules.md §4.1). */
const MOVING = new Set(
  (
    'latest stable edge nightly main master trunk develop dev head canary current rolling release snapshot next lts prod ' +
    'production staging test testing unstable mainline'
  ).split(' '),
);

/** Those that stay moving with a variant behind them: `lts-alpine`, `latest-slim`. */
const MOVING_WITH_VARIANT = new Set('latest stable edge nightly lts mainline rolling canary'.split(' '));

/** The class of a complete tag. */
export function tagClassOf(tag: string): Exclude<TagClass, 'none' | 'digest' | 'unknown'> {
  const lower = tag.toLowerCase();
  if (MOVING.has(lower)) return 'latest-like';
  if (isFixed(lower)) return 'full';
  const words = lower.split(/[-_.]/);
  if (MOVING_WITH_VARIANT.has(words[0] ?? '') || words.at(-1) === 'latest') return 'latest-like';
  return 'floating';
}

function isFixed(tag: string): boolean {
  // Three numeric components anywhere: 1.27.2, v1.2.3-rc.1, release-2.4.6, 8u392-b08 counts below.
  if (/(^|[^0-9.])\d+\.\d+\.\d+/.test(tag) || /(^|[-_v])\d+[._]\d+[._]\d+/.test(tag)) return true;
  // A date or build number of eight digits and more, also written with dashes.
  if (/(^|\D)\d{8,}($|\D)/.test(tag) || /(^|\D)20\d\d-\d\d-\d\d($|\D)/.test(tag)) return true;
  for (const part of tag.split(/[-_.]/)) {
    // A commit: 7 to 40 hexadecimal digits with at least one digit and one letter (or a `g` before it, as `git describe` has it).
    const hex = part.startsWith('g') || part.startsWith('sha') ? part.replace(/^(g|sha)/, '') : part;
    if (/^[0-9a-f]{7,40}$/.test(hex) && /\d/.test(hex) && (/[a-f]/.test(hex) || hex.length >= 8)) return true;
    // A build number; four digits that look like a year are a version line (mssql 2022).
    if (/^(b|build|r)?\d{4,7}$/.test(part) && !/^(19|20)\d\d$/.test(part) && part === tag) return true;
  }
  // A packager's revision behind a version: 12-debian-12-r50.
  if (/\d.*-r\d+$/.test(tag)) return true;
  // Java's own scheme: 8u392-b08.
  return /^\d+u\d+-b\d+/.test(tag);
}
