import type { StoredRelease } from '../ledger/releases';

/**
 * How reality differs from the ledger (release-engine.md §3.15).
 *
 * - `image`: another image runs than the ledger says.
 * - `config`: the same image, run or built in another way.
 * - `state`: what was changed behind the back of the tool that manages it.
 * - `route`: the traffic goes elsewhere.
 * - `missing`: what should run does not.
 * - `extra`: something runs that no release of the ledger started.
 * - `gone`: the image can be had no more, so the next start elsewhere fails.
 * - `tag`: the tag of the live image leads to another one. What runs is not affected: it is named by its digest.
 */
export type DriftKind = 'image' | 'config' | 'state' | 'route' | 'missing' | 'extra' | 'gone' | 'tag';

/** One thing that is not as the ledger says. Holds no secret. */
export interface Difference {
  readonly kind: DriftKind;
  /** Container, address, file or image. */
  readonly where: string;
  /** What is so, and what should be. */
  readonly text: string;
}

/** One thing that runs: who runs what. */
export interface Instance {
  /** Container, colour or machine. */
  readonly name: string;
  /** As the tool names it; empty when it has no name of its own. */
  readonly id: string;
  readonly slot: string | null;
  /** Digest, AMI or hash; `null` when nobody can tell. */
  readonly image: string | null;
  /** The release that its stamp names. */
  readonly release: string | null;
  readonly state: string;
  readonly hasTraffic: boolean;
  /** Whether its image is the one that the ledger puts there. `unknown`: the ledger says nothing of it. */
  readonly match: 'match' | 'mismatch' | 'unknown';
}

/** What a target shows when it is looked at. */
export interface TargetLook {
  readonly differences: readonly Difference[];
  readonly instances: readonly Instance[];
  /** What could not be looked at, and why: a sentence each. */
  readonly unseen: readonly string[];
}

/** What the ledger says of an environment. */
export interface LedgerFacts {
  readonly live: StoredRelease | undefined;
  /** Of the images of the live release. */
  readonly liveCommit: string | null;
  /** Of the configuration that the live release was applied with: another one where it was promoted or brought back. */
  readonly codeCommit: string | null;
  /** The release or attempt that a slot was given last; undefined when there is none, or when it was retired since. */
  keptIn(slot: string): KeptRelease | undefined;
  /** True when any release or attempt of this environment had the image. */
  knowsImage(id: string): boolean;
  /** True when a record names this release or attempt. */
  knowsRelease(id: string): boolean;
}

/** A release that is not live and may still run. */
export interface KeptRelease {
  readonly id: string;
  readonly images: StoredRelease['images'];
  /** It was found running: nothing of ours need have started it. */
  readonly isAdopted: boolean;
}
