import type { Io } from './io';
import { UsageError } from './exit-codes';
import { decode, formatBytes } from './read-text';
import { LintSession, type SessionOptions } from './session';
import { distinct, type RunResult } from './lint-run';
import type { Note } from './notes';
import type { Root } from './workspace-root';

/**
 * Lints standard input in place of the file of that name. Files beside it are read (its Terraform module); what only
 * the whole workspace tells is not known.
 */
export async function lintStdin(file: string, root: Root, session: SessionOptions, io: Io): Promise<RunResult> {
  const path = root.inside(file);
  if (path === undefined) throw new UsageError(`--stdin-filename must name a file below ${root.directory}.`);
  const bytes = await io.readStdin();
  const { text, note } =
    bytes.length > session.maxBytes
      ? { text: undefined, note: `Not linted: standard input has ${formatBytes(bytes.length)}. Use --max-file-size.` }
      : decode(bytes);
  const linter = new LintSession({ ...session, overlay: text === undefined ? {} : { [path]: text } });
  const notes: Note[] =
    note === undefined ? [] : [{ path, message: note, level: text === undefined ? 'problem' : 'note' }];
  const empty: RunResult = {
    findings: [],
    linted: [],
    notes,
    errors: [],
    problems: [],
    customMetas: [],
    summaries: [],
  };
  if (text === undefined) return empty;
  if (linter.isIgnored(path)) return { ...empty, problems: linter.problems() };
  const outcome = linter.lintText(path, text);
  if (outcome.kind === undefined && outcome.errors.length === 0) {
    const message = 'Not linted: it is none of the kinds of file that are linted.';
    return { ...empty, notes: [...notes, { path, message, level: 'note' }], problems: linter.problems() };
  }
  return {
    findings: distinct(outcome.findings),
    linted: [path],
    notes,
    errors: outcome.errors,
    problems: linter.problems(),
    customMetas: linter.customMetas(path),
    summaries: [],
  };
}
