import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../durable/canonical-json';
import type { BakedImage } from '../bakers/baker';
import { Ledger } from '../ledger/ledger';
import type { ReleaseRecord } from '../ledger/releases';
import { askFor, planStep } from '../run/planning';
import { RunStoppedError } from '../run/context';
import { imagesOf, releaseId, type DeployParts, type RunEnd } from '../run/deploy';
import { actorOf } from '../run/spec';
import type { PreparedPlan, RunningSlot } from '../targets/target';
import { adoptedImage } from './adopted-image';

/** What the target said when it was asked. */
interface Seen extends JsonObject {
  readonly activeSlot: string | null;
  readonly slots: readonly SeenSlot[];
}

interface SeenSlot extends JsonObject {
  readonly name: string;
  readonly release: string | null;
  readonly running: readonly string[];
  readonly images: readonly BakedImage[];
  /** Names of images that could not be found in it. */
  readonly missing: readonly string[];
}

/** A release that is written down without having been deployed from here. */
interface Found extends JsonObject {
  readonly id: string;
  readonly slot: SeenSlot;
  readonly isStamped: boolean;
}

/**
 * Writes down what runs in an environment that has no ledger, or another one than it should have: by the stamp on the
 * target where there is one, else as it is found. Nothing on the target changes.
 *
 * @throws RunStoppedError `refused` when what serves cannot be read
 */
export async function adopt(parts: DeployParts): Promise<RunEnd> {
  const { context, history, spec } = parts;
  context.tell({ type: 'state', state: 'PLANNING', text: 'Reading what runs' });
  const seen = await look(parts);
  const active = seen.slots.find(({ name }) => name === seen.activeSlot);
  if (!active || active.images.length === 0) {
    throw refused(`nothing that serves ${spec.environment ?? ''} can be read from the target`);
  }
  if (active.missing.length > 0) {
    throw refused(`${active.name} runs no image \`${active.missing.join('`, `')}\` that could be read`);
  }
  const live = history.live();
  if (live && active.images.every((image) => live.images.some((known) => isSame(image, known)))) {
    return { outcome: 'live', text: `${live.id} is live, and is what runs. Nothing was recorded.` };
  }
  const found = [...earlier(seen, active, parts), foundIn(active, parts)];
  const plan = await planStep('adopt', () => Promise.resolve(planOf(found, active, parts)), parts);
  const granted = await askFor(plan, 'adopt', parts);
  await record(found, plan, granted.by, parts);
  const last = found.at(-1)?.id ?? '';
  return { outcome: 'live', text: `${last} is live: it was adopted. Nothing on the target was changed.` };
}

async function look({ steps, target, context, ...parts }: DeployParts): Promise<Seen> {
  return steps.step<Seen>('gate', {
    intent: () => ({ what: 'adopt' }),
    act: async () => {
      const { activeSlot } = await target.observe(context);
      const slots = await target.running(context);
      const wanted = imagesOf({ steps, target, context, ...parts });
      return { activeSlot: activeSlot ?? null, slots: slots.map((slot) => seenIn(slot, wanted)) };
    },
    recover: () => Promise.resolve(undefined),
  });
}

function seenIn({ name, release, images, running }: RunningSlot, wanted: ReturnType<typeof imagesOf>): SeenSlot {
  const found = wanted.flatMap((config) => {
    const image = images.find((one) => one.name === config.name);
    return image ? [adoptedImage(config, image)] : [];
  });
  const missing = wanted.map((config) => config.name).filter((one) => !found.some((image) => image.name === one));
  return { name, release: release ?? null, running, images: found, missing };
}

function foundIn(slot: SeenSlot, { history, spec }: DeployParts): Found {
  const { release } = slot;
  // A release stands in a ledger once.
  const isStamped = release !== null && history.byId(release) === undefined;
  return { id: isStamped ? release : releaseId(spec), slot, isStamped };
}

/**
 * The version before, kept warm beside the one that serves: a rollback can go there. Names of releases are made of the
 * time, so a younger one beside an older one that serves is one that never got the traffic.
 */
function earlier(seen: Seen, active: SeenSlot, { history }: DeployParts): readonly Found[] {
  return seen.slots
    .filter(({ images, missing }) => images.length > 0 && missing.length === 0)
    .flatMap((slot) => {
      const { release } = slot;
      if (slot === active || release === null || active.release === null || release >= active.release) return [];
      return history.byId(release) === undefined ? [{ id: release, slot, isStamped: true }] : [];
    });
}

function planOf(found: readonly Found[], active: SeenSlot, { environment }: DeployParts): PreparedPlan {
  const lines = found.map(({ id, slot, isStamped }) => {
    const images = slot.images.map(({ name, ref }) => `${name} \`${ref}\``).join(', ');
    const by = isStamped ? 'by its stamp' : 'nothing on the target names a release';
    return `- ${slot === active ? 'Live' : 'Before it'}: \`${id}\` in ${slot.name} (${by}), ${images}`;
  });
  const hash = createHash('sha256')
    .update(canonicalJson(['adopt', environment.name, found]))
    .digest('hex');
  return {
    hash: `sha256:${hash}`,
    document: [
      `# Adopt what runs in ${environment.name}`,
      ...lines,
      '',
      'Only the ledger is written. Nothing on the target changes, and its health is not asked.',
    ].join('\n'),
    counts: { add: 0, change: 0, destroy: 0 },
    violations: [],
    isEmpty: false,
    intent: {},
  };
}

async function record(found: readonly Found[], plan: PreparedPlan, by: string, parts: DeployParts): Promise<void> {
  const { steps, ledger, root, environment, context, spec } = parts;
  await steps.once(['release.recorded'], () => {
    // After a crash a part may stand there already.
    const written = Ledger.read(root.ledger(environment.name)).records();
    let supersedes = parts.history.live()?.id ?? null;
    let seq = 0;
    for (const { id, slot } of found) {
      const again = written.find((entry) => entry.type === 'release' && entry['id'] === id);
      const entry: ReleaseRecord = {
        type: 'release',
        kind: 'adopt',
        run: spec.run,
        id,
        environment: environment.name,
        app: context.pipeline.app,
        images: slot.images,
        supersedes,
        rollbackOf: null,
        rolledBackFrom: null,
        slot: slot.name,
        health: { verdict: 'unchecked', samples: 0 },
        running: slot.running,
        plan: plan.hash,
        approvedBy: by,
        config: null,
        oneWay: false,
        actor: actorOf(spec),
        // The commit here is not the one that runs there.
        git: { commit: null, branch: null, dirty: false, pushed: null },
        overrides: [],
      };
      seq = (again ?? ledger.append(entry)).seq;
      supersedes = id;
    }
    return { type: 'release.recorded', seq };
  });
  await steps.once(['run.live'], () => ({ type: 'run.live' }));
  context.tell({ type: 'state', state: 'LIVE', text: `${found.at(-1)?.id ?? ''} is live` });
}

function isSame(one: BakedImage, other: BakedImage): boolean {
  const ids = new Set([other.id, other.ref, ...other.digests]);
  return one.name === other.name && [one.id, ...one.digests].some((id) => ids.has(id));
}

function refused(why: string): RunStoppedError {
  return new RunStoppedError('refused', `There is nothing to adopt: ${why}. Nothing was recorded.`);
}
