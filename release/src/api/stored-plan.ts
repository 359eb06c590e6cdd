import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BakedImage } from '../bakers/baker';
import type { JsonObject } from '../durable/canonical-json';
import { readIfThere } from '../durable/files';
import { Ledger } from '../ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../ledger/releases';
import { gitOfImages, type ImageOrigin } from '../run/image-origin';
import { deployedCommit, deployedGit } from '../notes/deployed-commit';
import { EVENTS_FILE } from '../run/event-log';
import { Journal } from '../run/journal';
import type { JournalEntry } from '../run/journal-entry';
import type { StateRoot } from '../state-root';
import type { PreparedPlan } from '../targets/target';
import { readRun, type ListedRun } from './list-runs';

/** What became of a plan. `open`: nobody was asked yet; `lost`: its run ended before anybody decided. */
export type PlanDecision =
  | { readonly kind: 'open' | 'refused' | 'lost' }
  | { readonly kind: 'waiting'; readonly expires: string | undefined }
  | { readonly kind: 'approved' | 'denied'; readonly by: string };

/** A plan as its run keeps it, with what is known around it. */
export interface StoredPlan {
  readonly run: ListedRun;
  /** `deploy`, `route`, `retire`. */
  readonly step: string;
  readonly prepared: PreparedPlan;
  readonly decision: PlanDecision;
  /** Images that the run brings, as far as it is known which. */
  readonly images: readonly BakedImage[];
  /** What was live when the run began. */
  readonly before: StoredRelease | undefined;
  /** The release that a rollback brings back. */
  readonly wanted: StoredRelease | undefined;
  /** The commit that is live, and the one whose images are to be. */
  readonly commits: {
    readonly from: string | null;
    readonly to: string | null;
    /** The new images hold changes that no commit has. */
    readonly isDirty: boolean;
  };
  /** What the first run found the target to be, by name. */
  readonly fingerprint: Readonly<Record<string, string>>;
}

/**
 * The plan with a hash, wherever its run stands. Runs nothing.
 *
 * @param hash `sha256:…`
 * @param known the run that it was found in before: the others need not be looked at
 */
export function findPlan(root: StateRoot, environment: string, hash: string, known?: string): StoredPlan | undefined {
  if (!existsSync(root.runs)) return undefined;
  const runs = known === undefined ? readdirSync(root.runs).sort().reverse() : [known];
  for (const id of runs) {
    const run = mentions(root.run(id), hash) ? readRun(root, id) : undefined;
    if (run?.spec.environment !== environment) continue;
    const found = readPlans(root, run).find(({ prepared }) => prepared.hash === hash);
    if (found) return found;
  }
  return undefined;
}

/** Every plan of a run that says something, in order. */
export function readPlans(root: StateRoot, run: ListedRun): readonly StoredPlan[] {
  const { environment } = run.spec;
  const entries = Journal.read(run.directory).records();
  const plans = plansIn(entries);
  if (environment === null || plans.length === 0) return [];
  const view = Ledger.read(root.ledger(environment));
  const history = new ReleaseHistory(view);
  const releases = history.releases();
  const isEarlier = (release: StoredRelease): boolean => release.run !== run.run && release.t <= run.spec.createdAt;
  const before = releases.findLast(isEarlier);
  const back = run.spec.kind === 'rollback' ? run.spec.release : null;
  const note = view.records().find((record) => record.type === 'note' && record['what'] === 'fingerprint');
  const wanted = back === null ? undefined : releases.findLast(({ id }) => id === back);
  const git = wanted
    ? (deployedGit(wanted, history) ?? wanted.git)
    : (promotedGit(entries) ?? gitOfImages(originsIn(entries), { ...run.spec.git }));
  const commits = {
    from: deployedCommit(before, history),
    to: typeof git['commit'] === 'string' ? git['commit'] : null,
    isDirty: git['dirty'] === true,
  };
  return plans.map(({ step, prepared }) => ({
    run,
    step,
    prepared,
    decision: decisionOn(prepared, entries, run),
    images: wanted?.images ?? imagesIn(entries),
    before,
    wanted,
    commits,
    fingerprint: (note?.['fingerprint'] ?? {}) as Readonly<Record<string, string>>,
  }));
}

