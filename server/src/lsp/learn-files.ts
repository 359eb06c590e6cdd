import type { CancellationToken } from 'vscode-languageserver';
import type { FileSummary } from '../model/workspace-index';
import type { FileText, FileTexts } from './file-texts';
import type { Folder } from './folder';
import type { Log } from './log';
import type { Session } from './session';
import type { SettingsOfResource } from './settings-cache';

/** A file with what holds for it. */
export interface FileToLint extends FileText {
  readonly settings: SettingsOfResource;
}

/** What lints files that need not be open. */
export interface LintFilesParts {
  readonly texts: FileTexts;
  readonly session: Session;
  readonly log: Log;
  /** The folder knows more than before: documents may show something else now. */
  readonly onLearned: (folder: Folder) => void;
}

/**
 * Reads files with the settings that hold for them.
 *
 * @returns those that are there, in the order given
 */
export async function readFiles(
  uris: readonly string[],
  { texts }: Pick<LintFilesParts, 'texts'>,
): Promise<FileToLint[]> {
  const files: FileToLint[] = [];
  for (const text of await texts.readAll(uris)) {
    if (text) files.push({ ...text, settings: await texts.settings(text.uri) });
  }
  return files;
}

/**
 * Reads files and learns what each contributes to the knowledge about the workspace. Between two files the server hears
 * messages.
 *
 * @returns those that are there, in the order given
 * @throws Cancelled when the token says so
 */
export async function learnFiles(
  uris: readonly string[],
  { texts, session, log, onLearned }: LintFilesParts,
  token: CancellationToken,
): Promise<FileToLint[]> {
  const files = await readFiles(uris, { texts });
  const summaries = new Map<Folder, FileSummary[]>();
  for (const file of files) {
    const summary = await session.complete(() => summarise(file, log), token);
    const { folder } = file.location;
    if (summary) summaries.set(folder, [...(summaries.get(folder) ?? []), summary]);
  }
  for (const [folder, found] of summaries) {
    if (folder.useSummaries(found)) onLearned(folder);
  }
  return files;
}

function summarise({ location, text, settings }: FileToLint, log: Log): FileSummary | undefined {
  const { folder, path } = location;
  try {
    return folder.config(path, settings).isIgnored(path) ? undefined : folder.summarise(path, text, settings);
  } catch (error) {
    log.errorOnce(`summary ${path}`, `What ${path} holds could not be told.`, error);
    return undefined;
  }
}
