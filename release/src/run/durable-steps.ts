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

/** What a recovery that found nothing leaves behind. */
const NOTHING = { verdict: 'nothing-happened' };

/**
 * Runs the steps of a run, each at most once. A run is a plain function of its steps: after a crash it is called again
 * from the start, and every step that has a result in the journal gives that result instead of acting. So the code that
 * resumes is the code that runs.
 */
export class DurableSteps {
  private readonly done: JournalEntry[];

  /** @param past what the journal holds already */
  constructor(
    private readonly journal: Journal,
    past: readonly JournalEntry[],
  ) {
    this.done = [...past];
  }

  async step<Result extends JsonObject>(name: Step, step: DurableStep<Result>): Promise<Result> {
    for (;;) {
      const written = this.take(`${name}.intent`);
      const intent = written && 'data' in written ? written.data : await step.intent();
      if (!written) this.journal.append({ type: `${name}.intent`, data: intent });
      const ending = this.take(`${name}.result`, `${name}.recovered`);
      if (ending && 'data' in ending) {
        if (isNothing(ending.data)) continue;
        rethrow(ending.data);
        return ending.data as Result;
      }
      if (written) {
        const recovered = await step.recover(intent);
        this.journal.append({ type: `${name}.recovered`, data: recovered ?? NOTHING });
        if (!recovered) continue;
        return recovered;
      }
      const result = await this.act(name, () => step.act(intent));
      this.journal.append({ type: `${name}.result`, data: result });
      return result;
    }
  }

  /** A failure is a result too: the journal says so, and a resumed run fails in the same way. */
  private async act<Result>(name: Step, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof RunStoppedError) {
        const { kind, message, evidence } = error;
        this.journal.append({ type: `${name}.result`, data: { failed: { kind, message, evidence } } });
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
    const entry = await make();
    this.journal.append(entry);
    return entry;
  }

  /**
   * The next entry of the past when it is of one of these types. Entries that only inform (`apply.spawned`) are passed
   * over.
   */
  private take(...types: readonly string[]): JournalEntry | undefined {
    while (this.done[0]?.type.endsWith('.spawned')) this.done.shift();
    const [next] = this.done;
    if (!next || !types.includes(next.type)) return undefined;
    this.done.shift();
    return next;
  }
}

function rethrow(data: JsonObject): void {
  const failed = data['failed'] as { kind: RunStoppedError['kind']; message: string; evidence: JsonObject } | undefined;
  if (failed) throw new RunStoppedError(failed.kind, failed.message, failed.evidence);
}

function isNothing(data: JsonObject): boolean {
  return data['verdict'] === NOTHING.verdict;
}
