// What the benchmarks in a real editor share.
import { loadavg } from 'node:os';

/** @param {readonly number[]} values @param {number} share */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A timing says little without what else the machine did. */
export function withLoad(text) {
  return `${text} Node ${process.version}, load ${loadavg()[0].toFixed(1)}.`;
}
