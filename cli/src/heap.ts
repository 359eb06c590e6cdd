import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How much a thread's heap may grow before its garbage is collected. */
const GROWTH = 32 * 1024 * 1024;

/**
 * Keeps the memory of a long run small. V8 lets a heap grow by half of what the machine has before it looks for garbage
 * in earnest; of what we allocate, nearly all is garbage after each file. Call it now and then.
 */
export class HeapKeeper {
  private readonly collect: () => void;
  private floor = Number.POSITIVE_INFINITY;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.collect = runInNewContext('gc') as () => void;
  }

  check(): void {
    const used = getHeapStatistics().used_heap_size;
    this.floor = Math.min(this.floor, used);
    if (used - this.floor < GROWTH) return;
    this.collect();
    this.floor = getHeapStatistics().used_heap_size;
  }
}
