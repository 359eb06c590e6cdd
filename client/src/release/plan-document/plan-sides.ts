import type { Plan, PlannedChange } from '../../../../release/src/plan/plan';

/** The two sides of a plan: what is there now, and what will be, in the same order, so that a diff shows the change. */
export function planSides(plan: Plan): { readonly current: string; readonly planned: string } {
  const changes = plan.changes.filter(({ kind }) => kind !== 'read');
  return { current: side(changes, 'before'), planned: side(changes, 'after') };
}

function side(changes: readonly PlannedChange[], which: 'before' | 'after'): string {
  const parts = changes.flatMap((change) => {
    const isThere =
      which === 'before' ? change.kind !== 'create' : change.kind !== 'destroy' && change.kind !== 'forget';
    if (!isThere) return [];
    const lines = change.attributes.flatMap((attribute) => {
      const value = attribute[which];
      return value === undefined ? [] : [`  ${attribute.path} = ${value.replace(/\n(?=.)/g, '\n    ').trimEnd()}`];
    });
    return [[change.address, ...lines].join('\n')];
  });
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}
