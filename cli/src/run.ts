import { didYouMeanText } from '../../server/src/core/did-you-mean';
import { commandHelp, parseCommandLine, type Command } from './command-line';
import { adopt } from './commands/adopt';
import { approve } from './commands/approve';
import { bake } from './commands/bake';
import { cancel } from './commands/cancel';
import { checklist } from './commands/checklist';
import { demo } from './commands/demo';
import { deploy } from './commands/deploy';
import { doctor } from './commands/doctor';
import { drift } from './commands/drift';
import { explain } from './commands/explain';
import { fix } from './commands/fix';
import { init } from './commands/init';
import { lint } from './commands/lint';
import { notes } from './commands/notes';
import { resume } from './commands/resume';
import { retire } from './commands/retire';
import { rollback } from './commands/rollback';
import { rules } from './commands/rules';
import { prune } from './commands/prune';
import { runs } from './commands/runs';
import { status } from './commands/status';
import { syncLedger } from './commands/sync-ledger';
import { takeOver } from './commands/take-over';
import { verifyLedger } from './commands/verify-ledger';
import { testPolicies } from './commands/test';
import { inventory } from './commands/inventory';
import { DELIVERY_EXIT, EXIT, UsageError, type ExitCode } from './exit-codes';
import type { Io } from './io';
import { VERSION } from './version';

const FILE_COMMANDS: readonly Command[] = [lint, fix, inventory, checklist, explain, rules, init, testPolicies];

const DELIVERY_COMMANDS: readonly Command[] = [
  bake,
  deploy,
  approve,
  rollback,
  retire,
  adopt,
  status,
  drift,
  doctor,
  notes,
  runs,
  prune,
  cancel,
  resume,
  syncLedger,
  verifyLedger,
  takeOver,
];

const COMMANDS: readonly Command[] = [...FILE_COMMANDS, ...DELIVERY_COMMANDS, demo];

/** What a wrong command line and a mistake of ours end with: the commands that deliver say something else with 2 and 3. */
export function troubleExits([name]: readonly string[]): Pick<
  typeof EXIT | typeof DELIVERY_EXIT,
  'usage' | 'internal'
> {
  return DELIVERY_COMMANDS.some((command) => command.name === name) ? DELIVERY_EXIT : EXIT;
}

/** Runs one command line. Never throws: what goes wrong is printed and told by the exit code. */
export async function runCommandLine(words: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await dispatch(words, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr.write(`immutable-infra: ${error.message}\n`);
      return troubleExits(words).usage;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.stderr.write(`immutable-infra: internal error, please report it.\n${text}\n`);
    return troubleExits(words).internal;
  }
}

async function dispatch(words: readonly string[], io: Io): Promise<ExitCode> {
  const [first, ...rest] = words;
  if (first === '--version' || first === '-V' || first === 'version') {
    io.stdout.write(`${VERSION}\n`);
    return EXIT.ok;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const topic = first === 'help' ? rest[0] : undefined;
    io.stdout.write(topic === undefined ? overview() : commandHelp(commandNamed(topic)));
    return EXIT.ok;
  }
  if (first.startsWith('-')) {
    throw new UsageError(`Say a command first: immutable-infra lint ${words.join(' ')}`);
  }
  const command = commandNamed(first);
  if (rest.some((word) => word === '--help' || word === '-h')) {
    io.stdout.write(commandHelp(command));
    return EXIT.ok;
  }
  return command.run(parseCommandLine(rest, command.options), io);
}

/** @throws UsageError when there is none */
function commandNamed(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command) return command;
  const names = COMMANDS.map((known) => known.name);
  throw new UsageError(
    `There is no command \`${name}\`.${didYouMeanText(name, names)} Commands: ${names.join(', ')}. See immutable-infra --help.`,
  );
}

function overview(): string {
  const rows = COMMANDS.map((command) => `  ${command.name.padEnd(15)}${command.summary}`);
  return `Immutable Infra ${VERSION}: lints, bakes, deploys and rolls back immutable infrastructure.

Usage: immutable-infra <command> [options]

Commands:
${rows.join('\n')}

  immutable-infra <command> --help   options of a command
  immutable-infra --version          the version
`;
}
