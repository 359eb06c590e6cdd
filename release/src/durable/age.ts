import { thisProcess } from '../machine/process-identity';
import type { Stamp } from './chain';
import { SYSTEM_CLOCKS, type Clocks } from './chained-log';

/**
 * Milliseconds since a record was written: by the monotonic clock on the boot that wrote it, which nobody can set
 * (F31), and by the wall clock on any other.
 */
export function ageOf(
  { t, mono }: Pick<Stamp, 't' | 'mono'>,
  clocks: Clocks = SYSTEM_CLOCKS,
  boot = thisProcess().boot,
): number {
  const at = mono.lastIndexOf('/');
  const then = mono.slice(at + 1);
  if (mono.slice(0, at) === boot && /^\d+$/.test(then)) {
    const nanoseconds = clocks.monotonic() - BigInt(then);
    if (nanoseconds >= 0n) return Number(nanoseconds / 1_000_000n);
  }
  return clocks.now().getTime() - Date.parse(t);
}
