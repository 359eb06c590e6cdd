import type { CancellationToken } from 'vscode-languageserver';
import type { FileSummary } from '../model/workspace-index';
import type { SeenSign } from '../workspace/checklist/facts';
import { signsOf } from '../workspace/checklist/signs';
import type { FileText } from './file-texts';
import type { Folder } from './folder';
import type { LintFilesParts } from './learn-files';
import type { ChecklistSigns } from './protocol';
import type { SettingsOfResource } from './settings-cache';

/**
 * What files show that counts for the migration checklist. The folder learns what each contributes to the workspace, so
 * that a lint which follows knows all of them. Between two files the server hears messages.
 *
 * @throws Cancelled when the token says so
 */
export async function checklistFacts(
  uris: readonly string[],
  parts: LintFilesParts,
  token: CancellationToken,
): Promise<ChecklistSigns[]> {
  const files: ChecklistSigns[] = [];
  const summaries = new Map<Folder, FileSummary[]>();
  for (const file of await parts.texts.readAll(uris)) {
    if (!file) continue;
    const { uri } = file;
    const settings = await parts.texts.settings(uri);
    const { signs, summary } = await parts.session.complete(() => inFile(file, settings, parts), token);
    const { folder } = file.location;
    if (summary) summaries.set(folder, [...(summaries.get(folder) ?? []), summary]);
    if (signs.length > 0) files.push({ uri, signs });
  }
  for (const [folder, found] of summaries) {
    if (folder.useSummaries(found)) parts.onLearned(folder);
  }
  return files;
}

function inFile(
  { location, text }: FileText,
  settings: SettingsOfResource,
  { log }: LintFilesParts,
): { readonly signs: readonly SeenSign[]; readonly summary: FileSummary | undefined } {
  const { folder, path } = location;
  try {
    if (folder.config(path, settings).isIgnored(path)) return { signs: [], summary: undefined };
    const summary = folder.summarise(path, text, settings);
    return { signs: summary ? signsOf(path, text, folder.engine) : [], summary };
  } catch (error) {
    log.errorOnce(`checklist ${path}`, `What ${path} shows could not be told.`, error);
    return { signs: [], summary: undefined };
  }
}
