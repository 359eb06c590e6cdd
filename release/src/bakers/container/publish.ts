import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { removeIfThere } from '../../durable/files';
import { RegistryError, type PublishedManifest, type Registry } from '../../registry/registry';
import { RunStoppedError, type RunContext } from '../../run/context';
import type { Builder } from './builder';

/** Before the second and the third try; half to one and a half of it is waited. */
const WAITS_MILLISECONDS = [500, 1000] as const;

export interface PublishOrder {
  readonly image: string;
  /** Id or local name. */
  readonly local: string;
  readonly isIndex: boolean;
  /** Ids of the images that were built: how ours is told from another one under the same tag. */
  readonly ids: readonly string[];
  readonly repository: string;
  readonly tag: string;
  readonly isInsecure: boolean;
}

/**
 * Pushes an image under its tag and proves, by asking the registry, that the tag leads to what was pushed. Doing it again
 * finds the image there, and pushes nothing.
 *
 * @throws RunStoppedError `failed`; nothing that anybody uses was changed
 */
export async function publishUnder(
  order: PublishOrder,
  builder: Builder,
  registry: Registry,
  context: RunContext,
): Promise<PublishedManifest> {
  const reference = `${order.repository}:${order.tag}`;
  const before = await look(order, registry, context);
  if (before) {
    if (order.ids.some((id) => before.digests.includes(id))) return before;
    throw failed(`${reference} is another image already. Tags of releases are never moved.`);
  }
  const pushed = await pushPatiently({ ...order, reference }, builder, context);
  const after = await look(order, registry, context);
  if (!after) throw failed(`${reference} was pushed, but the registry does not have it.`);
  if (after.digest !== pushed) {
    throw failed(`The tag was moved by someone else: ${reference} is ${after.digest}, but ${pushed} was pushed.`);
  }
  return after;
}

async function look(
  { repository, tag }: PublishOrder,
  registry: Registry,
  { signal }: RunContext,
): Promise<PublishedManifest | undefined> {
  try {
    return await registry.manifest(repository, tag, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RegistryError) throw failed(error.message);
    throw error;
  }
}

/** A push may be done again: a layer that is there is not sent twice. Nothing else is tried more than once. */
async function pushPatiently(
  order: PublishOrder & { readonly reference: string },
  builder: Builder,
  context: RunContext,
): Promise<string> {
  const digestFile = join(context.directory, `digest-${order.image}`);
  for (let attempt = 0; ; attempt++) {
    removeIfThere(digestFile);
    const { result, digest } = await builder.push({ ...order, digestFile });
    if (digest !== undefined) return digest;
    context.signal.throwIfAborted();
    const why =
      result.problem ?? (result.code === 0 ? 'it did not tell the digest' : `exit code ${result.code ?? 'unknown'}`);
    const wait = WAITS_MILLISECONDS[attempt];
    if (wait === undefined) {
      throw failed(`${order.reference} could not be pushed, tried ${attempt + 1} times: ${why}. See ${result.output}.`);
    }
    context.tell({ type: 'warning', text: `Pushing ${order.reference} failed (${why}); it is tried again.` });
    await pause(randomInt(wait / 2, wait * 1.5), undefined, { signal: context.signal }).catch(() => undefined);
  }
}

function failed(message: string): RunStoppedError {
  return new RunStoppedError(
    'failed',
    `${message} Nothing was changed: no environment uses the image. Look at the registry, then run again.`,
  );
}
