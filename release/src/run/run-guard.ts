import { DiskFullError, freeBytes, type DiskReserve } from '../durable/disk-full';
import type { RunContext } from './context';
import type { StepGuard } from './durable-steps';
import type { Step } from './journal-entry';

/** Steps that change something outside of the state root. */
const EFFECTS: ReadonlySet<string> = new Set<Step>(['bake', 'publish', 'apply', 'route', 'retire']);

/** What must be free before such a step begins: what comes of it must be written down. */
const NEEDED_BYTES = 50 * 1024 * 1024;

/** True for the intent of a step that changes something. */
export function isEffect(type: string): boolean {
  return type.endsWith('.intent') && EFFECTS.has(type.slice(0, -'.intent'.length));
}

/** No step begins when the run is cancelled, and none with a side effect when its result may find no room. */
export class RunGuard implements StepGuard {
  /** True once a step that changes something was let through. */
  hasBegun = false;

  constructor(
    private readonly world: {
      readonly context: RunContext;
      readonly freeBytes?: ((directory: string) => number) | undefined;
    },
    private readonly reserve: DiskReserve,
  ) {}

  begin(step: Step): void {
    const { context, freeBytes: ask = freeBytes } = this.world;
    context.signal.throwIfAborted();
    if (!EFFECTS.has(step)) return;
    if (!this.reserve.isHeld) throw new DiskFullError(`The disk of ${context.directory} is full: no ${step} begins`);
    const free = ask(context.directory);
    if (free < NEEDED_BYTES) {
      const [has, needs] = [free, NEEDED_BYTES].map((bytes) => Math.floor(bytes / 1024 / 1024));
      throw new DiskFullError(`Only ${has} MB are free below ${context.directory}; ${needs} MB are needed to ${step}`);
    }
    this.hasBegun = true;
  }

  settle<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.world.context.settle(work);
  }

  isCancelled(): boolean {
    return this.world.context.signal.aborted;
  }
}
