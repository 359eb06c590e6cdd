import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Ledger } from '../../../release/src/ledger/ledger';
import type { Arguments, Command } from '../command-line';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';

export const verifyLedger: Command = {
  name: 'verify-ledger',
  summary: 'Check that nobody changed the history of releases.',
  usage: '[ENVIRONMENT …] [options]',
  options: { file: FILE_OPTION, json: { type: 'boolean', help: 'For programs.' } },
  run: runVerifyLedger,
};

function runVerifyLedger(args: Arguments, io: Io): Promise<ExitCode> {
  const { root } = findWorkspace(args, io);
  const folder = dirname(root.ledger('any'));
  const known = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const names = args.positionals.length > 0 ? args.positionals : known.map((name) => basename(name, '.jsonl'));
  const results = names.map((environment) => {
    const view = Ledger.read(join(folder, `${environment}.jsonl`));
    return { environment, records: view.length, head: view.head, damage: view.damage ?? null };
  });
  if (args.flag('json')) io.stdout.write(`${JSON.stringify({ version: 1, ledgers: results }, null, 2)}\n`);
  else if (results.length === 0) io.stdout.write('There is no ledger yet.\n');
  else
    for (const { environment, records, damage } of results)
      io.stdout.write(`${environment}: ${describe(records, damage)}\n`);
  const isDamaged = results.some(({ damage }) => damage !== null && damage.kind !== 'torn');
  return Promise.resolve(isDamaged ? DELIVERY_EXIT.refused : DELIVERY_EXIT.ok);
}

function describe(records: number, damage: ReturnType<typeof Ledger.read>['damage'] | null): string {
  if (!damage) return `${records} records, unbroken.`;
  const places = {
    torn: `${records} records, unbroken; a last line was never finished, which is saved and cut off at the next run.`,
    tampered: `record ${damage.seq} is not as it was written: somebody changed the file. ${records} records before it are unbroken.`,
    short: `ends before record ${damage.seq}, which was written once: somebody cut the file.`,
  };
  return places[damage.kind];
}
