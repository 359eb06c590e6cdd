import { isDestructive, type Plan, type PlannedChange } from './plan';

/** A change that a step must not make. */
export interface GuardViolation {
  readonly address: string;
  readonly block: string;
  readonly reason: string;
}

/**
 * Which changes a step may make. The step that deploys may not touch the router, a database or the colour that serves
 * now, whatever the configuration says (release-engine.md §2, row 11).
 *
 * @param allow address patterns where `*` stands for anything; undefined allows every address
 * @param neverDestroy address or type patterns of what may never be taken away
 */
export function checkScope(
  plan: Plan,
  step: string,
  allow: readonly string[] | undefined,
  neverDestroy: readonly string[],
): GuardViolation[] {
  const isAllowed = matcher(allow ?? ['*']);
  const isPrecious = matcher(neverDestroy);
  return plan.changes
    .filter(({ kind }) => kind !== 'read')
    .flatMap((change) => {
      const reason = violationOf(change, step, isAllowed, isPrecious);
      return reason === undefined ? [] : [{ address: change.address, block: change.block, reason }];
    });
}

function violationOf(
  change: PlannedChange,
  step: string,
  isAllowed: (text: string) => boolean,
  isPrecious: (text: string) => boolean,
): string | undefined {
  const resource = /[^.]+\.[^.]+$/.exec(change.block)?.[0] ?? change.block;
  if (isDestructive(change.kind) && (isPrecious(change.address) || isPrecious(resource))) {
    return `${change.kind === 'destroy' ? 'destroying' : 'replacing'} it loses data; \`guard.neverDestroy\` forbids it`;
  }
  return isAllowed(change.address) ? undefined : `the ${step} step may not change it; \`guard\` does not list it`;
}

function matcher(patterns: readonly string[]): (text: string) => boolean {
  const compiled = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escapePattern).join('.*')}$`, 's'));
  return (text) => compiled.some((pattern) => pattern.test(text));
}

function escapePattern(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
