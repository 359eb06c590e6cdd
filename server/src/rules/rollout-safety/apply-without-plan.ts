import type { Fix } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import { hasFlag, positionals } from '../../lang/shell/words';
import { isTeardownScript } from '../../model/commands/pipeline-context';
import { SavedPlans } from '../../model/commands/saved-plan';
import { isEphemeral, usesRemoteRuns } from '../../model/commands/terraform-runs';
import { defineRule, type CommandUse } from '../../model/facts';

/** terraform(1) and terragrunt(1): options that take the next word. Terraform itself joins values with `=`. */
const VALUES: ReadonlySet<string> = new Set(
  (
    '-var -var-file -target -replace -chdir -lock-timeout -parallelism -state -state-out -backup --terragrunt-working-dir ' +
    '--working-dir --terragrunt-config --config --terragrunt-source --source --terragrunt-log-level --log-level'
  ).split(' '),
);

const TOOLS: ReadonlySet<string> = new Set(['terraform', 'tofu', 'terragrunt']);

export default defineRule({
  meta: {
    id: 'rollout-safety/apply-without-plan',
    severity: 'warning',
    languages: ['workflow', 'shell'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A pipeline must apply the plan that was reviewed',
    peers: [],
    messages: {
      noPlan:
        'Apply a saved plan: `{tool} plan -out=tfplan`, then `{tool} apply tfplan`. This apply makes a plan of its own that nobody has seen, so it can replace or destroy more than was reviewed.',
      destroy:
        '`{tool} destroy -auto-approve` removes everything without a plan that anybody has seen. Use `{tool} plan -destroy -out=tfplan`, review it, then `{tool} apply tfplan`.',
      lostPlan:
        'Bring `{plan}` here: job `{job}` makes it on another machine, and no step of this job fetches it. Upload it there with `actions/upload-artifact` and download it before this step.',
      target:
        '`-target` applies a part of the configuration: the rest stays behind and no plan shows it. Split the configuration instead.',
    },
  },
  create: (context) => {
    const plans = new SavedPlans();
    return {
      command: (use) => {
        const { command, script, phase, anchor } = use;
        if (
          (phase !== 'pipeline' && !(phase === 'script' && script.owner.type === 'shell')) ||
          !TOOLS.has(command.name)
        )
          return;
        const words = positionals(command, VALUES);
        // `terragrunt run-all apply`, `terragrunt run --all apply`: the verb follows. Terraform's own verb is the first word.
        const verbAt = words.findIndex(
          (word, index) =>
            (index === 0 || command.name === 'terragrunt') && (word.text === 'apply' || word.text === 'destroy'),
        );
        const verb = words[verbAt]?.text;
        if (verb === undefined) return;
        const planFile = words[verbAt + 1];
        const approved = hasFlag(
          command,
          '-auto-approve',
          '--auto-approve',
          '--terragrunt-non-interactive',
          '--non-interactive',
        );
        const data = { tool: command.name };
        if (verb === 'destroy' || hasFlag(command, '-destroy')) {
          if (
            approved &&
            !planFile &&
            !isTeardownScript(script, context.file.path) &&
            !isEphemeral(script, context.file.path)
          ) {
            context.report({
              at: command.at,
              anchor,
              message: 'destroy',
              data,
              severity: phase === 'pipeline' ? 'error' : 'warning',
            });
          }
          return;
        }
        // A saved plan was reviewed; a redundant `-auto-approve` beside it does no harm (pitfall P23).
        if (planFile) {
          const maker = plans.jobOfLostPlan(script, planFile);
          if (maker) {
            context.report({
              at: planFile.at,
              anchor,
              message: 'lostPlan',
              data: { plan: planFile.text, job: maker.id },
            });
          }
          return;
        }
        // Without -auto-approve a script asks the person who runs it; in a pipeline it only waits.
        if (!approved && phase === 'script') return;
        // `terraform apply --help`.
        if (hasFlag(command, '-help', '--help', '-h')) return;
        if (usesRemoteRuns(script, context.project, context.file) || isEphemeral(script, context.file.path)) return;
        context.report({ at: command.at, anchor, message: 'noPlan', data, fixes: splitFix(use, context.file.text) });
        if (command.words.some((word) => word.text.startsWith('-target'))) {
          context.report({ at: command.at, anchor: `${anchor}/target`, message: 'target', severity: 'info' });
        }
      },
    };
  },
});

/** Where the state goes is the apply's and lost in the split; `plan` refuses `-auto-approve=false` (terraform 1.11). */
const APPLY_ONLY = /^--?(backup|state|state-out|auto-approve=(?!true$))/;

/** Options of how a command runs, not of what it plans: the apply of a saved plan takes them too. */
const RUN_OPTION = /^--?(lock|lock-timeout|parallelism|no-color)(=|$)/;

/** Puts a plan before the apply, with the same options. Only when the command stands on a line of its own. */
function splitFix(use: CommandUse, text: string): readonly Fix[] {
  const { command } = use;
  const { source } = use.script.shell;
  if (use.phase !== 'pipeline' || !source.isVerbatim(command.range)) return [];
  // `apply … | tee log`, `apply … || true`: what belongs to the plan and what to the apply is not certain.
  if (command.redirects.length > 0 || command.pipeline.length > 1 || command.wrappers.length > 0) return [];
  const shown = source.text.slice(command.range.start, command.range.end);
  const lineStart = source.text.lastIndexOf('\n', command.range.start - 1) + 1;
  const alone =
    source.text.slice(lineStart, command.range.start).trim() === '' &&
    /^[ \t]*(\r?\n|$)/.test(source.text.slice(command.range.end));
  const apply = command.words.find((word) => word.text === 'apply');
  const at = source.sourceOf(command.range);
  // terragrunt's run-all has no single plan file.
  if (!alone || !apply || !at || at.path !== undefined || shown.includes('\n') || command.name === 'terragrunt')
    return [];
  const after = command.words.slice(command.words.indexOf(apply) + 1);
  if (after.some((word) => APPLY_ONLY.test(word.text))) return [];
  const kept = after.filter(
    (word, index) => RUN_OPTION.test(word.text) || /^--?(lock-timeout|parallelism)$/.test(after[index - 1]?.text ?? ''),
  );
  const runOptions = kept.map((word) => ` ${source.text.slice(word.range.start, word.range.end)}`).join('');
  const options = shown.slice(apply.range.end - command.range.start).replace(/\s--?auto-approve(=true)?(?=\s|$)/, '');
  const before = shown.slice(0, apply.range.start - command.range.start);
  const lines = [`${before}plan -out=tfplan${options}`.trimEnd(), `${before}apply${runOptions} tfplan`];
  const replacement = asBlock(text, at.start, lines);
  if (replacement === undefined) return [];
  return [{ level: 'safe', title: 'Save the plan and apply exactly that', edits: [{ at, text: replacement }] }];
}

/**
 * The two commands as they must stand in the file: on lines of their own in a block scalar or a script, or as a new block
 * scalar when the script shared its line with the key (`run: terraform apply`).
 */
function asBlock(text: string, start: number, lines: readonly string[]): string | undefined {
  const terminator = lineTerminator(text);
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (before.trim() === '') return isFolded(text, start) ? undefined : lines.join(terminator + before);
  const key = /^(\s*(?:-\s+)?)run:\s+$/.exec(before);
  if (!key) return undefined;
  const indent = `${(key[1] ?? '').replace(/-/, ' ')}  `;
  return `|${terminator}${lines.map((line) => indent + line).join(terminator)}`;
}

/** In a folded block scalar (`run: >-`) two lines are one command. */
function isFolded(text: string, start: number): boolean {
  const above = text.slice(0, start).split(/\r?\n/);
  const indent = above.pop()?.length ?? 0;
  const header = above.findLast((line) => line.trim() !== '' && line.length - line.trimStart().length < indent);
  return header !== undefined && />[-+\d]*\s*(#.*)?$/.test(header);
}
