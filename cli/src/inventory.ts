import type { Arguments, Command } from './command-line';
import { printComplaints, RULE_OPTIONS, sessionOptions } from './commands/shared-options';
import { discover } from './discover';
import { EXIT, type ExitCode } from './exit-codes';
import { inventoryJson, inventoryTable } from './inventory-format';
import { askRegistries, runInventory } from './inventory-run';
import type { Io } from './io';
import { ONLINE_OPTIONS, onlineResolver } from './online';
import { styleFor, wantsColor } from './terminal';
import { findRoot } from './workspace-root';

const { config, 'max-file-size': maxFileSize, color } = RULE_OPTIONS;

export const inventoryCommand: Command = {
  name: 'inventory',
  summary: 'List every image that is used or built, by repository.',
  usage: '[paths…] [--json] [--online]',
  options: {
    json: { type: 'boolean', help: 'For programs.' },
    ...ONLINE_OPTIONS('Ask the registries which digest each tag has now. Nothing is asked without it.'),
    ...(config ? { config } : {}),
    ...(maxFileSize ? { 'max-file-size': maxFileSize } : {}),
    ...(color ? { color } : {}),
    quiet: { type: 'boolean', short: 'q', help: 'No notes.' },
  },
  notes: [
    'A repository with several tags is marked: the same image in several versions, often by accident.',
    'Exit codes: 0 listed, 2 wrong usage or configuration, a file could not be read, or with --online a registry did not say; 3 internal error.',
  ],
  run: runInventoryCommand,
};

async function runInventoryCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const paths = args.positionals.length > 0 ? args.positionals : ['.'];
  const root = findRoot(io.cwd, paths);
  const session = sessionOptions(args, io, root);
  const resolver = onlineResolver(args, io, root);
  const discovery = discover(root, paths);
  const run = runInventory(discovery.candidates, session);
  const repositories = resolver ? await askRegistries(run.repositories, resolver) : run.repositories;

  const isColored = wantsColor(args.text('color'), io.stdout.isTty, io.env);
  io.stdout.write(
    args.flag('json') ? inventoryJson(repositories) : inventoryTable(repositories, root, styleFor(isColored)),
  );
  const notes = [...discovery.notes, ...run.notes];
  const complaints = { notes, problems: [], errors: [] };
  printComplaints(complaints, root, io, args.flag('quiet'), wantsColor(args.text('color'), io.stderr.isTty, io.env));
  const isSilent = repositories.some(({ references }) =>
    references.some(({ registered }) => registered !== undefined && 'problem' in registered),
  );
  return isSilent || notes.some(({ level }) => level === 'problem') ? EXIT.usage : EXIT.ok;
}
