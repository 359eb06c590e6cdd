import type { Expression } from '../../lang/hcl/ast';
import type { TerraformModule } from './types';
import { argument } from './variables';

/** The expression of a local value, wherever in the module it is declared. */
export function localExpression(module: TerraformModule, name: string): Expression | undefined {
  for (const file of module.files) {
    for (const item of file.syntax.body.items) {
      const found = item.type === 'block' && item.kind === 'locals' ? argument(item, name) : undefined;
      if (found) return found.value;
    }
  }
  return undefined;
}
