import type { JsonObject } from '../durable/canonical-json';
import { RunStoppedError } from './context';
import type { Journal } from './journal';
import type { JournalEntry, Step } from './journal-entry';

/** One step with a side effect. */
export interface DurableStep<Result extends JsonObject> {
  /** What is written before: enough to tell afterwards what may have happened. */
  intent(): JsonObject | Promise<JsonObject>;
  act(intent: JsonObject): Promise<Result>;
  /**
   * After a crash between intent and result: what the step did, found out from the world. Undefined when it did
   * nothing, so that it can be done again.
   */
  recover(intent: JsonObject): Promise<Result | undefined>;
}

/** What must be true for a step to begin, and how one that has begun is brought to its end. */
export interface StepGuard {
  /** Asked before each intent is written. @throws when the run is cancelled, or what the step would do has no room */
  begin(step: Step): void;
  /** Does work in spite of a cancel. */
  settle<Result>(work: () => Promise<Result>): Promise<Result>;
  isCancelled(): boolean;
}

/**
 * The journal of a resumed run tells of another way than the run takes now: a mistake of ours. Going on would do things a
 * second time.
 */
export class JournalMismatchError extends Error {
  constructor(place: number, written: string, expected: string) {
    super(`entry ${place} of its journal is \`${written}\`, where \`${expected}\` must follow`);
    this.name = 'JournalMismatchError';
  }
}

/** Steps that happen several times in a run, each with another name; their intents are that name and do nothing. */
const NAMED: ReadonlySet<Step> = new Set<Step>(['gate', 'plan']);

/** What a recovery that found nothing leaves behind. */
const NOTHING = { verdict: 'nothing-happened' };

/**
 * Runs the steps of a run, each at most once. A run is a plain function of its steps: after a crash it is called again
 * from the start, and every step that has a result in the journal gives that result instead of acting. So the code that
 * resumes is the code that runs.
 */
export class DurableSteps {
  private readonly done: JournalEntry[];
  /** How many entries of the past were passed. */
  private passed = 0;

  /** @param past what the journal holds already */
  constructor(
    private readonly journal: Pick<Journal, 'append'>,
    past: readonly JournalEntry[],
    private readonly guard: StepGuard,
  ) {
    this.done = [...past];
  }

  /** @throws JournalMismatchError when the journal holds another step here */
  async step<Result extends JsonObject>(name: Step, step: DurableStep<Result>): Promise<Result> {
    for (;;) {
      const written = this.take(`${name}.intent`);
      if (!written) this.begin(name);
      const intent = written && 'data' in written ? written.data : await step.intent();
      if (written && NAMED.has(name)) this.requireSame(written, await step.intent());
      if (!written) this.journal.append({ type: `${name}.intent`, data: intent });
      const ending = this.take(`${name}.result`, `${name}.recovered`);
      if (ending && 'data' in ending) {
        if (isNothing(ending.data)) continue;
        rethrow(ending.data);
        return ending.data as Result;
      }
      if (written) {
        const recovered = await this.ended(`${name}.recovered`, () => this.recover(step, intent));
        this.journal.append({ type: `${name}.recovered`, data: recovered ?? NOTHING });
        if (!recovered) continue;
        return recovered;
      }
      const result = await this.ended(`${name}.result`, () => step.act(intent));
      this.journal.append({ type: `${name}.result`, data: result });
      return result;
    }
  }

  private begin(name: Step): void {
    this.throwIfStoppedHere();
    this.guard.begin(name);
  }

  /** The run was stopped here before it was resumed: what follows in the journal is what was done about it. */
  private throwIfStoppedHere(): void {
    const [next] = this.done;
    if (!next || !isStop(next)) return;
    const { why, kind } = next.data;
    throw new RunStoppedError(
      (kind as RunStoppedError['kind'] | undefined) ?? 'cancelled',
      typeof why === 'string' ? why : 'Cancelled.',
    );
  }

  /** What happened must be found out, and half of it ended, also when the run is asked to stop. */
  private async recover<Result extends JsonObject>(
    step: DurableStep<Result>,
    intent: JsonObject,
  ): Promise<Result | undefined> {
    try {
      return await this.guard.settle(() => step.recover(intent));
    } catch (error) {
      const isStopped = error instanceof RunStoppedError && error.kind === 'failed' && this.guard.isCancelled();
      throw isStopped ? new RunStoppedError('cancelled', error.message, error.evidence) : error;
    }
  }

  /** A failure is an ending too: the journal says so, and a resumed run fails in the same way. */
  private async ended<Result>(type: `${Step}.${'result' | 'recovered'}`, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RunStoppedError) {
        const { kind, message, evidence } = error;
        this.journal.append({ type, data: { failed: { kind, message, evidence } } } as JournalEntry);
      }
      throw error;
    }
  }

  /**
   * An entry that is written once in a run, in its order.
   *
   * @param make called only when the journal does not hold one of its type at this place
   */
  async once<Entry extends JournalEntry>(
    types: readonly Entry['type'][],
    make: () => Entry | Promise<Entry>,
  ): Promise<Entry> {
    const written = this.take(...types);
    if (written) return written as Entry;
    this.throwIfStoppedHere();
    const entry = await make();
    this.journal.append(entry);
    return entry;
  }

  /**
   * The next entry of the past, which must be of one of these types unless the run was stopped here. Entries that only
   * inform (`apply.spawned`) are passed over.
   *
   * @returns undefined when the past is over
   */
  private take(...types: readonly string[]): JournalEntry | undefined {
    while (this.done[0]?.type.endsWith('.spawned')) this.pass();
    const [next] = this.done;
    if (!next || (isStop(next) && !types.includes(next.type))) return undefined;
    if (!types.includes(next.type)) throw new JournalMismatchError(this.passed + 1, titleOf(next), types.join(' or '));
    this.pass();
    return next;
  }

  private pass(): void {
    this.done.shift();
    this.passed++;
  }

  private requireSame(written: JournalEntry, intent: JsonObject): void {
    const expected = { type: written.type, data: intent } as JournalEntry;
    if (titleOf(written) !== titleOf(expected)) {
      throw new JournalMismatchError(this.passed, titleOf(written), titleOf(expected));
    }
  }
}

/** True for the entry that follows where a run was stopped. */
function isStop(entry: JournalEntry): entry is Extract<JournalEntry, { readonly data: JsonObject }> {
  return entry.type === 'cancel.intent' || entry.type === 'rollback.intent';
}

/** `gate.intent observe-before`: what it is, and what it is about. */
function titleOf(entry: JournalEntry): string {
  const what = 'data' in entry ? entry.data['what'] : undefined;
  return typeof what === 'string' ? `${entry.type} ${what}` : entry.type;
}

function rethrow(data: JsonObject): void {
  const failed = data['failed'] as { kind: RunStoppedError['kind']; message: string; evidence: JsonObject } | undefined;
  if (failed) throw new RunStoppedError(failed.kind, failed.message, failed.evidence);
}

function isNothing(data: JsonObject): boolean {
  return data['verdict'] === NOTHING.verdict;
}
