import type { Arguments, OptionSpecs } from '../command-line';
import { discover, type Discovery } from '../discover';
import { EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import type { SessionOptions } from '../session';
import { wantsColor } from '../terminal';
import { findRoot, type Root } from '../workspace-root';
import { printComplaints, RULE_OPTIONS, sessionOptions, type Complaints } from './shared-options';

const { config, 'max-file-size': maxFileSize, color } = RULE_OPTIONS;

/** What commands take that read files and choose no rules. */
export const READING_OPTIONS: OptionSpecs = {
  ...(config ? { config } : {}),
  ...(maxFileSize ? { 'max-file-size': maxFileSize } : {}),
  ...(color ? { color } : {}),
  quiet: { type: 'boolean', short: 'q', help: 'No notes.' },
};

/** What a command is about: the files that were named, or the working directory. */
export interface NamedPaths {
  readonly paths: readonly string[];
  readonly root: Root;
  readonly session: SessionOptions;
  readonly discovery: Discovery;
}

/** @throws UsageError when an option of the session is wrong */
export function namedPaths(args: Arguments, io: Io): NamedPaths {
  const paths = args.positionals.length > 0 ? args.positionals : ['.'];
  const root = findRoot(io.cwd, paths);
  return { paths, root, session: sessionOptions(args, io, root), discovery: discover(root, paths) };
}

/** Prints what went wrong, as `--quiet` and `--color` ask for it. @returns what the command ends with because of it */
export function complain(complaints: Complaints, args: Arguments, root: Root, io: Io): ExitCode {
  const isColored = wantsColor(args.text('color'), io.stderr.isTty, io.env);
  printComplaints(complaints, root, io, args.flag('quiet'), isColored);
  if (complaints.errors.length > 0) return EXIT.internal;
  const isWrong = complaints.problems.some(({ severity }) => severity === 'error');
  return isWrong || complaints.notes.some(({ level }) => level === 'problem') ? EXIT.usage : EXIT.ok;
}
