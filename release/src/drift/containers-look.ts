import type { ContainersTargetConfig } from '../config/types';
import { knownOfRelease } from '../ledger/known-of-release';
import type { StoredRelease } from '../ledger/releases';
import { RunStoppedError, type RunContext } from '../run/context';
import type { ContainerState } from '../targets/containers/container-state';
import { ContainerEngine } from '../targets/containers/engine';
import { containerName, LABELS } from '../targets/containers/labels';
import { RouteFile } from '../targets/containers/route-file';
import { storedConfig, type StoredConfig } from '../targets/containers/run-spec';
import {
  containersOfPlace,
  hostPort,
  isStamped,
  placeOf,
  slotNames,
  slotsOf,
  type Slot,
} from '../targets/containers/slots';
import type { Difference, Instance, KeptRelease, LedgerFacts, TargetLook } from './difference';

/**
 * Looks at the containers of an environment and at the file that moves its traffic.
 *
 * @throws RunStoppedError when the engine does not answer
 */
export async function lookAtContainers(
  config: ContainersTargetConfig,
  facts: LedgerFacts,
  context: RunContext,
): Promise<TargetLook> {
  const engine = await ContainerEngine.find(config.engine, context);
  context.tell({ type: 'progress', text: `asking ${engine.kind}`, done: null, of: null });
  const containers = await containersOfPlace(config, engine, context);
  const slots = slotsOf(config, containers, context);
  const route = lookAtRoute(slots, facts.live, context);
  const judged = containers.map((container) => judge(container, config, facts, context));
  return {
    differences: [
      ...missing(containers, config, facts.live, context),
      ...judged.flatMap(({ differences }) => differences),
      ...route.differences,
    ],
    instances: judged.map(({ instance }) => ({ ...instance, hasTraffic: instance.slot === route.activeSlot })),
    unseen: [
      'What people change inside a running container, by exec or ssh, shows nowhere: only a new container is sure.',
      ...route.unseen,
    ],
  };
}

/** What the live release runs and how, as the ledger keeps it. */
function runsOf(live: StoredRelease, config: ContainersTargetConfig): StoredConfig['run'] {
  return ((live.config as StoredConfig | null) ?? storedConfig(config)).run;
}

function missing(
  containers: readonly ContainerState[],
  config: ContainersTargetConfig,
  live: StoredRelease | undefined,
  context: RunContext,
): Difference[] {
  if (!live || live.slot === null) return [];
  const slot = live.slot;
  return runsOf(live, config).flatMap((run): Difference[] => {
    const name = containerName(placeOf(context), slot, run.name);
    const found = containers.find((container) => container.name === name);
    if (!found) return [{ kind: 'missing', where: name, text: `it is not there; ${live.id} should run in ${slot}` }];
    if (found.isRunning) return [];
    const text = `it is ${found.status} (exit code ${found.exitCode}); ${live.id} should run in ${slot}`;
    return [{ kind: 'missing', where: name, text }];
  });
}

interface Judged {
  readonly instance: Instance;
  readonly differences: readonly Difference[];
}

function judge(
  container: ContainerState,
  config: ContainersTargetConfig,
  facts: LedgerFacts,
  context: RunContext,
): Judged {
  const { live } = facts;
  const slot = slotOf(container, config, context);
  const release = isStamped(container) ? (container.labels[LABELS.release] ?? null) : null;
  const expected = slot === null ? undefined : slot === live?.slot ? keptOf(live) : facts.keptIn(slot);
  const wrong = differenceOf(container, slot, release, expected, config, facts, context);
  const isOther = wrong.some(({ kind }) => kind === 'image' || kind === 'extra');
  return {
    instance: {
      name: container.name,
      id: container.id.slice(0, 12),
      slot,
      image: container.image,
      release,
      state: container.status,
      hasTraffic: false,
      match: isOther ? 'mismatch' : expected ? 'match' : 'unknown',
    },
    differences: wrong,
  };
}

