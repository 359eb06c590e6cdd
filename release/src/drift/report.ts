import type { Difference, Instance } from './difference';

/** A difference with what may be done about it. */
export interface ReportedDifference extends Difference {
  readonly action: string;
}

/** What a look at an environment showed. Holds no secret and no escapes of terminals. */
export interface DriftReport {
  readonly v: 1;
  readonly environment: string;
  /** ISO 8601. */
  readonly lookedAt: string;
  /** The release that the ledger says is live. */
  readonly live: { readonly id: string; readonly slot: string | null; readonly commit: string | null } | null;
  /** False when the target could not be looked at: no differences then mean nothing. */
  readonly isLooked: boolean;
  readonly differences: readonly ReportedDifference[];
  readonly instances: readonly Instance[];
  /** What nobody looked at or can see, and why. */
  readonly unseen: readonly string[];
}
