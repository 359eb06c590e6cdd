import type { BakedImage, Baker } from '../bakers/baker';
import type { Known } from '../config/interpolate';
import type { ImageConfig } from '../config/types';
import type { Leftovers } from '../bakers/packer/leftovers';
import { leftByBuilds, noteOfLeftovers } from '../ledger/left-behind';
import { ReleaseHistory } from '../ledger/releases';
import type { LedgerRecord } from '../ledger/record';
import type { LogView } from '../durable/chained-reader';
import type { JsonObject } from '../durable/canonical-json';
import { RunStoppedError, type RunContext } from './context';
import type { DurableSteps } from './durable-steps';
import type { LedgerWriter } from './ledger-writer';
import type { StateRoot } from '../state-root';
import { originOf, type ProvidedImage } from './image-origin';
import { keepStatement, provenanceOf } from './provenance';
import type { RunSpec } from './spec';

export interface BakeParts {
  readonly root: StateRoot;
  readonly spec: RunSpec;
  readonly context: RunContext;
  readonly steps: DurableSteps;
  readonly ledger: LedgerWriter;
  readonly view: LogView<LedgerRecord>;
  readonly bakerOf: (image: ImageConfig) => Baker;
  /** What is checked out now; undefined in a run that was never interrupted. */
  readonly gitNow?: (() => Promise<RunSpec['git']>) | undefined;
}

/**
 * An image for the inputs as they are now: the one that was baked from the same inputs and can still be had, else a new
 * one, tested, published under a name of its own, its digest proven, and recorded.
 */
export async function provideImage(image: ImageConfig, known: Known, parts: BakeParts): Promise<ProvidedImage> {
  const { spec, context, steps, ledger, view } = parts;
  const baker = parts.bakerOf(image);
  const choice = await steps.step('gate', {
    intent: () => ({ what: 'reuse', image: image.name }),
    act: async () => {
      const inputs = await baker.inputsHash(image, context);
      const reused = spec.decisions.rebake ? undefined : await retrievableImage(image, inputs, baker, parts);
      return { inputs, reused: reused ?? null, origin: reused ? originOf(reused, parts.view) : null };
    },
    recover: () => Promise.resolve(undefined),
  });
  if (choice.reused) {
    context.tell({
      type: 'state',
      state: 'BAKED',
      text: `${image.name}: the inputs are those of ${choice.reused.ref}`,
    });
    return { image: choice.reused, origin: choice.origin };
  }
  context.tell({ type: 'state', state: 'BAKING', text: `Baking ${image.name}` });
  const baked = await steps.step<JsonObject>('bake', {
    intent: () => ({ image: image.name, inputs: choice.inputs }),
    act: async () => {
      await requireInputs(choice.inputs, image, baker, parts);
      const made = await baker
        .bake(image, known, context)
        .catch((error: unknown) => noteLeftovers(error, image, parts));
      await requireInputs(choice.inputs, image, baker, parts);
      return made;
    },
    recover: async (intent) => {
      const made = await baker
        .recoverBake(image, intent, context)
        .catch((error: unknown) => noteLeftovers(error, image, parts));
      if (made) await requireInputs(choice.inputs, image, baker, parts);
      return made;
    },
  });
  await testImage(image, baked, parts);
  context.tell({ type: 'state', state: 'PUBLISHING', text: `Publishing ${image.name}` });
  const published = await steps.step<{ readonly image: BakedImage }>('publish', {
    intent: () => ({ image: image.name }),
    act: async () => {
      await requireCheckout(image, parts);
      const made = { ...(await baker.publish(image, baked, known, context)), inputs: choice.inputs };
      const statement = provenanceOf(made, image, spec);
      const kept = statement === undefined ? null : keepStatement(statement, parts.root);
      // Nobody made a list of what is in it: that is said, and none is made up.
      return { image: { ...made, provenance: { ...made.provenance, statement: kept, sbom: 'none' } } };
    },
    // Publishing under a unique name gives the same result however often it is done.
    recover: () => Promise.resolve(undefined),
  });
  await steps.once(['image.recorded'], () => {
    const again = view
      .records()
      .findLast(
        (record) =>
          record.type === 'image' && record.run === spec.run && (record['image'] as BakedImage).name === image.name,
      );
    const record =
      again ?? ledger.append({ type: 'image', run: spec.run, image: published.image, git: { ...spec.git } });
    return { type: 'image.recorded', seq: record.seq };
  });
  return { image: published.image, origin: null };
}

