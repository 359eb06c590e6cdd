import type { BakedImage } from '../bakers/baker';
import type { JsonObject } from '../durable/canonical-json';
import type { Stamp } from '../durable/chain';
import type { LogView } from '../durable/chained-reader';
import type { HealthVerdict } from '../health/verdict';
import type { LedgerRecord } from './record';

/** A release that became live once (release-engine.md §3.6). */
export interface ReleaseRecord extends LedgerRecord {
  readonly type: 'release';
  readonly id: string;
  /** `adopt`: it was found running, and deployed by somebody else. */
  readonly kind: 'deploy' | 'rollback' | 'promote' | 'adopt';
  readonly environment: string;
  readonly app: string;
  readonly images: readonly BakedImage[];
  /** The release that was live before. */
  readonly supersedes: string | null;
  /** The release that a rollback brought back. */
  readonly rollbackOf: string | null;
  /** Of a rollback: whether it brought back the image alone, or how it was run too. */
  readonly mode?: 'image' | 'full' | undefined;
  /** The release that a rollback left. */
  readonly rolledBackFrom: string | null;
  readonly slot: string | null;
  readonly health: { readonly verdict: HealthVerdict; readonly samples: number };
  readonly running: readonly string[];
  readonly plan: string | null;
  readonly approvedBy: string | null;
  /** What a `full` rollback applies again; a hash of an object, or the object itself when small. */
  readonly config: JsonObject | null;
  /** True when going back behind this release loses data: a migration. */
  readonly oneWay: boolean;
  readonly actor: JsonObject;
  /** Of the commit that its images were baked from. */
  readonly git: JsonObject;
  /** What was checked out when it was promoted or brought back: where its configuration comes from. */
  readonly checkout?: JsonObject | undefined;
  readonly overrides: readonly JsonObject[];
  /** `sha256:…` of what was told to come with it. */
  readonly notes?: string | null | undefined;
}

export type StoredRelease = ReleaseRecord & Stamp;

/** A version that was applied and did not become a release. */
export interface AttemptRecord extends LedgerRecord {
  readonly type: 'attempt';
  readonly id: string;
  readonly images: readonly BakedImage[];
  readonly reason: string;
  /** Null: it took the place of what ran before. */
  readonly slot: string | null;
  /** Whether it had the traffic when it was given up. */
  readonly serves?: boolean | undefined;
}

/** What the last records say. */
interface EndOfHistory {
  readonly live: StoredRelease | undefined;
  /** What failed after the live release and may serve in its place. */
  readonly displacing: AttemptRecord | undefined;
}

/** What is worked out of all records, once somebody asks for more than what is live. */
interface WholeHistory {
  readonly releases: readonly StoredRelease[];
  readonly left: ReadonlySet<string>;
  readonly gone: ReadonlyMap<string, string>;
}

/**
 * The releases of an environment and what is known of them. What is live stands at the end of the ledger: who asks for
 * nothing else does not wait until thousands of records are parsed.
 */
export class ReleaseHistory {
  private newest: EndOfHistory | undefined;
  private known: WholeHistory | undefined;

  constructor(private readonly view: Pick<LogView<LedgerRecord>, 'newestFirst'>) {}

  /** Newest last. */
  releases(): readonly StoredRelease[] {
    return this.whole().releases;
  }

  live(): StoredRelease | undefined {
    return this.end().live;
  }

  byId(id: string): StoredRelease | undefined {
    return this.releases().findLast((release) => release.id === id);
  }

  /** What failed after the live release and may serve in its place. Going back is then going back to the live release. */
  displacing(): AttemptRecord | undefined {
    return this.end().displacing;
  }

  /** The image that was baked from the same inputs, newest first. */
  static imagesIn(view: LogView<LedgerRecord>): readonly (BakedImage & Stamp)[] {
    return view
      .records()
      .filter((record) => record.type === 'image')
      .map((record) => record['image'] as BakedImage & Stamp)
      .reverse();
  }

