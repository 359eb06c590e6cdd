import type { ScriptUse } from '../facts';
import type { WorkflowJob, WorkflowStep } from '../workflow';

const DEPLOY = /deploy|release|rollout|\bprod|production|publish|promote|\bcd\b/i;

/** Actions and commands that make a cluster for this job only: what happens in it is a test. */
const THROWAWAY_ACTION = /\b(kind|minikube|k3d|k3s|microk8s|setup-kind|kind-action|setup-minikube)\b/i;
const THROWAWAY_COMMAND: ReadonlySet<string> = new Set(['kind', 'minikube', 'k3d', 'k3s', 'ctlptl']);

/** True when the script deploys: its job has an environment, or its job, step or file is named so. */
export function isDeployment(script: ScriptUse): boolean {
  return script.owner.type === 'workflow' && looksLikeDeployment(script.owner.job, script.owner.step);
}

/** True for a shell script whose name or folder says that it deploys: `deploy.sh`, `ci/release/web.sh`. */
export function isDeployScript(path: string): boolean {
  return /(^|[/._-])(deploy|deployment|release|rollout|publish|promote)([/._-]|$)/i.test(path);
}

/**
 * True for a script that brings something to servers, by its path: `deploy.sh`, `ops/update-web.sh`, `release/upload.sh`;
 * not one whose own name says that it builds, tests or collects logs.
 */
export function isServerScript(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/(^|[._-])(build|compile|tests?|bench|debug|logs?|dump|scan|package|packages)([._-]|$)/i.test(name)) return false;
  return /(^|[/._-])(deploy|deployment|release|rollout|publish|promote|prod|production|provision|update|upgrade|restart)([/._-]|$)/i.test(
    path,
  );
}

/** True for a job with an environment, or a job or step whose name says that it deploys. */
export function looksLikeDeployment(job: WorkflowJob | undefined, step: WorkflowStep | undefined): boolean {
  if (job?.environment !== undefined) return true;
  const names = [job?.id, job?.name, step?.name, step?.id].filter((name) => name !== undefined);
  return (
    names.some((name) => DEPLOY.test(name)) && !names.some((name) => /\btests?\b|[-_]tests?|tests?[-_]/i.test(name))
  );
}

/** True when the job makes its own cluster or the script does. */
export function usesThrowawayCluster(script: ScriptUse): boolean {
  if (script.shell.commands.some((command) => THROWAWAY_COMMAND.has(command.name))) return true;
  if (script.owner.type !== 'workflow') return false;
  return (script.owner.job?.steps ?? []).some(
    (step) =>
      THROWAWAY_ACTION.test(step.uses?.text ?? '') ||
      /\b(kind|k3d|minikube)\s+(create|start|cluster)\b/.test(step.run?.text ?? ''),
  );
}

/** True when the job or the script starts containers itself (`docker run`, `docker compose up`, service containers): tests. */
export function startsItsOwnContainers(script: ScriptUse): boolean {
  const starts = /\b(docker|podman)(-compose| compose)?\s+(.*\s)?(run|up|start|create)\b/;
  if (starts.test(script.shell.source.text)) return true;
  if (script.owner.type !== 'workflow') return false;
  const { job } = script.owner;
  return (job?.services.length ?? 0) > 0 || (job?.steps ?? []).some((step) => starts.test(step.run?.text ?? ''));
}
