import type { MappedText } from '../../core/mapped-text';
import { asMap, asScalar, entry, get, items } from '../../lang/data/tree';
import type { DataNode, MapEntry, MapNode, ScalarNode } from '../../lang/data/tree';

export interface WorkflowVariable {
  readonly name: string;
  readonly value: ScalarNode;
}

export interface WorkflowStep {
  readonly node: MapNode;
  /** Place in the job's list, from 0. */
  readonly index: number;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly if: ScalarNode | undefined;
  /** `owner/repo/path@ref`, `./local`, `docker://image`; expressions are not resolved. */
  readonly uses: MappedText | undefined;
  readonly usesNode: ScalarNode | undefined;
  /** Inputs of the action; the entries of a `<<` are not among them. */
  readonly with: readonly MapEntry[];
  readonly run: MappedText | undefined;
  readonly runNode: ScalarNode | undefined;
  /** As written on the step, else from the defaults of the job or workflow. */
  readonly shell: string | undefined;
  readonly workingDirectory: MappedText | undefined;
  readonly env: readonly WorkflowVariable[];
}

/** What steps inherit from `defaults.run` of their job or workflow. */
export interface RunDefaults {
  readonly shell: string | undefined;
  readonly workingDirectory: MappedText | undefined;
}

/** The steps of a job or a composite action. */
export function stepsOf(node: DataNode | undefined, defaults: RunDefaults): WorkflowStep[] {
  return items(node).flatMap((item, index) => {
    const map = asMap(item);
    return map ? [step(map, index, defaults)] : [];
  });
}

function step(node: MapNode, index: number, defaults: RunDefaults): WorkflowStep {
  const usesNode = scalarAt(node, 'uses');
  const runNode = scalarAt(node, 'run');
  return {
    node,
    index,
    id: textAt(node, 'id'),
    name: textAt(node, 'name'),
    if: scalarAt(node, 'if'),
    uses: usesNode?.text,
    usesNode,
    with: asMap(get(node, 'with'))?.entries ?? [],
    run: runNode?.text,
    runNode,
    shell: textAt(node, 'shell') ?? defaults.shell,
    workingDirectory: scalarAt(node, 'working-directory')?.text ?? defaults.workingDirectory,
    env: variablesOf(get(node, 'env')),
  };
}

/** The input of a step's action. Input names are not case sensitive (GitHub, "Workflow syntax": `jobs.<job_id>.steps[*].with`). */
export function input(step: Pick<WorkflowStep, 'with'>, name: string): ScalarNode | undefined {
  const found = step.with.find(({ key }) => key.toLowerCase() === name.toLowerCase());
  return asScalar(found?.value);
}

/** `env:` of a workflow, job, step or container; values that are expressions as a whole are not variables. */
export function variablesOf(node: DataNode | undefined): WorkflowVariable[] {
  return (asMap(node)?.entries ?? []).flatMap(({ key, value }) => {
    const scalar = asScalar(value);
    return scalar ? [{ name: key, value: scalar }] : [];
  });
}

/** `defaults.run`. */
export function runDefaults(node: DataNode | undefined): RunDefaults {
  const run = get(node, 'defaults', 'run');
  return { shell: textAt(run, 'shell'), workingDirectory: scalarAt(run, 'working-directory')?.text };
}

/** A scalar that is not null. */
export function scalarAt(node: DataNode | undefined, key: string): ScalarNode | undefined {
  const scalar = asScalar(entry(node, key)?.value);
  return scalar && scalar.value !== null ? scalar : undefined;
}

export function textAt(node: DataNode | undefined, key: string): string | undefined {
  return scalarAt(node, key)?.text.text;
}
