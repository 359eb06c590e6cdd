import type { CancellationToken } from 'vscode-languageserver';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text';
import { detectKind } from '../lang/detect';
import type { FileSummary } from '../model/workspace-index';
import { analyse } from './analysis';
import type { FileText, FileTexts } from './file-texts';
import type { Folder } from './folder';
import type { Log } from './log';
import type { FileFindings } from './protocol';
import type { Session } from './session';
import { listed, shownFinding } from './shown-findings';
import type { SettingsOfResource } from './settings-cache';
import { formatUri, resourceKey, uriKey } from './uri';

interface FileToLint extends FileText {
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
 * Lints files in two passes, as the command line does: all are summarised, then each is linted with what is known
 * about all. Between two files the server hears messages.
 *
 * @throws Cancelled when the token says so
 */
export async function lintFiles(
  uris: readonly string[],
  { texts, session, log, onLearned }: LintFilesParts,
  token: CancellationToken,
): Promise<FileFindings[]> {
  const files: (FileToLint | undefined)[] = [];
  const summaries = new Map<Folder, FileSummary[]>();
  for (const uri of uris) {
    const text = await texts.read(uri);
    const file = text && { ...text, settings: await texts.settings(uri) };
    files.push(file);
    if (!file) continue;
    const summary = await session.turns.take(() => summarise(file, log), token);
    const { folder } = file.location;
    if (summary) summaries.set(folder, [...(summaries.get(folder) ?? []), summary]);
  }
  for (const [folder, found] of summaries) {
    if (folder.useSummaries(found)) onLearned(folder);
  }
  const asked = new Map(uris.map((uri) => [uriKey(uri), uri]));
  const byUri = new Map<string, { kind: string | null; text: string; findings: Finding[] }>();
  for (const file of files) {
    if (!file) continue;
    const analysis = await session.turns.take(() => analyse(file.location, file, log), token);
    const { folder, path } = file.location;
    entryOf(byUri, file.uri, analysis.kind, file.text);
    for (const finding of analysis.findings) {
      const resource = finding.path === path ? undefined : folder.resourceOf(finding.path);
      const text = resource ? folder.files.read(finding.path) : file.text;
      if (text === undefined) continue;
      const uri = resource ? (asked.get(resourceKey(resource)) ?? formatUri(resource)) : file.uri;
      entryOf(byUri, uri, detectKind(finding.path, text) ?? null, text).findings.push(finding);
    }
  }
  const given = new Set(uris);
  const others = [...byUri.keys()].filter((uri) => !given.has(uri));
  return [...uris, ...others].map((uri) => {
    const entry = byUri.get(uri);
    if (!entry) return { uri, kind: null, findings: [] };
    const lines = new LineIndex(entry.text);
    const findings = listed(entry.findings).sort((a, b) => a.range.start - b.range.start);
    return { uri, kind: entry.kind, findings: findings.map((finding) => shownFinding(finding, lines)) };
  });
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

function entryOf(
  byUri: Map<string, { kind: string | null; text: string; findings: Finding[] }>,
  uri: string,
  kind: string | null,
  text: string,
): { findings: Finding[] } {
  const known = byUri.get(uri);
  if (known) return known;
  const entry = { kind, text, findings: [] };
  byUri.set(uri, entry);
  return entry;
}
