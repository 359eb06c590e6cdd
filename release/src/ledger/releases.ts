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

/** The releases of an environment and what is known of them. */
export class ReleaseHistory {
  private readonly all: readonly StoredRelease[];
  private readonly left: ReadonlySet<string>;
  private readonly gone: ReadonlyMap<string, string>;
  private readonly lastAttempt: (AttemptRecord & Stamp) | undefined;

  constructor(view: LogView<LedgerRecord>) {
    const records = view.records();
    this.all = records.filter((record): record is StoredRelease => record.type === 'release');
    this.left = leftReleases(this.all);
    this.lastAttempt = records.findLast((record): record is AttemptRecord & Stamp => record.type === 'attempt');
    const isText = (value: unknown): value is string => typeof value === 'string';
    this.gone = new Map(
      records
        .filter(({ type }) => type === 'gone')
        .flatMap((record) =>
          isText(record['image']) && isText(record['reason']) ? [[record['image'], record['reason']]] : [],
        ),
    );
  }

  /** Newest last. */
  releases(): readonly StoredRelease[] {
    return this.all;
  }

  live(): StoredRelease | undefined {
    return this.all.at(-1);
  }

  byId(id: string): StoredRelease | undefined {
    return this.all.findLast((release) => release.id === id);
  }

  /** What failed after the live release and may serve in its place. Going back is then going back to the live release. */
  displacing(): AttemptRecord | undefined {
    const attempt = this.lastAttempt;
    if (!attempt || attempt.seq < (this.live()?.seq ?? 0)) return undefined;
    return attempt.slot === null || attempt.serves === true ? attempt : undefined;
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
   * Where a rollback goes when nobody says: the newest release before the live one that was healthy and that nobody
   * went back from; the live one itself, when what failed after it may serve in its place. Never merely the previous one in time (shipit-deploy #22, orca PR #3341).
   */
  defaultTarget(): StoredRelease | undefined {
    const live = this.live();
    if (!live) return undefined;
    if (this.displacing() && this.whyNot(live) === undefined) return live;
    const runs = (release: StoredRelease): string => release.images.map(({ id }) => id).join();
    return this.all.findLast(
      (release) =>
        release.seq < live.seq &&
        this.whyNot(release) === undefined &&
        // The same images under another id would be no way back.
        runs(release) !== runs(live),
    );
  }

  /** Why a release cannot be gone back to; undefined when it can, as far as the ledger knows. */
  whyNot(release: StoredRelease): string | undefined {
    if (release.health.verdict === 'unhealthy') return 'it was not healthy';
    if (this.left.has(release.id)) return 'it was rolled back from';
    const missing = release.images.map(({ ref }) => this.gone.get(ref)).find((reason) => reason !== undefined);
    return missing === undefined ? undefined : `its image is gone: ${missing}`;
  }

  /** Releases that cannot be undone between one and the live one, newest first. */
  oneWayAfter(release: StoredRelease): readonly StoredRelease[] {
    return this.all.filter(({ seq, oneWay }) => oneWay && seq > release.seq).reverse();
  }
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
