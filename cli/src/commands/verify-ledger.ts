import { acceptDamage, NotAcceptedError } from '../../../release/src/damage/accept-damage';
import type { Workspace } from '../../../release/src/api/start-run';
import type { LogDamage } from '../../../release/src/durable/chained-reader';
import { Ledger } from '../../../release/src/ledger/ledger';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { newHolder } from '../../../release/src/lock/holder';
import { UnreachableError } from '../../../release/src/shared-ledger/git';
import { openSharedLedger, readLedger } from '../../../release/src/shared-ledger/open';
import type { TeamProblem } from '../../../release/src/shared-ledger/shared-ledger';
import type { Arguments, Command } from '../command-line';
import { environmentOf, environmentsOf, FILE_OPTION, findWorkspace, knownLedgers } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable } from '../terminal';

export const verifyLedger: Command = {
  name: 'verify-ledger',
  summary: 'Check that nobody changed the history of releases.',
  usage: '[ENVIRONMENT …] [options]',
  options: {
    file: FILE_OPTION,
    accept: {
      type: 'string',
      value: 'RECORD',
      help: 'Go on in spite of a damage: the number of the first damaged record, typed.',
    },
    reason: { type: 'string', value: 'TEXT', help: 'Why the damage is accepted. The ledger keeps it.' },
    json: { type: 'boolean', help: 'For programs.' },
  },
  notes: [
    'Nothing is deployed to an environment whose ledger is damaged. `--accept` keeps the file as it was found below `torn`, adds an anchor with your reason, and carries over the later records that still prove themselves.',
  ],
  run: runVerifyLedger,
};

interface Verified {
  readonly environment: string;
  readonly records: number;
  readonly head: string;
  readonly damage: LogDamage | null;
  /** Of a ledger that a team shares. */
  readonly team: {
    readonly remote: string;
    readonly queued: number;
    readonly problem: TeamProblem | null;
  } | null;
}

function runVerifyLedger(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  if (args.text('accept') !== undefined) return Promise.resolve(accept(args, workspace, io));
  const shared = workspace.pipeline.ledger.backend === 'git' ? [...workspace.pipeline.environments.keys()] : [];
  const all = [...new Set([...knownLedgers(workspace), ...shared])].sort();
  const names = args.positionals.length > 0 ? environmentsOf(args, workspace) : all;
  const results = names.map((environment) => verify(environment, workspace));
  if (args.flag('json')) io.stdout.write(`${JSON.stringify({ version: 1, ledgers: results }, null, 2)}\n`);
  else if (results.length === 0) io.stdout.write('There is no ledger yet.\n');
  else io.stdout.write(results.map((result) => `${printable(describe(result))}\n`).join(''));
  const kinds = new Set(results.flatMap(({ damage, team }) => [damage?.kind, team?.problem?.kind]));
  if (kinds.has('tampered') || kinds.has('short') || kinds.has('damaged'))
    return Promise.resolve(DELIVERY_EXIT.refused);
  return Promise.resolve(kinds.has('unreachable') ? DELIVERY_EXIT.failed : DELIVERY_EXIT.ok);
}

function verify(environment: string, workspace: Workspace): Verified {
  const view = Ledger.read(workspace.root.ledger(environment));
  const own = { environment, records: view.length, head: view.head, damage: view.damage ?? null };
  // What is baked for no environment is shared with nobody.
  const team = workspace.pipeline.environments.has(environment) ? readLedger(workspace, environment).team : undefined;
  return { ...own, team: team ? { remote: team.remote, queued: team.queued, problem: team.problem ?? null } : null };
}

function describe({ environment, records, damage, team }: Verified): string {
  const lines = [`${environment}: ${describeOwn(records, damage)}`];
  if (team?.problem) lines.push(`${environment}: ${team.problem.text}`);
  else if (team) {
    const waiting = team.queued === 0 ? 'the team has them all' : `${team.queued} wait to be delivered`;
    lines.push(`${environment}: the ledger at ${team.remote} is unbroken; ${waiting}.`);
  }
  const seq = damage && damage.kind !== 'torn' ? damage.seq : team?.problem?.seq;
  if (seq !== undefined) {
    lines.push(
      `Restore the file, or go on in spite of it: immutable-infra verify-ledger ${environment} --accept ${seq} --reason TEXT`,
    );
  }
  return lines.join('\n');
}

function describeOwn(records: number, damage: LogDamage | null): string {
  if (!damage) return records === 1 ? '1 record, unbroken.' : `${records} records, unbroken.`;
  const places = {
    torn: `${records} records, unbroken; a last line was never finished, which is saved and cut off at the next run.`,
    tampered: `record ${damage.seq} is not as it was written: somebody changed the file. ${records} records before it are unbroken.`,
    short: `ends before record ${damage.seq}, which was written once: somebody cut the file.`,
  };
  return places[damage.kind];
}

function accept(args: Arguments, workspace: Workspace, io: Io): ExitCode {
  const environment = environmentOf(args, workspace, 'verify-ledger');
  const reason = args.text('reason');
  const seq = Number(args.text('accept'));
  if (!Number.isSafeInteger(seq) || seq < 1) throw new UsageError('`--accept` needs the number of the damaged record.');
  if (reason === undefined) throw new UsageError('`--accept` needs `--reason TEXT`: the ledger keeps it.');
  const { root } = workspace;
  const taken = EnvironmentLock.acquire(root.lock(environment), 'verify-ledger');
  if (taken.kind === 'held') {
    io.stderr.write(`Somebody acts on ${environment} now; see immutable-infra status ${environment}.\n`);
    return DELIVERY_EXIT.locked;
  }
  try {
    const share = openSharedLedger(workspace, environment);
    const by = newHolder('verify-ledger', new Date()).user;
    const { kept, carried, lines } = acceptDamage(environment, { seq, reason, by }, root, share, taken.lock);
    const anchor = lines.length - carried;
    if (args.flag('json')) {
      io.stdout.write(`${JSON.stringify({ version: 1, environment, anchor, carried, kept: kept ?? null }, null, 2)}\n`);
    } else {
      const where = kept === undefined ? '' : ` The file as it was found is ${kept}.`;
      io.stdout.write(
        `${environment} goes on behind anchor ${anchor}; ${carried} later records were carried over.${where}\nLook at what is live: immutable-infra status ${environment}\n`,
      );
    }
    return DELIVERY_EXIT.ok;
  } catch (error) {
    if (!(error instanceof NotAcceptedError) && !(error instanceof UnreachableError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return error instanceof NotAcceptedError ? DELIVERY_EXIT.refused : DELIVERY_EXIT.failed;
  } finally {
    taken.lock.release();
  }
}
