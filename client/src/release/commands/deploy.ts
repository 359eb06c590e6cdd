import { relative } from 'node:path';
import { l10n } from 'vscode';
import { gitState } from '../../../../release/src/api/git-state';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
import { imagesText } from '../model/release-rows';
import { missingTools, toolsOf } from '../model/tools';
import { startRun, type AskedRun } from '../runs/start-run';
import type { StoredRun } from '../runs/run-store';
import type { ReadyPipeline } from '../workspace/pipelines';
import { requireTrust } from '../workspace/trust';
import { chooseEnvironment, choosePipeline, readGiven, type ChosenEnvironment } from './choose';

/** *Deploy…*: bakes what changed, plans, and waits for the approval of the plan. */
export async function deploy(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Deploy'),
    describe: describeLive,
  });
  if (!chosen) return undefined;
  const kind = chosen.environment.promoteFrom === undefined ? 'deploy' : 'promote';
  return startDeployment(delivery, chosen, kind);
}

/** *Promote…*: the images that are live in another environment, never baked anew. */
export async function promote(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Promote'),
    fits: ({ environment }) => environment.promoteFrom !== undefined,
    none: l10n.t('No environment takes its images from another one: `promoteFrom` in immutable.yaml says which.'),
    describe: ({ environment, pipeline }) => {
      const from = environment.promoteFrom?.environment ?? '';
      const live = liveIn(pipeline, from);
      return live ? l10n.t('from {0}: {1}', from, imagesText(live)) : l10n.t('from {0}, where nothing is live', from);
    },
    problem: ({ environment, pipeline }) =>
      liveIn(pipeline, environment.promoteFrom?.environment ?? '')
        ? undefined
        : l10n.t('nothing is live in {0} yet; deploy there first.', environment.promoteFrom?.environment ?? ''),
  });
  return chosen && startDeployment(delivery, chosen, 'promote');
}

/** *Bake Image*: the image that a file belongs to, or the one that is picked. */
export async function bake(delivery: Delivery, given: unknown): Promise<StoredRun | undefined> {
  const pipeline = await choosePipeline(delivery, given, l10n.t('Bake Image'));
  if (!pipeline) return undefined;
  const names = [...pipeline.workspace.pipeline.images.keys()];
  if (names.length === 0) {
    await delivery.ask.notify({
      severity: 'information',
      text: l10n.t('immutable.yaml names no image yet. Add one below `images`, or run Set Up Pipeline.'),
    });
    return undefined;
  }
  const { uri, image } = readGiven(given);
  const named = image !== undefined && names.includes(image) ? image : undefined;
  const own = named ?? (uri ? imageOfFile(pipeline, uri.fsPath) : undefined);
  const picked = own ?? (names.length === 1 ? names[0] : await pickImage(delivery, pipeline, names));
  if (picked === undefined) return undefined;
  const images = picked === '' ? [] : [picked];
  if (!(await hasTools(delivery, pipeline, undefined))) return undefined;
  return startRun(delivery, pipeline, { kind: 'bake', environment: null, images });
}

async function pickImage(
  delivery: Delivery,
  pipeline: ReadyPipeline,
  names: readonly string[],
): Promise<string | undefined> {
  const picked = await delivery.ask.pick({
    title: l10n.t('Bake Image'),
    placeholder: l10n.t('Which image?'),
    choices: [
      ...names.map((name) => ({ label: name, description: bakeText(pipeline, name), value: name })),
      { label: l10n.t('All images'), value: '' },
    ],
    preferred: delivery.memory.get<string>('delivery.image'),
  });
  if (picked === undefined || picked === BACK) return undefined;
  await delivery.memory.update('delivery.image', picked);
  return picked;
}

function bakeText({ workspace }: ReadyPipeline, name: string): string {
  const bakeOf = workspace.pipeline.images.get(name)?.bake;
  return bakeOf?.kind === 'container' ? bakeOf.dockerfile : (bakeOf?.template ?? '');
}

/** The image that a Dockerfile or a Packer template makes. */
function imageOfFile({ workspace }: ReadyPipeline, path: string): string | undefined {
  const from = relative(workspace.folder, path).replaceAll('\\', '/');
  return [...workspace.pipeline.images.values()].find(({ bake: made }) => {
    if (made.kind === 'container') return made.dockerfile === from;
    return made.template === from || from.startsWith(`${made.template.replace(/\/$/, '')}/`);
  })?.name;
}

async function startDeployment(
  delivery: Delivery,
  chosen: ChosenEnvironment,
  kind: 'deploy' | 'promote',
): Promise<StoredRun | undefined> {
  const { pipeline, environment } = chosen;
  if (!(await hasTools(delivery, pipeline, environment.name))) return undefined;
  if (kind === 'deploy' && !(await isTreeAccepted(delivery, chosen))) return undefined;
  return startRun(delivery, pipeline, { kind, environment: environment.name });
}

/** Names what is not installed, and how to get it, before a run is refused for it. */
export async function hasTools(
  delivery: Delivery,
  { workspace }: ReadyPipeline,
  environment: string | undefined,
  bakes = true,
): Promise<boolean> {
  const missing = missingTools(toolsOf(workspace.pipeline, environment, bakes), workspace.folder, process.env);
  const [first] = missing;
  if (!first) return true;
  const doctor = l10n.t('Doctor');
  const text = missing.map(({ text: one }) => one).join(' ');
  if ((await delivery.ask.notify({ severity: 'error', text, buttons: [doctor] })) === doctor)
    await delivery.run('immutableInfra.doctor');
  return false;
}

/** Files that are not committed: a warning, or a refusal where the pipeline asks for a clean tree. */
async function isTreeAccepted(delivery: Delivery, { pipeline, environment }: ChosenEnvironment): Promise<boolean> {
  requireTrust();
  const { gates } = pipeline.workspace.pipeline;
  const { git } = await gitState(pipeline.workspace.folder);
  if (!git.dirty) return true;
  if (gates.cleanGit === 'always' || (gates.cleanGit === 'protected' && environment.protected)) {
    await delivery.ask.notify({
      severity: 'warning',
      text: l10n.t(
        '{0} takes committed files only, and some are changed. Commit them first. Only the command line can go on without, and the ledger keeps why.',
        environment.name,
      ),
    });
    return false;
  }
  const go = l10n.t('Deploy What Is Here');
  const picked = await delivery.ask.modal({
    text: l10n.t('Some files are changed and not committed. Deploy to {0} all the same?', environment.name),
    detail: l10n.t('The release is recorded as dirty: nobody can make the same image from its commit again.'),
    buttons: [go],
  });
  return picked === go;
}

function describeLive({ pipeline, environment }: ChosenEnvironment): string {
  const live = liveIn(pipeline, environment.name);
  return live ? l10n.t('live: {0}', imagesText(live)) : l10n.t('nothing was deployed yet');
}

function liveIn({ workspace }: ReadyPipeline, environment: string): ReturnType<ReleaseHistory['live']> {
  return new ReleaseHistory(Ledger.read(workspace.root.ledger(environment))).live();
}

/** The same request again, with what was decided meanwhile. */
export function askAgain(run: StoredRun, overrides: StoredRun['spec']['decisions']['overrides']): AskedRun {
  const { kind, environment, images, release, slot, decisions } = run.spec;
  return {
    kind,
    environment,
    images,
    release: release ?? undefined,
    slot: slot ?? undefined,
    decisions: {
      allowDirty: decisions.allowDirty,
      acceptOneWay: decisions.acceptOneWay,
      rebake: decisions.rebake,
      oneWay: decisions.oneWay,
      overrides,
    },
  };
}
