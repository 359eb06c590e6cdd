import type { ScriptUse } from '../facts';
import type { WorkflowJob, WorkflowStep } from '../workflow';

const DEPLOY = /deploy|release|rollout|\bprod|production|publish|promote|\bcd\b/i;

/** Words of a name that say what it is for. */
const PURPOSES =
  /(?<![a-z])(?:(e2e|tests?|testing|smoke|integration|acceptance|conformance|kind|minikube|k3d)|(deploy|deploys|deployments?|release|releases|rollout|prod|production|publish|promote|cd))(?![a-z])/gi;

/** Folders of tests. */
const TEST_FOLDER = /(^|\/)(tests?|testing|testdata|e2e|integration|integration-tests?|acceptance|conformance)\//i;

/** Actions that make a cluster for this job only: what happens in it is a test. */
const THROWAWAY_ACTION = /\b(kind|minikube|k3d|k3s|microk8s|vcluster|chart-testing)\b/i;
/** Commands that do so, or fill such a cluster; `make` targets that are named after one. */
const THROWAWAY_COMMAND =
  /\b(kind|k3d|minikube|ctlptl|vcluster|kwokctl)[ \t]+(\S+[ \t]+){0,6}?(create|start|load|image|apply|export)\b|\btalosctl[ \t]+cluster[ \t]+create\b|\bget\.k3s\.io\b|\bk3s[ \t]+server\b|\bsnap[ \t]+install[ \t]+microk8s\b|\bmicrok8s[ \t]+(install|start)\b|\bmake[ \t][^\n;&|]*\b(kind|k3d|minikube|e2e)\b/;
/** Programs that only exist for such clusters. */
const THROWAWAY_PROGRAMS: ReadonlySet<string> = new Set(['kind', 'minikube', 'k3d', 'ctlptl', 'kwokctl']);

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

/** True for a script whose name says that it takes everything away: who runs it wants nothing else. */
export function isTeardownScript({ owner }: ScriptUse, path: string): boolean {
  return owner.type === 'shell' && /tear[-_]?down|clean[-_]?up|destroy|delete|uninstall/i.test(fileName(path));
}

/** True for a job with an environment, or a job or step whose name says that it deploys. */
export function looksLikeDeployment(job: WorkflowJob | undefined, step: WorkflowStep | undefined): boolean {
  if (job?.environment !== undefined) return true;
  const names = [job?.id, job?.name, step?.name, step?.id].filter((name) => name !== undefined);
  return (
    names.some((name) => DEPLOY.test(name)) && !names.some((name) => /\btests?\b|[-_]tests?|tests?[-_]/i.test(name))
  );
}

/**
 * True for a test: the step, else the job, else the workflow is named so. Of several words the last says what it is:
 * "deployment tests" are tests, "test and deploy" is a deployment.
 *
 * @param path the linted file, for a shell script of its own
 */
export function isTest({ owner }: ScriptUse, path: string): boolean {
  if (owner.type === 'shell') return TEST_FOLDER.test(path) || purposeOf(fileName(path)) === 'test';
  if (owner.type !== 'workflow') return false;
  const { step, job, workflow } = owner;
  // A composite action is called by its folder's name: `.github/actions/e2e/action.yml`.
  const file = workflow ? (workflow.name ?? fileName(path)) : fileName(path.slice(0, path.lastIndexOf('/')));
  const purposes = [step.name, step.id, job?.name, job?.id, file].map((name) => name && purposeOf(name));
  // What a job of tests deploys is what it tests.
  return purposes.find((purpose) => purpose) === 'test' || [job?.name, job?.id].some(isOnlyTest);
}

/** A name of tests that speaks of nothing else: not `test-and-deploy`, nor `deploy-test`, which may deploy to an environment. */
function isOnlyTest(name: string | undefined): boolean {
  return name !== undefined && purposeOf(name) === 'test' && !DEPLOY.test(name);
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function purposeOf(name: string): 'test' | 'deployment' | undefined {
  const words = name.replace(/continuous[ _-]integration/gi, '').replace(/([a-z])([A-Z])/g, '$1 $2');
  const last = [...words.matchAll(PURPOSES)].at(-1);
  return last && (last[1] === undefined ? 'deployment' : 'test');
}

/**
 * True when the job makes its own cluster or the script does: everything in it is a test.
 *
 * @param text the linted file; a composite action is looked at as a whole
 */
export function usesThrowawayCluster(script: ScriptUse, text: string): boolean {
  if (script.shell.commands.some((command) => THROWAWAY_PROGRAMS.has(command.name))) return true;
  if (THROWAWAY_COMMAND.test(script.shell.source.text)) return true;
  if (script.owner.type !== 'workflow') return false;
  if (!script.owner.workflow) {
    const actions = [...text.matchAll(/^\s*(?:-\s+)?uses:\s*(\S+)/gm)].map((match) => match[1] ?? '');
    return THROWAWAY_COMMAND.test(text) || actions.some((action) => THROWAWAY_ACTION.test(action));
  }
  return (script.owner.job?.steps ?? []).some(
    (step) => THROWAWAY_ACTION.test(step.uses?.text ?? '') || THROWAWAY_COMMAND.test(step.run?.text ?? ''),
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
