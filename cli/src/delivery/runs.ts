import { listRuns, readRun, type ListedRun } from '../../../release/src/api/list-runs';
import type { Workspace } from '../../../release/src/api/start-run';
import { UsageError } from '../exit-codes';

/**
 * The run that a command means: the one that is named by the beginning of its id, or the only one that fits.
 *
 * @param what fits, in words: `running`
 * @throws UsageError
 */
export function chooseRun(
  { root }: Workspace,
  name: string | undefined,
  fits: (run: ListedRun) => boolean,
  what: string,
): ListedRun {
  const runs = name === undefined ? listRuns(root).filter(fits) : namedRuns(root, name);
  const [run, other] = runs;
  if (!run)
    throw new UsageError(
      name === undefined ? `No run is ${what}.` : `There is no run ${name}. See \`immutable-infra runs\`.`,
    );
  if (other) throw new UsageError(`Say which run: ${runs.map(({ run: id }) => id).join(', ')}.`);
  return run;
}

function namedRuns(root: Workspace['root'], name: string): ListedRun[] {
  const whole = /^[0-9A-Za-z]+$/.test(name) ? readRun(root, name.toUpperCase()) : undefined;
  return whole ? [whole] : listRuns(root).filter(({ run }) => run.startsWith(name.toUpperCase()));
}