function plansIn(entries: readonly JournalEntry[]): { readonly step: string; readonly prepared: PreparedPlan }[] {
  let step = '';
  return entries.flatMap((entry) => {
    if (entry.type === 'plan.intent') step = typeof entry.data['what'] === 'string' ? entry.data['what'] : '';
    if (entry.type !== 'plan.result') return [];
    // A plan that moves the traffic stands one level deeper: a target may have none.
    const prepared = 'plan' in entry.data ? entry.data['plan'] : entry.data;
    return isPlan(prepared) && !prepared.isEmpty ? [{ step, prepared }] : [];
  });
}

function isPlan(value: unknown): value is PreparedPlan {
  return typeof value === 'object' && value !== null && 'hash' in value && 'document' in value && 'counts' in value;
}

function decisionOn(
  { hash, violations }: PreparedPlan,
  entries: readonly JournalEntry[],
  run: ListedRun,
): PlanDecision {
  if (violations.length > 0) return { kind: 'refused' };
  const decided = entries.findLast(
    (entry) => (entry.type === 'approval.granted' || entry.type === 'approval.denied') && entry.plan === hash,
  );
  if (decided && 'by' in decided) {
    return { kind: decided.type === 'approval.granted' ? 'approved' : 'denied', by: decided.by };
  }
  if (run.status !== 'running') return { kind: 'lost' };
  const isAsked = entries.some((entry) => entry.type === 'approval.requested' && entry.plan === hash);
  return isAsked ? { kind: 'waiting', expires: expiryOf(run.directory, hash) } : { kind: 'open' };
}

/** Viewers are told when an approval would come too late. */
function expiryOf(directory: string, hash: string): string | undefined {
  const lines = (readIfThere(join(directory, EVENTS_FILE)) ?? '').split('\n');
  const line = lines.findLast((one) => one.includes('"approval"') && one.includes(hash));
  return line === undefined ? undefined : /"expires":"([^"]+)"/.exec(line)?.[1];
}

/** What is promoted was baked from the commit of the environment that it comes from. */
function promotedGit(entries: readonly JournalEntry[]): JsonObject | undefined {
  for (const entry of entries) {
    if (entry.type !== 'gate.result' || !Array.isArray(entry.data['images'])) continue;
    return entry.data['git'] as JsonObject | undefined;
  }
  return undefined;
}

/** Where the images that the run uses again were baked, in order; null for each that it baked. */
function originsIn(entries: readonly JournalEntry[]): readonly (ImageOrigin | null)[] {
  return entries.flatMap((entry) =>
    entry.type === 'gate.result' && 'reused' in entry.data
      ? [(entry.data['origin'] ?? null) as ImageOrigin | null]
      : [],
  );
}

/** The newest of each name: baked, used again, or promoted. */
function imagesIn(entries: readonly JournalEntry[]): readonly BakedImage[] {
  const found = new Map<string, BakedImage>();
  for (const entry of entries) {
    if (entry.type !== 'gate.result' && entry.type !== 'publish.result' && entry.type !== 'publish.recovered') continue;
    const { image, reused, images } = entry.data;
    for (const one of [image, reused, ...(Array.isArray(images) ? (images as unknown[]) : [])]) {
      if (isImage(one)) found.set(one.name, one);
    }
  }
  return [...found.values()];
}

function isImage(value: unknown): value is BakedImage {
  return typeof value === 'object' && value !== null && 'name' in value && 'ref' in value && 'id' in value;
}

/** A look at the text is enough for most runs: checking the chain of each would take long. */
function mentions(directory: string, hash: string): boolean {
  const file = join(directory, 'journal.jsonl');
  return existsSync(file) && readFileSync(file, 'utf8').includes(hash);
}
