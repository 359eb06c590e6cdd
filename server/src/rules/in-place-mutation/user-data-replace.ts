import { directoryOf } from '../../core/paths';
import type { Expression } from '../../lang/hcl/ast';
import { insertAttribute } from '../../model/edits/hcl';
import { defineRule } from '../../model/facts';
import { bootArguments } from '../../model/terraform/boot-data';
import { namesDatastore } from '../../model/terraform/datastores';
import { hasReplaceTrigger, ignoresChangesOf } from '../../model/terraform/lifecycle';
import { correctLiteral, given, literalPlace } from '../../model/terraform/literals';
import { localExpression } from '../../model/terraform/locals';
import type { TerraformModule } from '../../model/terraform/types';
import { alternatives, booleanIn, every } from '../../model/values/value';

const FLAG = 'user_data_replace_on_change';

/** What cloud-init runs at every boot, so that a restart is enough. */
const EVERY_BOOT = /#cloud-boothook|text\/cloud-boothook|scripts-user\s*,\s*always/;

export default defineRule({
  meta: {
    id: 'in-place-mutation/user-data-replace',
    severity: 'warning',
    languages: ['terraform'],
    fix: 'safe',
    since: '0.1.0',
    recommended: true,
    summary: 'A change of `user_data` must replace the instance: `user_data_replace_on_change = true`',
    peers: [],
    messages: {
      restarts:
        'A change of `{argument}` only stops and starts this instance, and cloud-init does not run the script again: the code and the machine drift apart. Set `user_data_replace_on_change = true`.',
      startupScript:
        'A change of `startup-script` in `metadata` is made on the running instance and takes effect at some later boot. Use `metadata_startup_script`: it replaces the instance.',
    },
  },
  create: (context) => ({
    'terraform.resource:aws_instance': (instance) => {
      const { block, module } = instance;
      const data = given(block, 'user_data') ?? given(block, 'user_data_base64');
      if (!data || mayBeAbsent(data.expression, module) || alternatives(data.value).some(({ type }) => type === 'null'))
        return;
      const flag = given(block, FLAG);
      if (flag && !every(flag.value, (option) => booleanIn(option) === false)) return;
      if (
        ignoresChangesOf(instance, ['user_data', 'user_data_base64']) ||
        hasReplaceTrigger(instance) ||
        namesDatastore(instance)
      )
        return;
      if (bootArguments(instance).some(({ text }) => EVERY_BOOT.test(text.text.text))) return;
      const title = `Set \`${FLAG} = true\``;
      context.report({
        at: flag ? literalPlace(flag) : { ...data.nameRange, path: data.path },
        anchor: `resource.${instance.address}/${FLAG}`,
        message: 'restarts',
        data: { argument: data.name },
        fixes: [
          flag
            ? { ...correctLiteral(flag, 'true', title), level: 'suggestion' }
            : { level: 'safe', title, edits: insertAttribute(block, FLAG, 'true', { after: data.name }) },
        ],
      });
    },
    'terraform.resource:google_compute_instance': (instance) => {
      if (ignoresChangesOf(instance, ['metadata']) || hasReplaceTrigger(instance)) return;
      const metadata = instance.block.attribute('metadata');
      for (const option of metadata ? alternatives(metadata.value) : []) {
        const entry = option.type === 'object' ? option.entries.get('startup-script') : undefined;
        if (!entry || entry.value.type === 'null') continue;
        // Who calls a module cannot choose which argument of the instance the module sets.
        if (directoryOf(entry.key.path ?? instance.file.path) !== instance.module.directory) continue;
        const anchor = `resource.${instance.address}/metadata.startup-script`;
        context.report({ at: entry.key, anchor, message: 'startupScript', severity: 'info' });
        return;
      }
    },
  }),
});

/** A bare variable may be `null` or empty: whether there is boot data at all is for the caller to say. */
function mayBeAbsent(expression: Expression, module: TerraformModule, depth = 0): boolean {
  if (expression.type === 'parentheses') return mayBeAbsent(expression.inner, module, depth);
  if (expression.type === 'conditional') {
    return [expression.whenTrue, expression.whenFalse].some((branch) => mayBeAbsent(branch, module, depth));
  }
  if (expression.type === 'literal') return expression.value === null;
  if (expression.type !== 'traversal') return expression.type === 'index' || expression.type === 'missing';
  if (expression.root !== 'local') return /^(var|each|module)$/.test(expression.root);
  const value = depth < 10 ? localExpression(module, String(expression.steps[0]?.name)) : undefined;
  return !value || mayBeAbsent(value, module, depth + 1);
}
