import type { BakedImage } from '../bakers/baker';
import type { Known } from '../config/interpolate';
import type { JsonObject } from '../durable/canonical-json';
import type { HealthVerdict } from '../health/verdict';
import type { GuardViolation } from '../plan/guard';
import type { ShownPlan } from '../plan/plan';
import type { PlanDifference } from '../plan/plan-difference';
import type { RunContext } from '../run/context';

/** What a run wants to be live. Kept in the ledger as record `release`, so that a rollback can want it again. */
export interface DesiredRelease {
  readonly id: string;
  readonly images: ReadonlyMap<string, BakedImage>;
  /** What `${…}` stands for. */
  readonly known: Known;
  /** The commit that is checked out, where there is one: its code is applied, whatever the images were baked from. */
  readonly checkout?: string | undefined;
  /** The configuration that a `full` rollback brings back; undefined: today's. */
  readonly config: JsonObject | undefined;
}

/** What the target really is: read, never remembered. */
export interface Observation {
  /** The slot or colour that gets the traffic; undefined when nothing does. */
  readonly activeSlot: string | undefined;
  readonly slots: readonly ObservedSlot[];
  /** The release that the stamp on the target names. */
  readonly stampedRelease: string | undefined;
}

export interface ObservedSlot {
  readonly name: string;
  /** Ids that run in it: digests, AMI ids, hashes. Empty: nothing runs. */
  readonly running: readonly string[];
  readonly release: string | undefined;
}

/** What runs in one slot, so that it can be written down as a release. */
export interface RunningSlot {
  readonly name: string;
  /** The release that the stamp names. */
  readonly release: string | undefined;
  readonly running: readonly string[];
  readonly images: readonly RunningImage[];
}

export interface RunningImage {
  /** Of an image of the file. */
  readonly name: string;
  readonly id: string;
  readonly ref: string;
  /** Every digest that a running instance may show. */
  readonly digests: readonly string[];
}

/** A plan that waits for approval. */
export interface PreparedPlan {
  /** `sha256:…`: what is approved. */
  readonly hash: string;
  /** For people: Markdown, masked. */
  readonly document: string;
  /** The same as data, masked: editors show more of it than a text can. */
  readonly shown?: ShownPlan | undefined;
  readonly counts: { readonly add: number; readonly change: number; readonly destroy: number };
  readonly violations: readonly GuardViolation[];
  /** True when there is nothing to do. */
  readonly isEmpty: boolean;
  /** Goes into the intent: what is needed to tell afterwards what happened. */
  readonly intent: JsonObject;
  /** What a `full` rollback applies again; kept in the ledger with the release. Undefined: nothing but the images. */
  readonly config?: JsonObject | undefined;
  /** Why a `full` rollback brings only the image back, for people. */
  readonly instead?: string | undefined;
  /** What it does differently from the plan that the run before asked about and never used. */
  readonly since?: PlanDifference | undefined;
}

/** How much of a plan was done. */
export interface ApplyOutcome {
  readonly outcome: 'all' | 'none' | 'partial';
  /** One line for each thing that is done, missing or damaged. */
  readonly table: readonly string[];
}

export interface Verification {
  /** As for health: `confirmed` when the release's image is proven to run, `unconfirmed` when nobody can tell. */
  readonly verdict: Exclude<HealthVerdict, 'unchecked'>;
  readonly expected: readonly string[];
  readonly running: readonly string[];
  readonly detail: string;
}

/** Where releases run. Kubernetes will be another one. Every method may be called again after a crash. */
export interface Target {
  /** What must not change between runs: `awsAccount`, `stateLineage`, `engine`. Compared with `pin`. */
  fingerprint(context: RunContext): Promise<Readonly<Record<string, string>>>;
  observe(context: RunContext): Promise<Observation>;
  /** What runs, image by image: an environment without a ledger is adopted from it. */
  running(context: RunContext): Promise<readonly RunningSlot[]>;
  /** The slot to deploy to; undefined for targets without slots. */
  idleSlot(observation: Observation): string | undefined;
  /** @throws RunStoppedError `failed` when planning fails: nothing was changed */
  planDeploy(release: DesiredRelease, observation: Observation, context: RunContext): Promise<PreparedPlan>;
  /** Does what was approved, exactly: the plan is hashed again before anything starts, and is used once. */
  apply(plan: PreparedPlan, context: RunContext): Promise<ApplyOutcome>;
  /** After a crash during `apply`: what happened, from the intent and from the target itself. */
  recoverApply(intent: JsonObject, context: RunContext): Promise<ApplyOutcome>;
  verify(release: DesiredRelease, slot: string | undefined, context: RunContext): Promise<Verification>;
  /** Plans moving the traffic; undefined for targets that have no route of their own. */
  planRoute(
    release: DesiredRelease,
    to: string,
    observation: Observation,
    context: RunContext,
  ): Promise<PreparedPlan | undefined>;
  route(plan: PreparedPlan, to: string, context: RunContext): Promise<void>;
  /** What in the file says that a slot without traffic stays, as `idle: keep`; undefined when it can be ended. */
  readonly keepsIdle?: string | undefined;
  /** Plans the end of a slot that has no traffic; undefined when nothing of it is there. */
  planRetire(slot: string, observation: Observation, context: RunContext): Promise<PreparedPlan | undefined>;
  retire(plan: PreparedPlan, slot: string, context: RunContext): Promise<{ readonly left: readonly string[] }>;
  /** Writes the release on the target: the second witness beside the ledger. */
  stamp(release: DesiredRelease, slot: string | undefined, ledgerHead: string, context: RunContext): Promise<void>;
  /** Keeps what a slot printed beside the run, masked. @returns a line for each file, for people */
  logs?(slot: string, context: RunContext): Promise<readonly string[]>;
  /** Values for `${slot.…}`, `${output.…}` and `${target.url}` of health checks. */
  known(slot: string | undefined, context: RunContext): Promise<Known>;
}
