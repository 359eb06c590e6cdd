import { HOLE } from '../../core/mapped-text';
import { flagValue, positionals } from '../../lang/shell/words';
import type { ShellCommand, ShellWord } from '../../lang/shell/ast';
import type { ScriptUse } from '../facts';
import type { Workflow, WorkflowJob } from '../workflow';
import { commandsIn } from './parsed';

/** Actions that prepare a job and bring no file of another one. What an unknown action does is not known. */
const BRINGS_NO_FILE =
  /^(actions\/(checkout|setup-[\w-]+)|hashicorp\/setup-terraform|opentofu\/setup-opentofu|aws-actions\/configure-aws-credentials|google-github-actions\/(auth|setup-gcloud)|azure\/login|terraform-linters\/setup-tflint)@/i;

/** Programs that bring no file of another job. What a script or another program does is not known. */
const LOCAL: ReadonlySet<string> = new Set(
  'terraform tofu echo printf cd mkdir ls cat export set test [ true sleep pwd rm chmod grep tee jq'.split(' '),
);

/** Only machines of GitHub are known to be new for every job. */
const HOSTED_RUNNER = /^(ubuntu|windows|macos)-/;

/** The plans that the jobs of workflows make. One for the lint of one file: every command that applies a plan asks. */
export class SavedPlans {
  private readonly commands = new Map<WorkflowJob, readonly ShellCommand[]>();
  private readonly makers = new Map<Workflow, ReadonlyMap<string, readonly WorkflowJob[]>>();

  /**
   * The job that makes the plan which a command applies, when the command's own job can neither make nor fetch it: every
   * job of a workflow starts on a machine of its own.
   *
   * @param plan the plan file as the command names it
   * @returns undefined when the plan may be there
   */
  jobOfLostPlan(script: ScriptUse, plan: ShellWord): WorkflowJob | undefined {
    const { owner } = script;
    if (owner.type !== 'workflow' || !owner.workflow || !owner.job || !plan.complete) return undefined;
    const { workflow, job } = owner;
    if (job.runsOn.length === 0 || !job.runsOn.every((label) => HOSTED_RUNNER.test(label))) return undefined;
    if (!job.steps.every((step) => step.uses === undefined || BRINGS_NO_FILE.test(step.uses.text))) return undefined;
    const own = this.commandsOf(job);
    if (!own.every((command) => LOCAL.has(command.name)) || own.some((command) => planOf(command) !== undefined))
      return undefined;
    const name = baseName(plan.text);
    if (name === '') return undefined;
    return this.makersOf(workflow)
      .get(name)
      ?.find((other) => other !== job);
  }

  private makersOf(workflow: Workflow): ReadonlyMap<string, readonly WorkflowJob[]> {
    const known = this.makers.get(workflow);
    if (known) return known;
    const makers = new Map<string, WorkflowJob[]>();
    for (const job of workflow.jobs) {
      for (const command of this.commandsOf(job)) {
        const name = baseName(planOf(command) ?? '');
        if (name === '') continue;
        const list = makers.get(name);
        if (list) list.push(job);
        else makers.set(name, [job]);
      }
    }
    this.makers.set(workflow, makers);
    return makers;
  }

  private commandsOf(job: WorkflowJob): readonly ShellCommand[] {
    const known = this.commands.get(job);
    if (known) return known;
    const commands = job.steps.flatMap((step) => (step.run ? commandsIn(step.run) : []));
    this.commands.set(job, commands);
    return commands;
  }
}

/** The file into which `terraform plan` writes; empty when that is not known. */
function planOf(command: ShellCommand): string | undefined {
  if (command.name !== 'terraform' && command.name !== 'tofu') return undefined;
  if (!positionals(command, new Set()).some((word) => word.text === 'plan')) return undefined;
  const written = flagValue(command, '-out', '--out');
  return written?.includes(HOLE) === true ? '' : written;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
