import type { MappedText } from '../../core/mapped-text';

/** A resource that Kustomize fetches. */
export interface RemoteBase {
  /** A Git repository is cloned; a file is read over HTTP. */
  readonly type: 'git' | 'file';
  /** Without the query. */
  readonly url: MappedText;
  /** `?ref=` or `?version=`: a tag, branch or commit. Undefined when it is absent or empty. */
  readonly ref: MappedText | undefined;
}

/** Hosts whose `host/owner/repository` Kustomize takes for a Git repository without a scheme. */
const GIT_HOST = /^(?:git::)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:]/;

/**
 * Reads a resource as Kustomize does (kustomize, "Remote targets"): a Git URL with an optional `//path`, or a file over
 * HTTP, which must end like one.
 *
 * @returns undefined for a local path
 */
export function remoteBase(text: MappedText): RemoteBase | undefined {
  const source = text.text;
  const isUrl = /^(?:git::)?(?:https?|ssh|git):\/\/|^(?:git::)?[\w.-]+@[\w.-]+:/.test(source);
  if (!isUrl && !GIT_HOST.test(source)) return undefined;
  const question = source.indexOf('?');
  const url = question < 0 ? text : text.slice(0, question);
  const isFile = /^https?:\/\//.test(source) && /\.(?:ya?ml|json)$/.test(url.text) && !/\.git(?:\/|$)/.test(url.text);
  return { type: isFile ? 'file' : 'git', url, ref: question < 0 ? undefined : reference(text, question + 1) };
}

function reference(text: MappedText, start: number): MappedText | undefined {
  const found = /(?:^|&)(?:ref|version)=([^&]+)/.exec(text.text.slice(start));
  if (!found?.[1]) return undefined;
  const end = start + found.index + found[0].length;
  return text.slice(end - found[1].length, end);
}
