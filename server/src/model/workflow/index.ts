import type { MappedText } from '../../core/mapped-text';
import { asMap, asScalar, asSequence, entry, get, items } from '../../lang/data/tree';
import type { DataFile, DataNode, MapEntry, MapNode, ScalarNode } from '../../lang/data/tree';
import type { ExpressionScope } from './expressions';
import { matrixOf } from './matrix';
import type { Matrix } from './matrix';
import { runDefaults, scalarAt, stepsOf, textAt, variablesOf } from './steps';
import type { RunDefaults, WorkflowStep, WorkflowVariable } from './steps';

export { resolveExpression } from './expressions';
export type { ExpressionScope } from './expressions';
export { matrixOf } from './matrix';
export type { Matrix } from './matrix';
export { input } from './steps';
export type { WorkflowStep, WorkflowVariable } from './steps';

/** `container:` of a job, or one of its `services:`. */
export interface WorkflowContainer {
  /** The service's name; `container` for the job's own. */
  readonly name: string;
  readonly node: DataNode;
  readonly image: MappedText | undefined;
  readonly imageNode: ScalarNode | undefined;
  readonly env: readonly WorkflowVariable[];
}

export interface WorkflowJob {
  readonly id: string;
  /** The job's entry in `jobs`. */
  readonly entry: MapEntry;
  readonly node: MapNode;
  readonly name: string | undefined;
  /** Name of the deployment environment; expressions as written. */
  readonly environment: string | undefined;
  readonly needs: readonly string[];
  readonly if: ScalarNode | undefined;
  /** Labels of the runner; expressions as written. */
  readonly runsOn: readonly string[];
  readonly container: WorkflowContainer | undefined;
  readonly services: readonly WorkflowContainer[];
  readonly matrix: Matrix | undefined;
  readonly concurrency: DataNode | undefined;
  /** A reusable workflow. */
  readonly uses: MappedText | undefined;
  readonly usesNode: ScalarNode | undefined;
  readonly with: readonly MapEntry[];
  readonly permissions: DataNode | undefined;
  readonly env: readonly WorkflowVariable[];
  readonly steps: readonly WorkflowStep[];
}

export interface Workflow {
  readonly file: DataFile;
  readonly root: MapNode | undefined;
  readonly name: string | undefined;
  /** Names of the events under `on`. */
  readonly triggers: readonly string[];
  readonly env: readonly WorkflowVariable[];
  readonly concurrency: DataNode | undefined;
  readonly jobs: readonly WorkflowJob[];
}

/** `action.yml`. Only a composite action has steps; a Docker action has an image. */
export interface CompositeAction {
  readonly file: DataFile;
  readonly root: MapNode | undefined;
  readonly name: string | undefined;
  /** `composite`, `docker`, `node20` … */
  readonly using: string | undefined;
  readonly steps: readonly WorkflowStep[];
  /** `runs.image` of a Docker action: `docker://image` or `Dockerfile`. */
  readonly image: ScalarNode | undefined;
}

/** What a GitHub (Gitea, Forgejo) workflow declares. */
export function analyseWorkflow(file: DataFile): Workflow {
  const root = asMap(file.documents[0]?.root);
  const defaults = runDefaults(root);
  return {
    file,
    root,
    name: textAt(root, 'name'),
    triggers: triggers(get(root, 'on')),
    env: variablesOf(get(root, 'env')),
    concurrency: get(root, 'concurrency'),
    jobs: (asMap(get(root, 'jobs'))?.entries ?? []).flatMap((candidate) => {
      const node = asMap(candidate.value);
      return node && candidate.key !== '<<' ? [job(candidate, node, defaults)] : [];
    }),
  };
}

/** What an `action.yml` declares. */
export function analyseAction(file: DataFile): CompositeAction {
  const root = asMap(file.documents[0]?.root);
  const runs = get(root, 'runs');
  return {
    file,
    root,
    name: textAt(root, 'name'),
    using: textAt(runs, 'using'),
    steps: stepsOf(get(runs, 'steps'), { shell: undefined, workingDirectory: undefined }),
    image: scalarAt(runs, 'image'),
  };
}

/** What expressions of a job, or of one of its steps, can refer to. `step` is left out for `container` and `services`. */
export function scopeOf(
  workflow: Workflow | undefined,
  job: WorkflowJob | undefined,
  step?: WorkflowStep,
): ExpressionScope {
  return { matrix: job?.matrix, env: [step?.env ?? [], job?.env ?? [], workflow?.env ?? []] };
}

function job(candidate: MapEntry, node: MapNode, defaults: RunDefaults): WorkflowJob {
  const own = runDefaults(node);
  const usesNode = scalarAt(node, 'uses');
  const container = entry(node, 'container');
  return {
    id: candidate.key,
    entry: candidate,
    node,
    name: textAt(node, 'name'),
    environment: textAt(node, 'environment') ?? textAt(get(node, 'environment'), 'name'),
    needs: texts(get(node, 'needs')),
    if: scalarAt(node, 'if'),
    runsOn: runnerLabels(get(node, 'runs-on')),
    container: container && containerOf('container', container.value),
    services: (asMap(get(node, 'services'))?.entries ?? []).map(({ key, value }) => containerOf(key, value)),
    matrix: matrixOf(get(node, 'strategy')),
    concurrency: get(node, 'concurrency'),
    uses: usesNode?.text,
    usesNode,
    with: asMap(get(node, 'with'))?.entries ?? [],
    permissions: get(node, 'permissions'),
    env: variablesOf(get(node, 'env')),
    steps: stepsOf(get(node, 'steps'), {
      shell: own.shell ?? defaults.shell,
      workingDirectory: own.workingDirectory ?? defaults.workingDirectory,
    }),
  };
}

/** `container: node:20` or `container: {image: node:20}`. */
function containerOf(name: string, node: DataNode): WorkflowContainer {
  const short = asScalar(node);
  const imageNode = short ? (short.value === null ? undefined : short) : scalarAt(node, 'image');
  return { name, node, image: imageNode?.text, imageNode, env: variablesOf(get(node, 'env')) };
}

/** A scalar or a list of them, as texts. */
function texts(node: DataNode | undefined): string[] {
  const list = asSequence(node) ? items(node) : node ? [node] : [];
  return list.flatMap((item) => {
    const scalar = asScalar(item);
    return scalar && scalar.value !== null ? [scalar.text.text] : [];
  });
}

function runnerLabels(node: DataNode | undefined): string[] {
  return asMap(node) ? texts(get(node, 'labels')) : texts(node);
}

function triggers(node: DataNode | undefined): string[] {
  return asMap(node)?.entries.map(({ key }) => key) ?? texts(node);
}
