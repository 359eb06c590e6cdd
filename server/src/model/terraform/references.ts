import type { Expression, TraversalExpression } from '../../lang/hcl/ast';
import { traversals } from '../../lang/hcl/walk';

/** What a reference names: `aws_launch_template.app.id`, `data.aws_ami.base.id`, `resource.aws_instance.web`. */
export interface ResourceName {
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
}

/** The resource that a reference may name; undefined when its form rules that out. */
export function resourceName(reference: TraversalExpression): ResourceName | undefined {
  const first = nameAt(reference, 0);
  const second = nameAt(reference, 1);
  if (reference.root === 'data' || reference.root === 'resource') {
    if (typeof first !== 'string' || typeof second !== 'string') return undefined;
    return { mode: reference.root === 'data' ? 'data' : 'managed', type: first, name: second };
  }
  return typeof first === 'string' ? { mode: 'managed', type: reference.root, name: first } : undefined;
}

function nameAt({ steps }: TraversalExpression, at: number): string | number | undefined {
  const step = steps[at];
  return step?.type === 'name' ? step.name : undefined;
}

/** The name of the local that a reference reads, and the key it takes from it. */
function localName(
  reference: TraversalExpression,
): { readonly name: string; readonly key: string | undefined } | undefined {
  const [first, second] = reference.steps;
  if (reference.root !== 'local' || typeof first?.name !== 'string') return undefined;
  return { name: first.name, key: typeof second?.name === 'string' ? second.name : undefined };
}

/** All references in an expression, those in the locals that it reads among them. */
export function referencesThrough(
  expression: Expression,
  local: (name: string) => Expression | undefined,
): readonly TraversalExpression[] {
  const direct = traversals(expression);
  if (!direct.some(({ root }) => root === 'local')) return direct;
  const found: TraversalExpression[] = [];
  const visited = new Set<Expression>([expression]);
  const waiting: Expression[] = [expression];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const reference of traversals(next)) {
      found.push(reference);
      const read = localName(reference);
      const value = read ? local(read.name) : undefined;
      if (!value) continue;
      // `local.templates.app` reads one entry of an object that is written out.
      const entry =
        value.type === 'object' && read?.key !== undefined
          ? value.items.find((item) => item.name === read.key)
          : undefined;
      const target = entry?.value ?? value;
      if (visited.has(target)) continue;
      visited.add(target);
      waiting.push(target);
    }
  }
  return found;
}
