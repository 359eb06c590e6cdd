import type { Severity } from '../../core/finding';

/** What a file shows that counts for the checklist. */
export const SIGNS = [
  /** A file that a container image is built from. */
  'container-image',
  /** A template that a machine image is built from. */
  'machine-image',
  /** Something that runs from an image: a workload, a service, a container of Terraform. */
  'container',
  /** A machine, or what machines are started from. */
  'machine',
  'pinned-image',
  'unpinned-image',
  /** Configuration that comes from outside of the image. */
  'configuration',
  'log-shipping',
  /** State that outlives what uses it: databases, buckets, claims. */
  'store',
  'remote-state',
  /** Infrastructure that a file declares. */
  'declared',
  'pipeline-build',
  'image-test',
  'health-check',
  'rollout',
  'automatic-rollback',
] as const;

export type Sign = (typeof SIGNS)[number];

/** A sign and where it stands. */
export interface SeenSign {
  readonly sign: Sign;
  /** From 0. */
  readonly line: number;
  /** What it is, in a few words: `Deployment/web`. */
  readonly what: string;
}

/** What one file contributes. Plain data. */
export interface ChecklistFile {
  /** A path, or a URI: whoever asks knows. */
  readonly path: string;
  readonly signs: readonly SeenSign[];
}

/** A finding of the linter that may stand in the way. Suppressed ones are left out. */
export interface ChecklistFinding {
  readonly path: string;
  /** From 0. */
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
}

/** What a pipeline of delivery says, and what its history tells. */
export interface DeliveryFacts {
  /** Of `immutable.yaml`. */
  readonly path: string;
  readonly images: readonly { readonly name: string; readonly tests: number }[];
  readonly environments: readonly {
    readonly name: string;
    readonly healthChecks: number;
    readonly automaticRollback: boolean;
    readonly releases: number;
    readonly rollbacks: number;
  }[];
}

/** Everything that the checklist is computed from. */
export interface ChecklistFacts {
  readonly files: readonly ChecklistFile[];
  readonly findings: readonly ChecklistFinding[];
  readonly pipelines: readonly DeliveryFacts[];
}
