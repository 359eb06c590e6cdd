import type { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import type { DataFile, ScalarNode } from '../../lang/data/tree';
import type { ActionUse } from '../facts';
import type { SourceFile } from '../source-file';
import {
  analyseAction,
  analyseWorkflow,
  resolveExpression,
  scopeOf,
  type Workflow,
  type WorkflowContainer,
  type WorkflowJob,
  type WorkflowStep,
} from '../workflow';
import { emitImage, emitScript, type Emitter } from './emitter';

/** Facts of a workflow. */
export function collectWorkflow(file: SourceFile, emitter: Emitter): void {
  if (!file.data) return;
  const workflow = analyseWorkflow(file.data);
  emitter.emit('workflow', workflow);
  for (const job of workflow.jobs) {
    emitter.emit('workflow.job', job);
    const anchor = `job.${job.id}`;
    if (job.uses && job.usesNode) {
      emitUse(file.data, 'workflow', job.uses, job.usesNode, { job, step: undefined, anchor }, emitter);
    }
    if (job.container) emitContainer(workflow, job, job.container, 'workflow.container', emitter);
    for (const service of job.services) emitContainer(workflow, job, service, 'workflow.service', emitter);
    for (const step of job.steps) collectStep(file.data, workflow, job, step, anchor, emitter);
  }
}

/** Facts of a composite or Docker action. */
export function collectAction(file: SourceFile, emitter: Emitter): void {
  if (!file.data) return;
  const action = analyseAction(file.data);
  emitter.emit('action', action);
  for (const step of action.steps) collectStep(file.data, undefined, undefined, step, 'runs', emitter);
  if (action.image?.text.text.startsWith('docker://')) {
    emitDockerUse(action.image.text, action.image, 'runs/image', emitter);
  }
}

function collectStep(
  data: DataFile,
  workflow: Workflow | undefined,
  job: WorkflowJob | undefined,
  step: WorkflowStep,
  jobAnchor: string,
  emitter: Emitter,
): void {
  emitter.emit('workflow.step', step);
  const anchor = `${jobAnchor}/step.${step.id ?? step.name ?? step.index}`;
  if (step.uses && step.usesNode) emitUse(data, 'step', step.uses, step.usesNode, { job, step, anchor }, emitter);
  if (!step.run || !emitter.scripts || !usesPosixShell(job, step)) return;
  // A script is read once: values of a matrix stay holes, a literal `env` is what the shell sees.
  const [text] = resolveExpression(step.run, { env: scopeOf(workflow, job, step).env });
  if (!text) return;
  const variables = [...step.env, ...(job?.env ?? []), ...(workflow?.env ?? [])];
  emitScript(emitter, {
    phase: 'pipeline',
    text,
    owner: { type: 'workflow', workflow, job, step },
    anchor: `${anchor}/run`,
    variables: (name) => {
      const value = variables.find((variable) => variable.name === name)?.value.text;
      return value && resolveExpression(value, {})[0];
    },
  });
}

/** Windows runners have PowerShell unless the step names another shell (GitHub, "Workflow syntax", `shell`). */
function usesPosixShell(job: WorkflowJob | undefined, step: WorkflowStep): boolean {
  if (step.shell !== undefined) return /^(ba)?sh\b/.test(step.shell.trim());
  return !(job?.runsOn ?? []).some((label) => /windows/i.test(label));
}

function emitUse(
  data: DataFile,
  kind: 'step' | 'workflow',
  text: MappedText,
  node: ScalarNode,
  where: Pick<ActionUse, 'job' | 'step' | 'anchor'>,
  emitter: Emitter,
): void {
  const anchor = `${where.anchor}/uses`;
  if (text.text.startsWith('docker://')) {
    emitDockerUse(text, node, anchor, emitter);
    return;
  }
  const use: ActionUse = {
    kind,
    text: resolveExpression(text, {})[0] ?? text,
    at: node.range,
    comment: commentBehind(data, node),
    job: where.job,
    step: where.step,
    anchor,
  };
  emitter.emit('uses', use);
}

/** The comment on the rest of the scalar's line, without `#`. */
function commentBehind(data: DataFile, node: ScalarNode): string | undefined {
  const line = data.text.slice(node.range.end, lineEnd(data.text, node.range.end));
  return /^[ \t]+#(.*)$/.exec(line)?.[1]?.trim();
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : text[newline - 1] === '\r' ? newline - 1 : newline;
}

function emitDockerUse(text: MappedText, node: ScalarNode, anchor: string, emitter: Emitter): void {
  const image = text.slice('docker://'.length);
  const at: Place = image.sourceOf() ?? node.range;
  emitImage(emitter, { site: 'workflow.uses', at, anchor, shipped: false }, resolveExpression(image, {}));
}

function emitContainer(
  workflow: Workflow,
  job: WorkflowJob,
  container: WorkflowContainer,
  site: 'workflow.container' | 'workflow.service',
  emitter: Emitter,
): void {
  const { image, imageNode } = container;
  if (!image || !imageNode) return;
  emitImage(
    emitter,
    {
      site,
      at: imageNode.range,
      anchor: `job.${job.id}/${container.name}/image`,
      shipped: false,
    },
    resolveExpression(image, scopeOf(workflow, job)),
  );
}
