import type { Fix, TextEdit } from '../../core/finding';
import { lineTerminator } from '../../core/text';
import type { ConfigBlock } from '../../model/config-block';
import { labelledBlocks } from '../../model/config/labelled';
import { insertBlock, insertTopLevel } from '../../model/edits/hcl';
import { defineRule, type TerraformUnit } from '../../model/facts';
import { hasGeneratedBackend, isCalledNearby, isRootModule, workflowTexts } from '../../model/terraform/root-module';
import { isStateKeptElsewhere } from '../../model/terraform/state-keepers';
import type { TerraformModule } from '../../model/terraform/types';

/** Directories and resources by which the storage of the state itself is made: it cannot lie in itself at first. */
const BOOTSTRAP = /bootstrap|(remote|tf|terraform)[-_]?state|state[-_]?(backend|bucket|storage)|(^|\/)backend$/i;
const STATE_STORE = /^(aws_s3_bucket|google_storage_bucket|azurerm_storage_(account|container))$/;

export default defineRule({
  meta: {
    id: 'local-state/terraform-local-backend',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'suggestion',
    since: '0.1.0',
    recommended: true,
    summary: 'A root module must keep its state in a remote backend',
    peers: [],
    messages: {
      absent:
        'Declare a remote backend. Without one the state lies on the disk of whoever applied last: no pipeline can replace these resources, nothing locks the state, and a lost disk loses them.',
      local:
        'Use a remote backend instead of `local`. The state lies on one disk: no pipeline can replace these resources, nothing else locks the state, and a lost disk loses them.',
    },
  },
  create: (context) => ({
    terraform: (unit) => {
      const { module } = unit;
      if (!isRootModule(module) || isBootstrap(module) || hasGeneratedBackend(module, context.project)) return;
      const workflows = workflowTexts(context.project);
      const severity = isApplied(module, workflows) ? 'error' : undefined;
      const backends = module.settings.flatMap((settings) => labelledBlocks(settings, 'backend'));
      if (backends.length > 0 || module.settings.some((settings) => settings.has('cloud') !== 'no')) {
        for (const { label, block } of backends) {
          if (label !== 'local' || block.path !== context.file.path) continue;
          context.report({
            at: block.header,
            anchor: 'terraform/backend',
            message: 'local',
            severity,
            fixes: replaceBackend(block, module),
          });
        }
        return;
      }
      // A pipeline that writes the backend file before `init`.
      if (workflows.some((text) => /backend[\w.-]*\.tf\b|backend\s+\\?"/.test(text))) return;
      if (isCalledNearby(module, context.project)) return;
      const holder = module.settings[0] ?? module.providers[0];
      if (holder?.path !== context.file.path || isStateKeptElsewhere(module, context.project, workflows)) return;
      context.report({
        at: holder.header,
        anchor: 'terraform/backend',
        message: 'absent',
        severity,
        fixes: addBackend(unit, module.settings[0]),
      });
    },
  }),
});

function isBootstrap(module: TerraformModule): boolean {
  if (BOOTSTRAP.test(module.directory)) return true;
  return module.resources.some(({ type, name }) => STATE_STORE.test(type) && /state|backend/i.test(name));
}

/** True when a workflow applies it: then the state is lost with the runner. One that destroys it again is a test. */
function isApplied(module: TerraformModule, workflows: readonly string[]): boolean {
  return workflows.some(
    (text) =>
      /\b(terraform|tofu)\b[^\n#]*\sapply\b/.test(text) &&
      !/\b(terraform|tofu)\b[^\n#]*\sdestroy\b/.test(text) &&
      text.includes(module.directory),
  );
}

/** The backend that belongs to the module's provider; what differs by environment comes with `-backend-config`. */
function backendLines(
  module: TerraformModule,
): { readonly name: string; readonly lines: readonly string[] } | undefined {
  const providers = new Set(module.providers.map(({ labels }) => labels[0]));
  const key = `${module.directory.split('/').at(-1) || 'main'}/terraform.tfstate`;
  if (providers.has('aws')) {
    return {
      name: 's3',
      lines: ['backend "s3" {', `  key          = "${key}"`, '  encrypt      = true', '  use_lockfile = true', '}'],
    };
  }
  if (providers.has('google')) {
    return { name: 'gcs', lines: ['backend "gcs" {', `  prefix = "${key.replace(/\/.*/, '')}"`, '}'] };
  }
  if (providers.has('azurerm')) return { name: 'azurerm', lines: ['backend "azurerm" {', `  key = "${key}"`, '}'] };
  return undefined;
}

function titleOf(name: string): string {
  return `Declare the backend \`${name}\`; name its storage with \`-backend-config\``;
}

function addBackend(unit: TerraformUnit, settings: ConfigBlock | undefined): readonly Fix[] {
  const backend = backendLines(unit.module);
  if (!backend || unit.file.syntax.form === 'json') return [];
  const edits = settings
    ? insertBlock(settings, backend.lines)
    : insertTopLevel(unit.file, ['terraform {', ...backend.lines.map((line) => `  ${line}`), '}']);
  return edits.length > 0 ? [{ level: 'suggestion', title: titleOf(backend.name), edits }] : [];
}

function replaceBackend(block: ConfigBlock, module: TerraformModule): readonly Fix[] {
  const backend = backendLines(module);
  if (!backend || block.node.type !== 'block' || block.file.form === 'json') return [];
  const { text } = block.file;
  const { start } = block.range;
  const indent = /[ \t]*$/.exec(text.slice(0, start))?.[0] ?? '';
  const edit: TextEdit = {
    at: { ...block.range, path: block.path },
    text: backend.lines.join(lineTerminator(text) + indent),
  };
  return [{ level: 'suggestion', title: titleOf(backend.name), edits: [edit] }];
}
