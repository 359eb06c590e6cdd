import { HostGate } from './host-gate';
import type { DigestResolver } from './index';
import { decodeUtf8, type CancelSignal } from './platform';
import { BadRedirect, requestFollowing } from './redirects';
import { SharedWork } from './shared-work';
import { HttpFailure, type Clock, type DigestStore, type HttpTransport } from './transport';

export interface ActionResolverOptions {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly store: DigestStore;
  readonly maxAgeMs?: number | undefined;
}

type Answer = { readonly digest: string } | { readonly problem: string };
type Refs = { readonly refs: ReadonlyMap<string, string> } | { readonly problem: string };

/** The only host that is asked for actions. */
export const ACTION_HOST = 'github.com';

/** Repositories with tens of thousands of tags need a few megabytes. */
const MAX_BYTES = 16 * 1024 * 1024;

const TIMEOUT_MS = 15_000;

const DEFAULT_MAX_AGE_MS = 10 * 60 * 1000;

/** `owner/repo/path@ref`. What follows `@` in an image has a colon, so that the two cannot be mistaken. */
const ACTION = /^([\w-]{1,39})\/([\w.-]{1,100})(?:\/[\w./-]+)?@([\w.\-/+]{1,200})$/;

/** True for `owner/repo@ref` as workflows name actions. */
export function isActionReference(text: string): boolean {
  return ACTION.test(text);
}

/**
 * Resolves the tag or branch of a GitHub action to the commit behind it, through the list of references that every Git
 * client reads first (git-scm.com/docs/http-protocol, "Smart Clients"). Anonymous: private repositories are not asked for.
 */
export class ActionResolver implements DigestResolver {
  private readonly gate = new HostGate();
  private readonly shared = new SharedWork<Refs>();

  constructor(private readonly options: ActionResolverOptions) {}

  /** @returns as `digest` the commit: 40 hexadecimal digits */
  async resolve(text: string, signal?: CancelSignal): Promise<Answer> {
    const [, owner, repository, ref] = ACTION.exec(text) ?? [];
    if (owner === undefined || repository === undefined || ref === undefined || /^\.+$/.test(repository)) {
      return {
        problem: `\`${text.slice(0, 200)}\` names no action and version. Write it as owner/repository@version.`,
      };
    }
    const { store, clock, maxAgeMs = DEFAULT_MAX_AGE_MS } = this.options;
    const key = `${ACTION_HOST}/${owner}/${repository}@${ref}`;
    const known = await store.get(key);
    const age = known ? clock.now() - known.at : Infinity;
    if (known && age >= 0 && age < maxAgeMs && isCommit(known.digest)) return { digest: known.digest };
    const name = `${owner}/${repository}`;
    const cancelled = { problem: `The look-up of \`${text}\` was cancelled. Start it again to get the commit.` };
    const listed = await this.shared.run(name, signal, (all) => this.list(name, all), cancelled);
    if ('problem' in listed) return listed;
    const answer = commitOf(listed.refs, ref, text);
    if ('digest' in answer) await store.set(key, { digest: answer.digest, at: clock.now() });
    return answer;
  }

  private async list(name: string, signal: CancelSignal): Promise<Refs> {
    const bare = name.replace(/\.git$/, '');
    const request = {
      method: 'GET' as const,
      url: `https://${ACTION_HOST}/${bare}.git/info/refs?service=git-upload-pack`,
      headers: { accept: 'application/x-git-upload-pack-advertisement' },
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      signal,
    };
    try {
      const { status, body, isElsewhere } = await this.gate.pass(ACTION_HOST, () =>
        requestFollowing(this.options.transport, request),
      );
      if (status === 401 || status === 403 || status === 404) {
        return {
          problem: `${ACTION_HOST} shows no repository \`${name}\`: it does not exist or is private. Pin it by hand.`,
        };
      }
      if (status === 429) return { problem: `${ACTION_HOST} was asked too often about \`${name}\`. Try again later.` };
      const refs = status === 200 && !isElsewhere ? readRefs(body) : undefined;
      return refs ? { refs } : { problem: `${ACTION_HOST} did not list the versions of \`${name}\`. Try again later.` };
    } catch (error) {
      const isNetwork = error instanceof HttpFailure || error instanceof BadRedirect;
      return {
        problem: isNetwork
          ? `${ACTION_HOST} did not list the versions of \`${name}\`. Check the network and the proxy (HTTPS_PROXY), then try again.`
          : `The versions of \`${name}\` were not found because of an internal error. Please report it.`,
      };
    }
  }
}

/** A tag and a branch of one name are ambiguous unless they name the same commit. */
function commitOf(refs: ReadonlyMap<string, string>, ref: string, text: string): Answer {
  // An annotated tag is an object of its own; `^{}` is the commit that it names.
  const tag = refs.get(`refs/tags/${ref}^{}`) ?? refs.get(`refs/tags/${ref}`);
  const branch = refs.get(`refs/heads/${ref}`);
  if (tag !== undefined && branch !== undefined && tag !== branch) {
    return { problem: `\`${text}\` is a tag and a branch with different commits. Pin the one that you mean by hand.` };
  }
  const commit = tag ?? branch;
  if (commit !== undefined) return { digest: commit };
  return { problem: `\`${text}\` is not there: its repository has neither a tag nor a branch of that name. Check it.` };
}

/** Reads pkt-lines (git-scm.com/docs/gitprotocol-common); undefined when they are none. */
function readRefs(bytes: Uint8Array): Map<string, string> | undefined {
  const refs = new Map<string, string>();
  let at = 0;
  let isAnnounced = false;
  while (at < bytes.length) {
    const digits = decodeUtf8(bytes.subarray(at, at + 4)) ?? '';
    if (!/^[0-9a-f]{4}$/.test(digits)) return undefined;
    const length = Number.parseInt(digits, 16);
    if (length !== 0 && (length < 4 || at + length > bytes.length)) return undefined;
    // Names that are no UTF-8 cannot be meant by a workflow.
    const line = length === 0 ? '' : (decodeUtf8(bytes.subarray(at + 4, at + length)) ?? '');
    at += Math.max(4, length);
    isAnnounced ||= line.trimEnd() === '# service=git-upload-pack';
    // The first reference carries the server's abilities behind a NUL.
    const [, commit, name] = /^([0-9a-f]{40}) ([^\0\n]+)/.exec(line) ?? [];
    if (commit !== undefined && name !== undefined) refs.set(name, commit);
  }
  return isAnnounced ? refs : undefined;
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
