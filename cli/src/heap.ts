import { setFlagsFromString } from 'node:v8';

/** How much the heap may grow beyond what lives in it before garbage is looked for, in percent. V8 itself lets it triple. */
const GROWTH = 30;

/** The engines that are known to have the flag; others would complain on the terminal. */
const NEWEST_ENGINE = 14;

/**
 * Keeps the memory of a long run small, on all threads. Of what a lint allocates nearly all is garbage after each file,
 * and V8 may wait until it has filled a good part of the machine's memory.
 */
export function keepHeapSmall(): void {
  if (Number.parseInt(process.versions.v8, 10) <= NEWEST_ENGINE) setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