/**
 * An image under the hash of other inputs would be taken for theirs for ever.
 *
 * @throws RunStoppedError `failed`
 */
async function requireInputs(inputs: string, image: ImageConfig, baker: Baker, { context }: BakeParts): Promise<void> {
  if ((await baker.inputsHash(image, context)) === inputs) return;
  throw new RunStoppedError(
    'failed',
    `${image.name}: its inputs are no longer those that the run began with: somebody changed files, or checked out another commit. Start a new run. Nothing was published.`,
  );
}

/** A resumed run publishes nothing in the name of a commit that is not checked out any more. @throws RunStoppedError */
async function requireCheckout({ name }: ImageConfig, { spec, gitNow }: BakeParts): Promise<void> {
  const now = spec.git.commit === null ? undefined : await gitNow?.();
  if (!now || (now.commit === spec.git.commit && now.dirty === spec.git.dirty)) return;
  const changes = spec.git.dirty ? 'what was not committed is gone' : 'something is not committed';
  const other = `${now.commit ?? 'no commit'} is checked out, not ${spec.git.commit ?? ''}`;
  const why = now.commit === spec.git.commit ? changes : other;
  throw new RunStoppedError(
    'failed',
    `${name}: the run was interrupted, and the checkout is another one now: ${why}. Start a new run. Nothing was published.`,
  );
}

/** What a build made before it failed is no image of ours, and stays where it is: a person may delete it (F06, F08). */
function noteLeftovers(error: unknown, { name }: ImageConfig, { ledger, spec, view }: BakeParts): never {
  const left = error instanceof RunStoppedError ? error.evidence['left'] : undefined;
  // A resumed run comes by here again.
  const isNoted = leftByBuilds(view).some(({ run, image }) => run === spec.run && image === name);
  if (left !== undefined && !isNoted) {
    const note = noteOfLeftovers(spec.run, name, left as Leftovers);
    if (note) ledger.append(note);
  }
  throw error;
}

async function retrievableImage(
  image: ImageConfig,
  inputs: string,
  baker: Baker,
  { context, view }: BakeParts,
): Promise<BakedImage | undefined> {
  for (const known of ReleaseHistory.imagesIn(view)) {
    if (known.name !== image.name || known.inputs !== inputs) continue;
    if ((await baker.retrievable(known, context)).is === 'there') return known;
  }
  return undefined;
}

async function testImage(image: ImageConfig, baked: JsonObject, { context, steps }: BakeParts): Promise<void> {
  if (image.tests.length === 0) return;
  context.tell({ type: 'state', state: 'TESTING', text: `Testing ${image.name}` });
  for (const [index, test] of image.tests.entries()) {
    await steps.step('test', {
      intent: () => ({ image: image.name, test: index }),
      act: async () => {
        const local = typeof baked['local'] === 'string' ? baked['local'] : '';
        const [program, ...words] = test.command;
        // Inside the image the container engine runs it; the baker says how.
        const inside = test.inImage ? (baked['runInside'] as readonly string[] | null | undefined) : undefined;
        if (test.inImage && !inside) {
          throw new RunStoppedError('refused', `${image.name}: a test inside the image needs a container image.`);
        }
        const [engine = program, ...before] = inside ?? [];
        const tool = context.tool(inside ? engine : program);
        const result = await context.act({
          name: 'test',
          tool,
          words: inside ? [...before, program, ...words] : words,
          environment: { IMMUTABLE_IMAGE: local },
          timeout: test.timeout,
        });
        if (result.code === 0) return { code: 0 };
        // It was ended because somebody stops the run: the test says nothing.
        context.signal.throwIfAborted();
        const why = result.problem ?? `exit code ${result.code ?? 'unknown'}`;
        throw new RunStoppedError(
          'failed',
          `${image.name}: the test \`${program}\` failed: ${why}. See ${result.output}. Nothing was published.`,
        );
      },
      recover: () => Promise.resolve(undefined),
    });
  }
}
