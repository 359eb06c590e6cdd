/** Hooks, monitors and signature checks of a repository run programs that it names: none may (release-engine.md §3.12). */
export const SAFE_GIT: readonly string[] = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.pager=cat',
  '-c',
  'log.showSignature=false',
];
