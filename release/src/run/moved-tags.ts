import type { BakedImage, Baker } from '../bakers/baker';
import { Ledger } from '../ledger/ledger';
import { ReleaseHistory } from '../ledger/releases';
import { RegistryError } from '../registry/registry';
import type { RunContext } from './context';
import type { DeployParts } from './deploy';

/**
 * Notes in the ledger when the tag of what was just deployed leads to another image now (F11). The release is not
 * affected; a person should know that somebody pushes over tags of releases. A registry that does not answer says nothing.
 */
export async function noteMovedTags(parts: DeployParts): Promise<void> {
  const { context, spec, ledger, environment, bake } = parts;
  const view = Ledger.read(bake.root.ledger(environment.name));
  const live = new ReleaseHistory(view).live();
  if (live?.run !== spec.run) return;
  for (const image of live.images) {
    const config = context.pipeline.images.get(image.name);
    const found = config && (await askFor(image, bake.bakerOf(config), context));
    // A resumed run comes by here again.
    const isNoted = view
      .records()
      .some(({ type, run, image: ref }) => type === 'drift' && run === spec.run && ref === image.ref);
    if (found === undefined || isNoted) continue;
    ledger.append({ type: 'drift', run: spec.run, what: 'tag-moved', image: image.ref, tag: image.tag, found });
    context.tell({
      type: 'warning',
      text: `${image.name}: somebody moved the tag ${image.tag ?? ''} to ${found}. ${live.id} runs ${image.id} by its digest and is not affected. Find out who pushes over tags of releases.`,
    });
  }
}

async function askFor(image: BakedImage, baker: Baker, context: RunContext): Promise<string | undefined> {
  try {
    return await baker.movedTag?.(image, context);
  } catch (error) {
    // The release is live: neither a registry that is away nor a cancel makes anything else of it.
    if (error instanceof RegistryError || context.signal.aborted) return undefined;
    throw error;
  }
}
