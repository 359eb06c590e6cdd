import { join } from 'node:path';
import { l10n, Range, Uri, window, workspace } from 'vscode';
import { BACK, type Choice } from '../ask/ask';
import { askInTurn, type QuestionStep } from '../ask/questions';
import type { Delivery } from '../delivery';
import { endText, titleOf } from '../model/run-text';
import type { EnvironmentConfig } from '../../../../release/src/config/types';
import type { StoredRun } from '../runs/run-store';
import type { FoundPipeline, ReadyPipeline } from '../workspace/pipelines';

/** What a command is about. */
export interface ChosenEnvironment {
  readonly pipeline: ReadyPipeline;
  readonly environment: EnvironmentConfig;
}

/** What a row of a view, a menu of the explorer or a test hands to a command. */
export interface Given {
  readonly pipeline?: ReadyPipeline | undefined;
  readonly environment?: string | undefined;
  readonly run?: string | undefined;
  readonly release?: string | undefined;
  readonly image?: string | undefined;
  readonly uri?: Uri | undefined;
}

/** Reads what a command was given; anything else counts for nothing. */
export function readGiven(given: unknown): Given {
  if (given instanceof Uri) return { uri: given };
  if (typeof given !== 'object' || given === null) return {};
  const fields = given as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const pipeline = fields['pipeline'] as ReadyPipeline | undefined;
  return {
    pipeline: pipeline?.state === 'ready' ? pipeline : undefined,
    environment: text('environment'),
    run: text('run'),
    release: text('release'),
    image: text('image'),
    uri: fields['uri'] instanceof Uri ? fields['uri'] : undefined,
  };
}

interface Answers {
  readonly pipeline: ReadyPipeline | undefined;
  readonly environment: EnvironmentConfig | undefined;
}

export interface EnvironmentQuestion {
  readonly title: string;
  /** Why an environment cannot be picked now; undefined when it can. */
  readonly problem?: ((chosen: ChosenEnvironment) => string | undefined) | undefined;
  readonly describe?: ((chosen: ChosenEnvironment) => string) | undefined;
  readonly fits?: ((chosen: ChosenEnvironment) => boolean) | undefined;
  /** Said when no environment fits. */
  readonly none?: string | undefined;
}

const LAST_ENVIRONMENT = 'delivery.environment';

/** The environment that a command is about: given, the only one, or picked; Back leads from one question to the last. */
export async function chooseEnvironment(
  delivery: Delivery,
  given: unknown,
  question: EnvironmentQuestion,
): Promise<ChosenEnvironment | undefined> {
  const named = readGiven(given);
  const found = await pipelinesFor(delivery, named);
  if (found.length === 0) return undefined;
  const environmentsOf = (pipeline: ReadyPipeline): readonly EnvironmentConfig[] =>
    [...pipeline.workspace.pipeline.environments.values()].filter(
      (environment) => question.fits?.({ pipeline, environment }) ?? true,
    );
  const fitting = found.filter((pipeline) => environmentsOf(pipeline).length > 0);
  if (fitting.length === 0) {
    const text = question.none ?? l10n.t('immutable.yaml names no environment yet. Add one below `environments`.');
    await delivery.ask.notify({ severity: 'information', text });
    return undefined;
  }
  const askEnvironment: QuestionStep<Answers> = async (answers, place) => {
    const { pipeline } = answers;
    if (!pipeline) return undefined;
    const environments = environmentsOf(pipeline);
    const byName = environments.find(({ name }) => name === named.environment);
    const [only] = environments;
    const sure = byName ?? (environments.length === 1 ? only : undefined);
    if (sure) {
      const problem = question.problem?.({ pipeline, environment: sure });
      if (problem === undefined) return answersWithout(answers, sure);
      await delivery.ask.notify({ severity: 'information', text: `${sure.name}: ${problem}` });
      return undefined;
    }
    const picked = await delivery.ask.pick({
      title: question.title,
      placeholder: l10n.t('Which environment?'),
      choices: environments.map((environment) => environmentChoice({ pipeline, environment }, question)),
      preferred: delivery.memory.get<string>(LAST_ENVIRONMENT),
      ...place,
    });
    if (picked === undefined || picked === BACK) return picked;
    const environment = environments.find(({ name }) => name === picked);
    return environment && { ...answers, environment };
  };
  const answers = await askInTurn<Answers>({ pipeline: undefined, environment: undefined }, [
    async (before, place) => {
      const [only] = fitting;
      if (fitting.length === 1) return { ...before, pipeline: only };
      return pickPipeline(delivery, fitting, question.title, before, place);
    },
    askEnvironment,
  ]);
  if (!answers?.pipeline || !answers.environment) return undefined;
  await delivery.memory.update(LAST_ENVIRONMENT, answers.environment.name);
  return { pipeline: answers.pipeline, environment: answers.environment };
}

function answersWithout(answers: Answers, environment: EnvironmentConfig): Answers {
  return { ...answers, environment };
}

function environmentChoice(chosen: ChosenEnvironment, question: EnvironmentQuestion): Choice<string> {
  const { environment } = chosen;
  const problem = question.problem?.(chosen);
  return {
    label: environment.name,
    description: [
      ...(environment.protected ? [l10n.t('protected')] : []),
      ...(question.describe ? [question.describe(chosen)] : []),
    ].join(' · '),
    detail: problem,
    isDisabled: problem !== undefined,
    value: environment.name,
  };
}