  /**
   * Where a rollback may go when nobody says, best first: the live release itself when what failed after it may serve in
   * its place, then the releases before it, newest first, that were healthy and that nobody went back from. Never merely
   * the previous one in time (shipit-deploy #22, orca PR #3341).
   */
  waysBack(): readonly StoredRelease[] {
    const live = this.live();
    if (!live) return [];
    const runs = (release: StoredRelease): string => release.images.map(({ id }) => id).join();
    const before = this.releases().filter(
      // The same images under another id would be no way back.
      (release) => release.seq < live.seq && this.unfit(release) === undefined && runs(release) !== runs(live),
    );
    const own = this.displacing() && this.unfit(live) === undefined ? [live] : [];
    return [...own, ...before.reverse()];
  }

  /** The first of the ways back whose image is there, as far as the ledger knows. */
  defaultTarget(): StoredRelease | undefined {
    return this.waysBack().find((release) => this.missing(release) === undefined);
  }

  /** Why a release cannot be gone back to; undefined when it can, as far as the ledger knows. */
  whyNot(release: StoredRelease): string | undefined {
    const missing = this.missing(release);
    return this.unfit(release) ?? (missing === undefined ? undefined : `its image is gone: ${missing}`);
  }

  /** Why nobody should go back to a release, wherever its image is. */
  unfit(release: StoredRelease): string | undefined {
    if (release.health.verdict === 'unhealthy') return 'it was not healthy';
    return this.whole().left.has(release.id) ? 'it was rolled back from' : undefined;
  }

  /** Why an image could not be had when it was last asked for; undefined when it could, or nobody asked. */
  whyGone(ref: string): string | undefined {
    return this.whole().gone.get(ref);
  }

  private missing(release: StoredRelease): string | undefined {
    return release.images.map(({ ref }) => this.whyGone(ref)).find((reason) => reason !== undefined);
  }

  /** Releases that cannot be undone between one and the live one, newest first. */
  oneWayAfter(release: StoredRelease): readonly StoredRelease[] {
    return this.releases()
      .filter(({ seq, oneWay }) => oneWay && seq > release.seq)
      .reverse();
  }

  private end(): EndOfHistory {
    return (this.newest ??= endOf(this.view.newestFirst()));
  }

  private whole(): WholeHistory {
    return (this.known ??= wholeHistory([...this.view.newestFirst()].reverse()));
  }
}

/** What is live, and what failed after it. */
function endOf(newestFirst: Iterable<LedgerRecord & Stamp>): EndOfHistory {
  let displacing: AttemptRecord | undefined;
  for (const record of newestFirst) {
    if (isRelease(record)) return { live: record, displacing };
    // One that got no traffic says nothing of who has it.
    if (isAttempt(record) && (record.slot === null || record.serves === true)) displacing ??= record;
  }
  return { live: undefined, displacing };
}

function wholeHistory(records: readonly (LedgerRecord & Stamp)[]): WholeHistory {
  const releases = records.filter(isRelease);
  return { releases, left: leftReleases(releases), gone: goneImages(records) };
}

function isRelease(record: LedgerRecord & Stamp): record is StoredRelease {
  return record.type === 'release';
}

function isAttempt(record: LedgerRecord & Stamp): record is AttemptRecord & Stamp {
  return record.type === 'attempt';
}

/** What a record `note` says when an image that was gone could be had again. */
export const THERE_AGAIN = 'there-again';

/** Images that were gone when they were last asked for, and why. */
function goneImages(records: readonly LedgerRecord[]): ReadonlyMap<string, string> {
  const gone = new Map<string, string>();
  for (const { type, what, image, reason } of records) {
    if (typeof image !== 'string') continue;
    if (type === 'gone' && typeof reason === 'string') gone.set(image, reason);
    if (type === 'note' && what === THERE_AGAIN) gone.delete(image);
  }
  return gone;
}

/** Releases that somebody went back from; with one that had been brought back, the release that it brought back. */
function leftReleases(all: readonly StoredRelease[]): ReadonlySet<string> {
  const left = new Set<string>();
  const byId = new Map(all.map((release) => [release.id, release]));
  for (const { rolledBackFrom } of all) {
    for (let id = rolledBackFrom; id !== null && !left.has(id); id = byId.get(id)?.rollbackOf ?? null) left.add(id);
  }
  return left;
}
