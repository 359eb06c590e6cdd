/** One thing that was looked at. Holds no secret. */
export interface DoctorLine {
  /** What it is about: `tool terraform`, `registry ghcr.io`, `lock production`. */
  readonly what: string;
  /** `warn`: it works, and a person should know. `fail`: a run would be refused, or would fail. */
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do next; null when there is nothing to do. */
  readonly next: string | null;
}

export function ok(what: string, text: string): DoctorLine {
  return { what, verdict: 'ok', text, next: null };
}

export function warn(what: string, text: string, next: string): DoctorLine {
  return { what, verdict: 'warn', text, next };
}

export function fail(what: string, text: string, next: string): DoctorLine {
  return { what, verdict: 'fail', text, next };
}
