import type { Workspace } from '../../../release/src/api/start-run';
import { LogDamagedError } from '../../../release/src/durable/chained-log';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { UnreachableError } from '../../../release/src/shared-ledger/git';
import { openSharedLedger } from '../../../release/src/shared-ledger/open';
import { SharedLedgerDamagedError, type Synchronized } from '../../../release/src/shared-ledger/shared-ledger';
import type { Arguments, Command } from '../command-line';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type DeliveryExit, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable } from '../terminal';

export const syncLedger: Command = {
  name: 'sync-ledger',
  summary: "Deliver records that wait here, and bring those of others from the team's ledger.",
  usage: '[ENVIRONMENT …] [options]',
  options: { file: FILE_OPTION, json: { type: 'boolean', help: 'For programs.' } },
  notes: ['Every run does this by itself. Use it after the remote could not be reached.'],
  run: runSyncLedger,
};

interface Result extends Partial<Synchronized> {
  readonly environment: string;
  /** How many records still wait: somebody else acts on the environment, or it could not be delivered. */
  readonly queued: number;
  readonly problem: string | null;
  readonly code: DeliveryExit;
}

function runSyncLedger(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  if (workspace.pipeline.ledger.backend !== 'git') {
    throw new UsageError('The ledger is kept on this machine. A team shares it with `ledger: { backend: git }`.');
  }
  const known = [...workspace.pipeline.environments.keys()];
  const unknown = args.positionals.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`There is no environment \`${unknown}\`. There is ${known.join(', ')}.`);
  const names = args.positionals.length > 0 ? args.positionals : known;
  const results = names.map((environment) => synchronize(environment, workspace));
  if (args.flag('json')) {
    const ledgers = results.map(({ code: _, ...result }) => result);
    io.stdout.write(`${JSON.stringify({ version: 1, ledgers }, null, 2)}\n`);
  } else io.stdout.write(results.map((result) => `${printable(describe(result))}\n`).join(''));
  return Promise.resolve(Math.max(...results.map(({ code }) => code), DELIVERY_EXIT.ok) as DeliveryExit);
}

function synchronize(environment: string, workspace: Workspace): Result {
  const { root } = workspace;
  root.prepare();
  const taken = EnvironmentLock.acquire(root.lock(environment), 'sync-ledger');
  if (taken.kind === 'held') {
    const problem = 'a run acts on it here, and delivers what it writes';
    return { environment, queued: 0, problem, code: DELIVERY_EXIT.locked };
  }
  const share = openSharedLedger(workspace, environment);
  try {
    const done = share?.synchronize(taken.lock);
    const queued = share?.queued ?? 0;
    const problem = queued > 0 ? 'somebody else acts on it; what waits is delivered behind that run' : null;
    return { environment, ...done, queued, problem, code: queued > 0 ? DELIVERY_EXIT.locked : DELIVERY_EXIT.ok };
  } catch (error) {
    const isDamage = error instanceof LogDamagedError || error instanceof SharedLedgerDamagedError;
    if (!isDamage && !(error instanceof UnreachableError)) throw error;
    const code = isDamage ? DELIVERY_EXIT.refused : DELIVERY_EXIT.failed;
    return { environment, queued: share?.queued ?? 0, problem: error.message, code };
  } finally {
    taken.lock.release();
  }
}

function describe({ environment, queued, problem, delivered = 0, received = 0 }: Result): string {
  const waiting = queued > 0 ? ` ${queued} wait here.` : '';
  if (problem !== null) return `${environment}: ${problem}.${waiting}`.replace('..', '.');
  return `${environment}: ${delivered} delivered, ${received} came from others.`;
}
