import type { ScriptUse } from '../facts';
import type { WorkflowJob } from '../workflow';

/** Commands and actions that start a virtual machine on the runner. */
const LOCAL_MACHINE =
  /\b(vagrant\s+up|multipass\s+launch|limactl\s+(start|create)|lxc\s+launch|incus\s+launch|virt-install|virsh\s+(create|start|define)|qemu-system-\w+|VBoxManage\s+startvm)\b/;
const LOCAL_ACTION = /^(vmactions|cross-platform-actions|lima-vm|canonical\/setup-lxd)\b/i;

/** How clouds make a machine, and how they take it away. */
const MADE_AND_DELETED: readonly (readonly [make: RegExp, remove: RegExp])[] = [
  [/\baz\s+(vm|vmss|group)\s+create\b/, /\baz\s+(vm|vmss|group)\s+delete\b/],
  [/\bgcloud\b[^\n]*\binstances\s+create\b/, /\bgcloud\b[^\n]*\binstances\s+delete\b/],
  [/\baws\b[^\n]*\brun-instances\b/, /\baws\b[^\n]*\bterminate-instances\b/],
  [/\b(hcloud|openstack)\s+server\s+create\b/, /\b(hcloud|openstack)\s+server\s+delete\b/],
  [/\bdoctl\s+compute\s+droplet\s+create\b/, /\bdoctl\s+compute\s+droplet\s+(delete|rm|d)\b/],
  [/\blinode-cli\s+linodes\s+create\b/, /\blinode-cli\s+linodes\s+(delete|rm)\b/],
  [/\bibmcloud\s+is\s+instance-create\b/, /\bibmcloud\s+is\s+instance-delete\b/],
  [/\b(terraform|tofu|terragrunt)\b[^\n]*\sapply\b/, /\b(terraform|tofu|terragrunt)\b[^\n]*\sdestroy\b/],
];

const TEST = /(^|[^a-z])(e2e|smoke|integration|conformance|tests?|testing|bench(mark)?s?)([^a-z]|$)/i;
const DEPLOY = /deploy|rollout|\bprod|production|promote/i;

/** True when the script, or its job, makes the server that it logs in to and deletes it: nothing of it is kept. */
export function usesThrowawayServer({ owner, shell }: ScriptUse): boolean {
  const job = owner.type === 'workflow' ? owner.job : undefined;
  if (isTestJob(job) || job?.steps.some((step) => LOCAL_ACTION.test(step.uses?.text ?? ''))) return true;
  const text = [shell.source.text, ...(job?.steps ?? []).map((step) => step.run?.text ?? '')].join('\n');
  return LOCAL_MACHINE.test(text) || MADE_AND_DELETED.some(([make, remove]) => make.test(text) && remove.test(text));
}

/** True for a job that tests, and does not deploy. */
export function isTestJob(job: WorkflowJob | undefined): boolean {
  const names = [job?.id, job?.name].filter((name) => name !== undefined);
  return (
    job?.environment === undefined && names.some((name) => TEST.test(name)) && !names.some((name) => DEPLOY.test(name))
  );
}
