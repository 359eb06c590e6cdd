/** Set by the bundler in test builds only; nothing of this is in the released program. */
declare const IMMUTABLE_CRASH_POINTS: boolean | undefined;

/**
 * Ends this process as a power cut would, when a test asked for it here: `IMMUTABLE_CRASH_AT=apply.intent:after`, with
 * `#2` behind it for the second time.
 */
export function crashPoint(name: string): void {
  if (typeof IMMUTABLE_CRASH_POINTS === 'undefined' || !IMMUTABLE_CRASH_POINTS) return;
  const [wanted, count = '1'] = (process.env['IMMUTABLE_CRASH_AT'] ?? '').split('#');
  if (wanted !== name) return;
  passed++;
  if (passed === Number(count)) process.kill(process.pid, 'SIGKILL');
}

let passed = 0;
