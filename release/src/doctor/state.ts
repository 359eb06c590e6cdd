import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { listLeftBehind } from '../api/left-behind';
import { listRuns } from '../api/list-runs';
import { readIfThere } from '../durable/files';
import { Ledger } from '../ledger/ledger';
import { EnvironmentLock } from '../lock/environment-lock';
import { describeHolder, livenessOfHolder } from '../lock/holder';
import type { StateRoot } from '../state-root';
import { fail, ok, warn, type DoctorLine } from './finding';

const MEGABYTE = 1024 * 1024;
/** A run is refused with less. */
const NEEDED_MEGABYTES = 200;
const COMFORTABLE_MEGABYTES = 1024;
/** Clocks of machines differ by some seconds; more is a mistake. */
const CLOCK_MILLISECONDS = 5 * 60_000;

/** The folder of the state: rights, format, space. */
export function folderLines(root: StateRoot): readonly DoctorLine[] {
  const lines = [freeLine(root)];
  if (!existsSync(root.path)) return [ok('state', `${root.path} will be made by the first run`), ...lines];
  const { mode } = statSync(root.path);
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  if (!isWritable(root.path)) {
    lines.unshift(
      fail('state', `${root.path} cannot be written to`, `Give it to yourself: chown -R "$USER" ${root.path}`),
    );
  } else if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    lines.unshift(warn('state', `${root.path} has the rights ${rights}: others may read it`, `chmod 700 ${root.path}`));
  } else lines.unshift(ok('state', `${root.path} (${rights})`));
  const format = readIfThere(`${root.path}/format`)?.trim();
  if (format !== undefined && format !== '1')
    lines.push(fail('state', `its format is ${format}, this version knows 1`, 'Use a newer version.'));
  const torn = existsSync(root.torn) ? readdirSync(root.torn) : [];
  if (torn.length > 0) {
    lines.push(
      warn(
        'state',
        `${torn.length} unfinished lines are saved in ${root.torn}`,
        'A crash left them. Look at them, then delete them.',
      ),
    );
  }
  return lines;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function freeLine(root: StateRoot): DoctorLine {
  const { bavail, bsize } = statfsSync(nearest(root.path));
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  const text = `${free} MB are free below ${root.path}`;
  if (free < NEEDED_MEGABYTES)
    return fail('disk', text, `A run needs ${NEEDED_MEGABYTES} MB: delete what is not needed.`);
  if (free < COMFORTABLE_MEGABYTES) return warn('disk', text, 'Images are large: make room before the next bake.');
  return ok('disk', text);
}

function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

/** The lock, the history and the clock of an environment. */
export function environmentLines(root: StateRoot, environment: string, now: number): readonly DoctorLine[] {
  return [lockLine(root, environment), ...ledgerLines(root, environment, now)];
}

function lockLine(root: StateRoot, environment: string): DoctorLine {
  const what = `lock ${environment}`;
  const held = EnvironmentLock.inspect(root.lock(environment));
  if (!held) return ok(what, 'free');
  const takeOver = `Be sure that nobody acts on it, then: immutable-infra take-over ${environment}`;
  if (held.holder === 'damaged') return fail(what, 'its file cannot be read', takeOver);
  const who = describeHolder(held.holder);
  if (held.needsTakeOver) return fail(what, `held by ${who}`, takeOver);
  if (livenessOfHolder(held.holder) === 'dead') {
    return warn(what, `${who} has died`, 'The next run takes it; interrupted runs are named below.');
  }
  return ok(what, `held by ${who}`);
}

function ledgerLines(root: StateRoot, environment: string, now: number): readonly DoctorLine[] {
  const what = `ledger ${environment}`;
  const view = Ledger.read(root.ledger(environment));
  const records = view.length === 1 ? '1 record' : `${view.length} records`;
  const lines: DoctorLine[] = [];
  if (!view.damage) lines.push(ok(what, `${records}, unbroken`));
  else if (view.damage.kind === 'torn') {
    lines.push(warn(what, `${records}; a last line was never finished`, 'The next run saves it and goes on.'));
  } else {
    const text = view.damage.kind === 'short' ? 'its end was cut off' : `record ${view.damage.seq} was changed`;
    lines.push(fail(what, text, `immutable-infra verify-ledger ${environment}`));
  }
  const last = view.length > 0 ? view.record(view.length) : undefined;
  const ahead = last ? Date.parse(last.t) - now : 0;
  if (ahead > CLOCK_MILLISECONDS) {
    const text = `the last record is ${Math.round(ahead / 60_000)} minutes ahead of the clock here`;
    lines.push(
      warn(`clock ${environment}`, text, 'Set the clock (NTP). Order does not depend on it; soak times do not either.'),
    );
  }
  return lines;
}

/** What bakes and deployments left behind. */
export function leftLines(root: StateRoot, folder: string, environment: string, now: number): readonly DoctorLine[] {
  return listLeftBehind(Ledger.read(root.ledger(environment)), folder, environment, now).map(({ what, text, next }) =>
    warn(`left ${what}`, text, next),
  );
}

/** Runs that nobody runs any more and that have no end. */
export function runLines(root: StateRoot): readonly DoctorLine[] {
  return listRuns(root)
    .filter(({ status }) => status === 'interrupted')
    .map(({ run, spec, progress }) =>
      warn(
        `run ${run}`,
        `${spec.kind} of ${spec.environment ?? 'images'} was interrupted (${progress.state})`,
        `immutable-infra resume ${run}`,
      ),
    );
}
