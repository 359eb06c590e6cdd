import type { Arguments, Command } from '../command-line';
import { EXIT, type ExitCode } from '../exit-codes';
import { inventoryJson, inventoryTable } from '../inventory-format';
import { askRegistries, runInventory } from '../inventory-run';
import type { Io } from '../io';
import { ONLINE_OPTIONS, onlineResolver } from '../online';
import { styleFor, wantsColor } from '../terminal';
import { complain, namedPaths, READING_OPTIONS } from './named-paths';

export const inventory: Command = {
  name: 'inventory',
  summary: 'List every image that is used or built, by repository.',
  usage: '[paths…] [--json] [--online]',
  options: {
    json: { type: 'boolean', help: 'For programs.' },
    ...ONLINE_OPTIONS('Ask the registries which digest each tag has now. Nothing is asked without it.'),
    ...READING_OPTIONS,
  },
  notes: [
    'A repository with several tags is marked: the same image in several versions, often by accident.',
    'Exit codes: 0 listed, 2 wrong usage or configuration, a file could not be read, or with --online a registry did not say; 3 internal error.',
  ],
  run: runInventoryCommand,
};

async function runInventoryCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const { root, session, discovery } = namedPaths(args, io);
  const resolver = onlineResolver(args, io, root);
  const run = runInventory(discovery.candidates, session);
  const repositories = resolver ? await askRegistries(run.repositories, resolver) : run.repositories;

  const isColored = wantsColor(args.text('color'), io.stdout.isTty, io.env);
  io.stdout.write(
    args.flag('json') ? inventoryJson(repositories) : inventoryTable(repositories, root, styleFor(isColored)),
  );
  const complaints = { notes: [...discovery.notes, ...run.notes], problems: [], errors: [] };
  const code = complain(complaints, args, root, io);
  const isSilent = repositories.some(({ references }) =>
    references.some(({ registered }) => registered !== undefined && 'problem' in registered),
  );
  return isSilent ? EXIT.usage : code;
}
