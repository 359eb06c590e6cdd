import type { Fix } from '../../core/finding';
import type { ShellWord } from '../../lang/shell/ast';
import { hasFlag, positionals } from '../../lang/shell/words';
import { insertWord, removeWord } from '../../model/edits/shell';
import { defineRule, type CommandUse, type TerraformUnit } from '../../model/facts';
import { joinPath } from '../../core/paths';
import { LOCK_FILE, lockFileIgnore, type IgnoreLine } from '../../model/terraform/lock-file';
import { hasGeneratedBackend, isRootModule } from '../../model/terraform/root-module';
import type { Project } from '../../model/project';
import type { SourceFile } from '../../model/source-file';

const TOOLS: ReadonlySet<string> = new Set(['terraform', 'tofu', 'terragrunt']);
const VALUES: ReadonlySet<string> = new Set(['-chdir', '--terragrunt-working-dir', '--working-dir']);

/** Jobs that exist to raise versions. */
const MAINTENANCE = /upgrade|update|bump|renovate|dependabot|lock/i;

export default defineRule({
  meta: {
    id: 'mutable-reference/terraform-lockfile',
    severity: 'warning',
    languages: ['terraform', 'workflow', 'shell'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'The providers that apply must be the ones in the committed lock file',
    peers: [],
    messages: {
      ignored:
        'Commit `.terraform.lock.hcl`: remove this line. Without the lock file each `init` may take other providers, so the same commit can plan other changes.',
      missing:
        'Run `init` and commit `.terraform.lock.hcl`. There is none next to this root module, so each `init` may take other providers and the same commit can plan other changes.',
      upgrade:
        'Remove `-upgrade`. It takes the newest providers that the constraints allow and ignores the lock file, so the same commit can plan other changes. Raise providers in a reviewed change.',
      packerUpgrade:
        'Remove `-upgrade`. It takes the newest plugins that the constraints allow, so the builder itself can change between two builds of the same commit.',
      writable:
        'Add `-lockfile=readonly`: then `init` fails when the lock file does not fit, instead of changing it on the runner where nobody sees it.',
    },
  },
  create: (context) => ({
    file: (file) => {
      if (file.kind !== 'gitignore' || isModuleRepository(file, context.project)) return;
      for (const line of lockFileIgnore(file.text)) {
        const at = { start: line.start, end: line.end };
        context.report({ at, anchor: `gitignore/${line.pattern}`, message: 'ignored', fixes: keepLockFile(line) });
      }
    },
    terraform: (unit) => {
      if (!isDeployed(unit) || hasGeneratedBackend(unit.module, context.project)) return;
      const { directory, settings, providers } = unit.module;
      const names = context.project.list(directory);
      const path = directory === '' ? LOCK_FILE : `${directory}/${LOCK_FILE}`;
      if (!names || names.includes(LOCK_FILE) || context.project.read(path) !== undefined) return;
      if (isIgnored(directory, context.project)) return;
      const holder = settings[0] ?? providers[0];
      if (holder?.path !== context.file.path) return;
      context.report({ at: holder.header, anchor: 'terraform/lockfile', message: 'missing', severity: 'info' });
    },
    command: (use) => {
      const { command, script, phase, anchor } = use;
      const packer = command.name === 'packer';
      if (phase !== 'pipeline' || (!packer && !TOOLS.has(command.name))) return;
      const init = positionals(command, VALUES)[0];
      if (init?.text !== 'init' || isMaintenance(use)) return;
      const upgrade = command.words.find((word) => /^--?upgrade(=true)?$/.test(word.text));
      if (upgrade) {
        const edit = removeWord(script.shell, upgrade);
        context.report({
          at: upgrade.at,
          anchor: `${anchor}/upgrade`,
          message: packer ? 'packerUpgrade' : 'upgrade',
          fixes: edit ? [{ level: 'safe', title: 'Remove `-upgrade`', edits: [edit] }] : [],
        });
        return;
      }
      // `-backend=false` prepares a validation: nothing is applied with these providers.
      if (packer || hasFlag(command, '-lockfile', '-backend=false', '-from-module')) return;
      if (context.file.text.includes('TF_CLI_ARGS_init') || command.words.some((word) => !word.complete)) return;
      context.report({
        at: command.at,
        anchor: `${anchor}/lockfile`,
        message: 'writable',
        severity: 'hint',
        fixes: readOnly(use, init),
      });
    },
  }),
});

/** A root module whose state is kept: what it plans is applied. */
function isDeployed({ module }: TerraformUnit): boolean {
  if (!isRootModule(module)) return false;
  return module.settings.some((settings) => settings.has('backend') !== 'no' || settings.has('cloud') !== 'no');
}

/** A `.gitignore` here or above keeps the lock file out: the finding stands there. */
function isIgnored(directory: string, project: Project): boolean {
  let current: string | undefined = directory;
  while (current !== undefined) {
    const text = project.read(current === '' ? '.gitignore' : `${current}/.gitignore`);
    if (text !== undefined && lockFileIgnore(text).length > 0) return true;
    current = current === '' ? undefined : joinPath(current, '..');
  }
  return false;
}

/** A repository of one reusable module: its callers have the lock file. */
function isModuleRepository(file: SourceFile, project: Project): boolean {
  if (!project.list(file.directory)?.some((name) => /\.(tf|tofu)$/.test(name))) return false;
  const path = file.directory === '' ? 'main.tf' : `${file.directory}/main.tf`;
  const module = project.terraformModule(path);
  const applied = module.settings.some(
    (settings) => settings.has('backend') !== 'no' || settings.has('cloud') !== 'no',
  );
  return !applied && module.providers.length === 0;
}

function keepLockFile(line: IgnoreLine): readonly Fix[] {
  if (line.only) {
    const at = { start: line.start, end: line.next };
    return [{ level: 'safe', title: 'Remove the line', edits: [{ at, text: '' }] }];
  }
  const at = { start: line.end, end: line.end };
  const edits = [{ at, text: `${line.terminator}!${LOCK_FILE}` }];
  return [{ level: 'suggestion', title: `Except \`${LOCK_FILE}\``, edits }];
}

function isMaintenance({ script }: CommandUse): boolean {
  if (script.owner.type !== 'workflow') return false;
  const { workflow, job, step } = script.owner;
  return [workflow?.name, job?.id, job?.name, step.name].some((name) => name !== undefined && MAINTENANCE.test(name));
}

function readOnly({ script, command }: CommandUse, init: ShellWord): readonly Fix[] {
  if (command.name === 'terragrunt') return [];
  const edit = insertWord(script.shell, init, '-lockfile=readonly');
  return edit ? [{ level: 'suggestion', title: 'Add `-lockfile=readonly`', edits: [edit] }] : [];
}
