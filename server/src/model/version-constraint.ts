/*
 * Version constraints of Terraform and Packer: `~> 1.2`, `>= 1.0, < 2.0`, `1.4.2`, `*`.
 * Source: Terraform documentation, "Version Constraints".
 */

/** True when the constraint cannot accept a version that nobody has seen yet beyond some limit. */
export function isBounded(constraint: string): boolean {
  return constraint.split(',').some((part) => /^\s*(~>|=|<=?)?\s*v?\d/.test(part));
}

/** True when the text is written as a constraint at all: operators, digits, `*`, `latest` or nothing. */
export function isConstraint(text: string): boolean {
  return text.split(',').every((part) => /^\s*((~>|>=?|<=?|!=|=)?\s*v?\d[\w.+-]*|\*|latest)?\s*$/.test(part));
}

/**
 * A lower bound alone, closed before the next major version: `>= 1.2.0` becomes `~> 1.2`, which accepts the same versions
 * below 2.0. Undefined for anything else than a single `>=`.
 */
export function closedAtMajor(constraint: string): string | undefined {
  const match = /^\s*>=\s*v?(\d+)(?:\.(\d+)(?:\.(\d+))?)?\s*$/.exec(constraint);
  if (!match) return undefined;
  const [, major = '0', minor = '0', patch = '0'] = match;
  return patch === '0' ? `~> ${major}.${minor}` : `>= ${major}.${minor}.${patch}, < ${Number(major) + 1}.0.0`;
}