async function pickPipeline(
  delivery: Delivery,
  found: readonly ReadyPipeline[],
  title: string,
  before: Answers,
  place: { readonly step: number; readonly steps: number },
): Promise<Answers | typeof BACK | undefined> {
  const picked = await delivery.ask.pick({
    title,
    placeholder: l10n.t('Which pipeline?'),
    choices: found.map(({ name, file, workspace: { pipeline } }) => ({
      label: name,
      description: pipeline.app,
      value: file,
    })),
    preferred: delivery.memory.get<string>('delivery.pipeline'),
    ...place,
  });
  if (picked === undefined || picked === BACK) return picked;
  await delivery.memory.update('delivery.pipeline', picked);
  return { ...before, pipeline: found.find(({ file }) => file === picked) };
}

/** One pipeline: given, the nearest above a file, the only one, or picked. */
export async function choosePipeline(
  delivery: Delivery,
  given: unknown,
  title: string,
): Promise<ReadyPipeline | undefined> {
  const found = await pipelinesFor(delivery, readGiven(given));
  const [only] = found;
  if (found.length < 2) return only;
  const empty = { pipeline: undefined, environment: undefined };
  const answers = await pickPipeline(delivery, found, title, empty, { step: 1, steps: 1 });
  return answers === undefined || answers === BACK ? undefined : answers.pipeline;
}

/** The pipelines that can be meant. What is wrong is told: none, or a broken one. */
async function pipelinesFor(
  delivery: Delivery,
  { pipeline, uri, environment, run }: Given,
): Promise<readonly ReadyPipeline[]> {
  if (pipeline) {
    // Read again: the row may be older than the file.
    const now = delivery.pipelines.read(pipeline.file);
    if (now?.state === 'ready') return [now];
    if (now) await tellBroken(delivery, now);
    return [];
  }
  await delivery.pipelines.search();
  const near = uri ? delivery.pipelines.nearest(uri) : undefined;
  const all = near ? [near] : delivery.pipelines.inFolderOf(uri);
  const ready = all.filter((found) => found.state === 'ready');
  const fitting = ready.filter(
    (one) => environment === undefined || run !== undefined || one.workspace.pipeline.environments.has(environment),
  );
  if (fitting.length > 0) return fitting;
  const broken = all.find((found) => found.state === 'broken');
  if (broken) await tellBroken(delivery, broken);
  else if (ready.length === 0) await tellNone(delivery);
  else
    await delivery.ask.notify({
      severity: 'information',
      text: l10n.t('No immutable.yaml of this workspace has an environment {0}.', environment ?? ''),
    });
  return [];
}

async function tellNone(delivery: Delivery): Promise<void> {
  const setUp = l10n.t('Set Up Pipeline');
  const text = l10n.t(
    'There is no pipeline here: no immutable.yaml says what to bake and where to deploy it. Set one up; a proposal is made from your files.',
  );
  if ((await delivery.ask.notify({ severity: 'information', text, buttons: [setUp] })) === setUp)
    await delivery.run('immutableInfra.setUpPipeline');
}

async function tellBroken(
  delivery: Delivery,
  found: Extract<FoundPipeline, { readonly state: 'broken' }>,
): Promise<void> {
  const open = l10n.t('Open at the Place');
  const [first] = found.problems;
  const more = found.problems.length > 1 ? ` ${l10n.t('and {0} more', found.problems.length - 1)}` : '';
  const where = first ? `${first.line + 1}:${first.column + 1}: ${first.message}` : (found.reason ?? '');
  const text = l10n.t('immutable.yaml cannot be used. Correct it first. {0}{1}', where, more);
  if ((await delivery.ask.notify({ severity: 'error', text, buttons: [open] })) === open) await openAtProblem(found);
}

/** Opens a broken pipeline where it is wrong first. */
export async function openAtProblem(found: Extract<FoundPipeline, { readonly state: 'broken' }>): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(found.file));
  const [first] = found.problems;
  const start = document.positionAt(first?.range.start ?? 0);
  await window.showTextDocument(document, { selection: new Range(start, start) });
}

export interface RunQuestion {
  readonly title: string;
  readonly fits: (run: StoredRun) => boolean;
  /** Said when no run fits. */
  readonly none: string;
}

/** The run that a command is about: given, the only one that fits, or picked. */
export async function chooseRun(
  delivery: Delivery,
  given: unknown,
  { title, fits, none }: RunQuestion,
): Promise<StoredRun | undefined> {
  const { run: id } = readGiven(given);
  const runs = delivery.runs.all();
  const fitting = runs.filter((run) => (id === undefined || run.run === id) && fits(run));
  const [only] = fitting;
  if (!only) {
    await delivery.ask.notify({ severity: 'information', text: none });
    return undefined;
  }
  if (fitting.length === 1) return only;
  const picked = await delivery.ask.pick({
    title,
    placeholder: l10n.t('Which run?'),
    choices: fitting.map((run) => ({
      label: titleOf(run.spec.kind, run.spec.environment),
      description: endText({ status: run.status, outcome: run.progress.outcome }),
      detail: `${run.spec.createdAt} · ${run.run}`,
      value: run.run,
    })),
  });
  return picked === BACK ? undefined : fitting.find(({ run }) => run === picked);
}

/** Opens a file of a pipeline's folder at a line, from 1. */
export async function openPlace(pipeline: ReadyPipeline, path: string, line: number): Promise<void> {
  const document = await workspace.openTextDocument(Uri.file(join(pipeline.workspace.folder, path)));
  const at = document.lineAt(Math.min(Math.max(line - 1, 0), document.lineCount - 1)).range.start;
  await window.showTextDocument(document, { selection: new Range(at, at) });
}
