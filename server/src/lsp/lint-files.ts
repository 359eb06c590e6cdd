import type { CancellationToken } from 'vscode-languageserver';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text';
import { detectKind } from '../lang/detect';
import { analyse } from './analysis';
import { identityOf } from './distinct';
import { learnFiles, readFiles, type LintFilesParts } from './learn-files';
import type { FileFindings } from './protocol';
import { listed, shownFinding } from './shown-findings';
import { formatUri, resourceKey, uriKey } from './uri';

/** What was found in a file so far. */
interface FoundInFile {
  readonly kind: string | null;
  readonly text: string;
  readonly findings: Finding[];
  /** URIs of the files whose lint found it, by the identity of the finding. */
  readonly foundBy: Map<string, Set<string>>;
}

/**
 * Lints files in two passes, as the command line does: all are summarised, then each is linted with what is known
 * about all. Between two files the server hears messages.
 *
 * @param areLearned whether the first pass was made already
 * @throws Cancelled when the token says so
 */
export async function lintFiles(
  uris: readonly string[],
  areLearned: boolean,
  parts: LintFilesParts,
  token: CancellationToken,
): Promise<FileFindings[]> {
  const files = await (areLearned ? readFiles(uris, parts) : learnFiles(uris, parts, token));
  const asked = new Map(uris.map((uri) => [uriKey(uri), uri]));
  const byUri = new Map<string, FoundInFile>();
  for (const file of files) {
    const analysis = await parts.session.complete(() => analyse(file.location, file, parts.log), token);
    const { folder, path } = file.location;
    entryOf(byUri, file.uri, analysis.kind, file.text);
    for (const finding of analysis.findings) {
      const resource = finding.path === path ? undefined : folder.resourceOf(finding.path);
      const text = resource ? folder.files.read(finding.path) : file.text;
      if (text === undefined) continue;
      const uri = resource ? (asked.get(resourceKey(resource)) ?? formatUri(resource)) : file.uri;
      const { findings, foundBy } = entryOf(byUri, uri, detectKind(finding.path, text) ?? null, text);
      findings.push(finding);
      const identity = identityOf(finding);
      foundBy.set(identity, (foundBy.get(identity) ?? new Set()).add(file.uri));
    }
  }
  const given = new Set(uris);
  const others = [...byUri.keys()].filter((uri) => !given.has(uri));
  return [...uris, ...others].map((uri) => {
    const entry = byUri.get(uri);
    return entry ? fileFindings(uri, entry) : { uri, kind: null, findings: [] };
  });
}

function fileFindings(uri: string, { kind, text, findings, foundBy }: FoundInFile): FileFindings {
  const lines = new LineIndex(text);
  return {
    uri,
    kind,
    findings: listed(findings)
      .sort((a, b) => a.range.start - b.range.start)
      .map((finding) => {
        const by = [...(foundBy.get(identityOf(finding)) ?? [])];
        const shown = shownFinding(finding, lines);
        return by.length === 1 && by[0] === uri ? shown : { ...shown, foundBy: by };
      }),
  };
}

function entryOf(byUri: Map<string, FoundInFile>, uri: string, kind: string | null, text: string): FoundInFile {
  const known = byUri.get(uri);
  if (known) return known;
  const entry = { kind, text, findings: [], foundBy: new Map<string, Set<string>>() };
  byUri.set(uri, entry);
  return entry;
}
