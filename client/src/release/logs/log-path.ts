/** Scheme of the logs of runs. */
export const LOG_SCHEME = 'immutable-log';

/** What a log document shows: one step, or the whole run. */
export interface LogPath {
  readonly run: string;
  /** Name of its directory: `03-apply`. Undefined: the whole run. */
  readonly step: string | undefined;
}

/** `/RUN/03-apply.log`, `/RUN/run.log` */
export function formatLogPath({ run, step }: LogPath): string {
  return `/${run}/${step ?? 'run'}.log`;
}

/** Undefined for a path that names no log: nothing else of the disk can be read through it. */
export function parseLogPath(path: string): LogPath | undefined {
  const [, run, step] = /^\/([0-9A-Za-z]{26})\/(run|\d{2,}-[a-z][a-z0-9-]*)\.log$/.exec(path) ?? [];
  return run === undefined || step === undefined ? undefined : { run, step: step === 'run' ? undefined : step };
}

/**
 * The directory of a step that somebody names: `03-apply` itself, or the last one of the name `apply`.
 *
 * @param directories in the order in which they were started
 */
export function stepNamed(directories: readonly string[], name: string): string | undefined {
  return directories.findLast((directory) => directory === name || directory.replace(/^\d+-/, '') === name);
}
