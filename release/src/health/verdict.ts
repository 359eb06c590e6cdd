/**
 * What health checks prove. `confirmed`: healthy, and it was the new image that answered. `unconfirmed`: healthy, but
 * somebody else answered, the old version most likely. `unchecked`: healthy, and nobody asked who answers.
 */
export type HealthVerdict = 'confirmed' | 'unconfirmed' | 'unchecked' | 'unhealthy';

/** Who answered one probe. */
export type ProbeIdentity = 'match' | 'mismatch' | 'not-asked';

/** One answer, or none. */
export interface ProbeResult {
  readonly healthy: boolean;
  readonly identity: ProbeIdentity;
  /** One line for people: `200, X-Release: 01J…`. */
  readonly detail: string;
}

/** How one check ended. */
export interface CheckResult {
  readonly check: string;
  /** True when it was healthy often enough in a row, whoever answered. */
  readonly healthy: boolean;
  readonly identity: ProbeIdentity;
  readonly probes: number;
  /** The last probes, newest last. */
  readonly samples: readonly ProbeResult[];
}

/** All checks together: every one must be healthy, none may have been answered by somebody else. */
export function verdictOf(results: readonly CheckResult[]): HealthVerdict {
  if (results.some((result) => !result.healthy)) return 'unhealthy';
  if (results.some((result) => result.identity === 'mismatch')) return 'unconfirmed';
  return results.some((result) => result.identity === 'match') ? 'confirmed' : 'unchecked';
}
