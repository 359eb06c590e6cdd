import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { describeHolder } from '../../../release/src/lock/holder';
import { Ledger } from '../../../release/src/ledger/ledger';
import type { Arguments, Command } from '../command-line';
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
  },
  notes: ['A run on another machine that still goes on is told at its next step, and does nothing more.'],
  run: runTakeOver,
};

function runTakeOver(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const environment = environmentOf(args, workspace, 'take-over');
  const { root } = workspace;
  const held = EnvironmentLock.inspect(root.lock(environment));
  if (!held) {
    io.stdout.write(`${environment} is not locked.\n`);
    return Promise.resolve(DELIVERY_EXIT.ok);
  }
  const { holder } = held;
  const who = holder === 'damaged' ? 'a lock file that cannot be read' : describeHolder(holder);
  const reason = args.text('reason');
  if (args.text('confirm') !== environment || reason === undefined) {
    io.stderr.write(`${environment} is locked by ${who}.\nTo end that: --confirm ${environment} --reason TEXT\n`);
    return Promise.resolve(DELIVERY_EXIT.refused);
  }
  if (!held.needsTakeOver) {
    io.stderr.write(`${environment} is locked by ${who}, which is alive. Cancel its run instead.\n`);
    return Promise.resolve(DELIVERY_EXIT.locked);
  }
  const token = holder === 'damaged' ? 'damaged' : holder.token;
  const taken = EnvironmentLock.acquire(root.lock(environment), 'take-over', token);
  if (taken.kind === 'held') {
    io.stderr.write(`${environment} was locked again meanwhile.\n`);
    return Promise.resolve(DELIVERY_EXIT.locked);
  }
  const ledger = Ledger.open(root.ledger(environment), root.torn, taken.lock);
  ledger.append({ type: 'lock.stolen', run: 'take-over', token, because: reason });
  ledger.close();
  taken.lock.release();
  io.stdout.write(`The lock of ${environment} is ended; it was held by ${who}.\n`);
  return Promise.resolve(DELIVERY_EXIT.ok);
}
