import type { CancellationToken } from 'vscode-languageserver';
import type { Finding } from '../core/finding';
import { LineIndex } from '../core/text';
import { analyse, type Analysis } from './analysis';
import type { FileTexts } from './file-texts';
import type { Folder } from './folder';
import type { Folders, Location } from './folders';
import type { Log } from './log';
import type { ComparedFile, ComparedFindings, ShownFinding } from './protocol';
import { compareTexts } from './review';
import type { Session } from './session';
import { shownFinding } from './shown-findings';
import { parseUri } from './uri';

/** What compares files. */
export interface CompareFilesParts {
  readonly texts: FileTexts;
  readonly folders: Folders;
  readonly session: Session;
  readonly log: Log;
}

/** One version of a file. */
interface Side extends Pick<Analysis, 'kind'> {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/**
 * What a change brings and what it repairs. Both sides are linted with the same settings; neighbours of the old side
 * have their old texts too, so that a variable that changed with its use is seen as one.
 *
 * @throws Cancelled when the token says so
 */
export async function compareFiles(
  pairs: readonly ComparedFile[],
  { texts, folders, session, log }: CompareFilesParts,
  token: CancellationToken,
): Promise<ComparedFindings[]> {
  const located = pairs.map((pair) => ({ pair, location: folders.locate(parseUri(pair.file)) }));
  const sides = new Map<Folder, { readonly base: Folder; readonly head: Folder }>();
  for (const { folder } of new Set(located.map(({ location }) => location))) {
    if (sides.has(folder)) continue;
    const own = located.filter(({ location }) => location.folder === folder);
    const overlay = (side: 'base' | 'head'): Folder =>
      folder.overlaid(Object.fromEntries(own.map(({ pair, location }) => [location.path, pair[side]?.text ?? null])));
    sides.set(folder, { base: overlay('base'), head: overlay('head') });
  }
  const compared: ComparedFindings[] = [];
  for (const { pair, location } of located) {
    const settings = await texts.settings(pair.file);
    const folder = sides.get(location.folder);
    const lint = async (side: 'base' | 'head'): Promise<Side> => {
      const text = pair[side]?.text;
      const own: Location | undefined = folder && { folder: folder[side], path: location.path };
      if (text === undefined || !own) return { text: '', findings: [], kind: null };
      const { findings, kind } = await session.turns.take(() => analyse(own, { text, settings }, log), token);
      return { text, findings: findings.filter((finding) => finding.path === location.path), kind };
    };
    const base = await lint('base');
    const head = await lint('head');
    const diff = compareTexts(base, head, location.path);
    const shown = (findings: readonly Finding[], text: string): ShownFinding[] => {
      const lines = new LineIndex(text);
      return findings.filter(({ baselined }) => !baselined).map((finding) => shownFinding(finding, lines));
    };
    compared.push({
      file: pair.file,
      kind: head.kind ?? base.kind,
      new: shown(diff.new, head.text),
      touched: shown(diff.touched, head.text),
      existing: shown(diff.existing, head.text),
      fixed: shown(diff.fixed, base.text),
    });
  }
  return compared;
}
