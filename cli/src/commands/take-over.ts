import type { Workspace } from '../../../release/src/api/start-run';
import { SYSTEM_CLOCKS } from '../../../release/src/durable/chained-log';
import { Ledger } from '../../../release/src/ledger/ledger';
import { EnvironmentLock, type HeldLock, type TakenLock } from '../../../release/src/lock/environment-lock';
import { describeHolder, livenessOfHolder, type LockHolder } from '../../../release/src/lock/holder';
import { UnreachableError } from '../../../release/src/shared-ledger/git';
import { openSharedLedger, readLedger } from '../../../release/src/shared-ledger/open';
import type { SharedLedger } from '../../../release/src/shared-ledger/shared-ledger';
import type { Arguments, Command } from '../command-line';
import { answer, JSON_OPTION } from '../delivery/answer';
import { environmentOf, FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

export const takeOver: Command = {
  name: 'take-over',
  summary: 'End the lock of a run that is stuck, or of a machine that is gone.',
  usage: '[ENVIRONMENT] --confirm ENVIRONMENT --reason TEXT',
  options: {
    file: FILE_OPTION,
    confirm: { type: 'string', value: 'NAME', help: 'The name of the environment, typed.' },
    reason: { type: 'string', value: 'TEXT', help: 'Why. The ledger keeps it.' },
    json: JSON_OPTION,
  },
  notes: ['A run on another machine that still goes on is told at its next step, and does nothing more.'],
  run: runTakeOver,
};

function runTakeOver(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  return Promise.resolve(endLock(args, environmentOf(args, workspace, 'take-over'), workspace, io));
}

function endLock(args: Arguments, environment: string, workspace: Workspace, io: Io): ExitCode {
  const { root } = workspace;
  const held = EnvironmentLock.inspect(root.lock(environment)) ?? heldInTeam(workspace, environment);
  if (!held) {
    answer(args, io, { environment, holder: null, ended: false }, `${environment} is not locked.`);
    return DELIVERY_EXIT.ok;
  }
  const { holder } = held;
  const who = holder === 'damaged' ? 'a lock that cannot be read' : describeHolder(holder);
  const reason = args.text('reason');
  if (args.text('confirm') !== environment || reason === undefined) {
    io.stderr.write(`${environment} is locked by ${who}.\nTo end that: --confirm ${environment} --reason TEXT\n`);
    return DELIVERY_EXIT.refused;
  }
  if (!held.needsTakeOver) {
    if (isDead(holder)) {
      const told = `${environment} was locked by ${who}, which is gone: the next run passes over it.`;
      answer(args, io, { environment, holder: who, ended: false }, told);
      return DELIVERY_EXIT.ok;
    }
    io.stderr.write(`${environment} is locked by ${who}, which is alive. Cancel its run instead.\n`);
    return DELIVERY_EXIT.locked;
  }
  const token = holder === 'damaged' ? 'damaged' : holder.token;
  const taken = EnvironmentLock.acquire(root.lock(environment), 'take-over', token);
  if (taken.kind === 'held') {
    io.stderr.write(`${environment} was locked again meanwhile.\n`);
    return DELIVERY_EXIT.locked;
  }
  try {
    const code = record(environment, token, reason, taken, workspace, io);
    const told = `The lock of ${environment} is ended; it was held by ${who}.`;
    if (code === DELIVERY_EXIT.ok) answer(args, io, { environment, holder: who, ended: true }, told);
    return code;
  } finally {
    taken.lock.release();
  }
}

/** The claim on an environment that its lock here knows nothing of. */
function heldInTeam(workspace: Workspace, environment: string): HeldLock | undefined {
  const holder = readLedger(workspace, environment).team?.claim;
  if (holder === undefined || isDead(holder)) return undefined;
  return { kind: 'held', holder, needsTakeOver: holder === 'damaged' || livenessOfHolder(holder) === 'unknown' };
}

/** Gives way by itself. */
function isDead(holder: LockHolder | 'damaged'): boolean {
  return holder !== 'damaged' && livenessOfHolder(holder) === 'dead';
}

function record(
  environment: string,
  token: string,
  reason: string,
  { lock }: TakenLock,
  workspace: Workspace,
  io: Io,
): ExitCode {
  const { root } = workspace;
  let share: SharedLedger | undefined;
  let problem: string | undefined;
  try {
    share = openSharedLedger(workspace, environment);
    const claimed = share?.claim(lock, lock.holder, token);
    if (claimed?.kind === 'held') {
      const other = claimed.holder === 'damaged' ? 'a claim that cannot be read' : describeHolder(claimed.holder);
      io.stderr.write(`${environment} is locked in the team by ${other}. Run the command again to end that.\n`);
      return DELIVERY_EXIT.locked;
    }
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    problem = error.message;
  }
  const ledger = Ledger.open(root.ledger(environment), root.torn, lock, SYSTEM_CLOCKS, share);
  ledger.append({ type: 'lock.stolen', run: 'take-over', token, because: reason });
  ledger.close();
  share?.leave();
  if (problem !== undefined) {
    io.stderr.write(`${problem}\nThe lock here is ended; what the team knows of it stays.\n`);
    return DELIVERY_EXIT.failed;
  }
  return DELIVERY_EXIT.ok;
}