function differenceOf(
  container: ContainerState,
  slot: string | null,
  release: string | null,
  expected: KeptRelease | undefined,
  config: ContainersTargetConfig,
  facts: LedgerFacts,
  context: RunContext,
): readonly Difference[] {
  const { name: where, labels } = container;
  const difference = (kind: Difference['kind'], text: string): readonly Difference[] => [{ kind, where, text }];
  if (slot === null || (!isStamped(container) && !expected?.isAdopted)) {
    return difference('extra', 'it has a name of ours and was not started by this tool');
  }
  if (!expected) {
    const who = release === null ? 'no release' : release;
    if (!facts.live) return difference('extra', `${who} runs in ${slot}, and the ledger knows no release at all`);
    return facts.knowsRelease(release ?? '')
      ? difference('extra', `${who} runs in ${slot}, and was retired`)
      : difference('extra', `${who} runs in ${slot}, and no record names it; a run that did not end may have left it`);
  }
  // What was adopted without a stamp has none still.
  if (isStamped(container) && release !== expected.id) {
    return difference('image', `it belongs to ${release ?? 'no release'}; the ledger has ${expected.id} in ${slot}`);
  }
  const { live } = facts;
  const run = (live && expected.id === live.id ? runsOf(live, config) : storedConfig(config).run).find(
    ({ name }) => containerName(placeOf(context), slot, name) === where,
  );
  if (!run) {
    // How an older release was run, only its own record tells.
    if (expected.id !== live?.id) return [];
    return difference('extra', `${expected.id} has no container of this name`);
  }
  const digests = expected.images.find(({ name }) => name === run.image)?.digests ?? [];
  if (digests.length > 0 && !digests.includes(container.image)) {
    return difference('image', `it runs ${container.image}, which is no image of ${expected.id}`);
  }
  if (expected.id !== live?.id || expected.isAdopted) return [];
  const port = hostPort(run.publish[slot]?.[0]);
  if (port !== undefined && labels[LABELS.port] !== port) {
    return difference('config', `it was started for port ${labels[LABELS.port] ?? 'none'}, ${live.id} has ${port}`);
  }
  if (labels[LABELS.run] !== live.run) {
    return difference('config', `run ${labels[LABELS.run] ?? 'none'} started it, ${live.id} is of run ${live.run}`);
  }
  return [];
}

/** By its stamp, else by its name. */
function slotOf(container: ContainerState, config: ContainersTargetConfig, context: RunContext): string | null {
  if (isStamped(container)) return container.labels[LABELS.slot] ?? null;
  const isNamed = (slot: string): boolean =>
    config.run.some(({ name }) => containerName(placeOf(context), slot, name) === container.name);
  return slotNames(config).find(isNamed) ?? null;
}

function keptOf({ id, images, kind }: StoredRelease): KeptRelease {
  return { id, images, isAdopted: kind === 'adopt' };
}

interface RouteLook {
  readonly activeSlot: string | undefined;
  readonly differences: readonly Difference[];
  readonly unseen: readonly string[];
}

/** Whom the file sends the traffic to, and whether it is written as the release wrote it. */
function lookAtRoute(slots: readonly Slot[], live: StoredRelease | undefined, context: RunContext): RouteLook {
  const config = context.environment?.route;
  if (config?.kind !== 'file') return { activeSlot: undefined, differences: [], unseen: [] };
  const route = new RouteFile(config, context);
  const wrong = (text: string): readonly Difference[] => [{ kind: 'route', where: route.name, text }];
  let activeSlot: string | undefined;
  try {
    activeSlot = route.activeSlot(slots);
  } catch (error) {
    if (!(error instanceof RunStoppedError)) throw error;
    return { activeSlot, differences: [], unseen: [`Nobody can tell where the traffic goes: ${error.message}`] };
  }
  const unseen = config.reload
    ? [`Whether the proxy has read ${route.name} shows nowhere: its reload can only be run, not asked.`]
    : [];
  if (!live || live.slot === null) return { activeSlot, differences: [], unseen };
  if (activeSlot === undefined) {
    const what = route.current() === undefined ? 'the file is not there' : 'the file names no slot';
    return { activeSlot, differences: wrong(`${what}; the ledger says ${live.slot} has the traffic`), unseen };
  }
  if (activeSlot !== live.slot) {
    return { activeSlot, differences: wrong(`the traffic goes to ${activeSlot}, not to ${live.slot}`), unseen };
  }
  const written = contentOf(route, live, slots);
  const isOther = written !== undefined && written !== route.current();
  return {
    activeSlot,
    differences: isOther ? wrong(`it sends the traffic to ${activeSlot}, but is not as ${live.id} wrote it`) : [],
    unseen,
  };
}

/** As the live release wrote the file; undefined when a part of it stands in no record. */
function contentOf(route: RouteFile, live: StoredRelease, slots: readonly Slot[]): string | undefined {
  const port = slots.find(({ name }) => name === live.slot)?.port ?? '';
  const other = slots.find(({ name }) => name !== live.slot)?.name ?? '';
  try {
    return route.contentFor(live.slot ?? '', port, other, knownOfRelease(live));
  } catch (error) {
    if (error instanceof RunStoppedError) return undefined;
    throw error;
  }
}
