import type { EnvironmentConfig, GatesConfig } from '../config/types';
import type { RunSpec } from '../run/spec';

/** @returns why the state of the repository stops the run; undefined when it does not */
export function gitGate(gates: GatesConfig, environment: EnvironmentConfig, spec: RunSpec): string | undefined {
  const { git, decisions } = spec;
  if (environment.branches.length > 0 && !environment.branches.includes(git.branch ?? '')) {
    const where = git.branch === null ? 'no branch is checked out' : `this is ${git.branch}`;
    return `${environment.name} is deployed from ${environment.branches.join(', ')} only; ${where}`;
  }
  const isAsked = gates.cleanGit === 'always' || (gates.cleanGit === 'protected' && environment.protected);
  if (!isAsked) return undefined;
  if (git.commit === null) return 'there is no git commit; commit first, so that the release can be told from others';
  if (git.dirty && decisions.allowDirty === null) {
    return 'files are changed and not committed; commit them, or say `--allow-dirty --reason TEXT`';
  }
  if (git.pushed === false && decisions.allowDirty === null) {
    return 'the commit is on no remote; push it, so that others can see what is deployed';
  }
  return undefined;
}
