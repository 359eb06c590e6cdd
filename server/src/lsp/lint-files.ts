import type { CancellationToken } from 'vscode-languageserver';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text';
import { detectKind } from '../lang/detect';
import { analyse } from './analysis';
import { learnFiles, type LintFilesParts } from './learn-files';
import type { FileFindings } from './protocol';
import { listed, shownFinding } from './shown-findings';
import { formatUri, resourceKey, uriKey } from './uri';

/**
 * Lints files in two passes, as the command line does: all are summarised, then each is linted with what is known
 * about all. Between two files the server hears messages.
 *
 * @throws Cancelled when the token says so
 */
export async function lintFiles(
  uris: readonly string[],
  parts: LintFilesParts,
  token: CancellationToken,
): Promise<FileFindings[]> {
  const files = await learnFiles(uris, parts, token);
  const asked = new Map(uris.map((uri) => [uriKey(uri), uri]));
  const byUri = new Map<string, { kind: string | null; text: string; findings: Finding[] }>();
  for (const file of files) {
    const analysis = await parts.session.complete(() => analyse(file.location, file, parts.log), token);
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
