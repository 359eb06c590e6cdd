import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { canonicalJson, type JsonObject } from '../durable/canonical-json';
import { makeDirectory, readIfThere, writeDurably } from '../durable/files';
import type { StateRoot } from '../state-root';

/** What came with a release, as it was told before the approval. The ledger holds its hash. Masked. */
export interface StoredNotes extends JsonObject {
  readonly v: 1;
  /** `first`: nothing was live before. */
  readonly kind: 'first' | 'ahead' | 'back' | 'same' | 'unknown';
  readonly from: string | null;
  readonly to: string;
  /** Of the commit itself; null when git does not have it. */
  readonly subject: string | null;
  /** Newest first. */
  readonly commits: readonly { readonly id: string; readonly author: string; readonly subject: string }[];
  readonly paths: readonly string[];
}

/** Keeps notes by their hash. @returns `sha256:…` */
export function keepNotes(notes: StoredNotes, root: StateRoot): string {
  const text = canonicalJson(notes);
  const hash = createHash('sha256').update(text).digest('hex');
  const path = root.object(hash);
  if (!existsSync(path)) {
    makeDirectory(dirname(path));
    writeDurably(path, text);
  }
  return `sha256:${hash}`;
}

/** The notes that a release names; undefined when there are none, or when their file is gone or was changed. */
export function readNotes(reference: unknown, root: StateRoot): StoredNotes | undefined {
  const hash = typeof reference === 'string' ? /^sha256:([0-9a-f]{64})$/.exec(reference)?.[1] : undefined;
  const text = hash === undefined ? undefined : readIfThere(root.object(hash));
  if (text === undefined || createHash('sha256').update(text).digest('hex') !== hash) return undefined;
  return JSON.parse(text) as StoredNotes;
}
