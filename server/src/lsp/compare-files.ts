import type { CancellationToken } from 'vscode-languageserver';
import type { Finding } from '../core/finding';
import { directoryOf } from '../core/paths';
import { LineIndex } from '../core/text';
import { detectKind } from '../lang/detect';
import { analyse, type Analysis } from './analysis';
import { distinct } from './distinct';
import type { FileTexts } from './file-texts';
import type { Folder } from './folder';
import type { Folders } from './folders';
import type { Log } from './log';
import type { ComparedFile, ComparedFindings, ShownFinding } from './protocol';
import { compareTexts } from './review';
import type { Session } from './session';
import { shownFinding } from './shown-findings';
import { formatUri, parseUri } from './uri';

/** What compares files. */
export interface CompareFilesParts {
  readonly texts: FileTexts;
  readonly folders: Folders;
  readonly session: Session;
  readonly log: Log;
}

/** One version of the compared files of a folder. */
interface Side {
  readonly kinds: ReadonlyMap<string, Analysis['kind']>;
  /** By the path of the file that they lie in, whichever file's lint found them. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

interface LocatedPair {
  readonly pair: ComparedFile;
  readonly path: string;
}

/** Unchanged files of a directory that are linted too; a larger directory is only seen in part. */
const MAX_NEIGHBOURS = 100;

/** Files whose findings may lie in another file of their directory: those of modules. */
const MAY_POINT = /\.(tf|tofu|hcl|ya?ml|json)$/;

/**
 * What a change brings and what it repairs. Both sides are linted with the same settings; neighbours of the old side
 * have their old texts too, so that a variable that changed with its use is seen as one. What the lint of another file
 * finds in a compared one (a default that it uses) belongs to the compared one, also when that other file is unchanged.
 *
 * @throws Cancelled when the token says so
 */
export async function compareFiles(
  pairs: readonly ComparedFile[],
  parts: CompareFilesParts,
  token: CancellationToken,
): Promise<ComparedFindings[]> {
  const byFolder = new Map<Folder, LocatedPair[]>();
  for (const pair of pairs) {
    const { folder, path } = parts.folders.locate(parseUri(pair.file));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), { pair, path }]);
  }
  const compared = new Map<ComparedFile, ComparedFindings>();
  for (const [folder, own] of byFolder) {
    const base = await lintSide('base', folder, own, parts, token);
    const head = await lintSide('head', folder, own, parts, token);
    for (const { pair, path } of own) {
      const sideOf = ({ findings }: Side, text = ''): { text: string; findings: readonly Finding[] } => ({
        text,
        findings: findings.get(path) ?? [],
      });
      const old = sideOf(base, pair.base?.text);
      const now = sideOf(head, pair.head?.text);
      const diff = compareTexts(old, now, path);
      compared.set(pair, {
        file: pair.file,
        kind: head.kinds.get(path) ?? base.kinds.get(path) ?? null,
        new: shown(diff.new, now.text),
        touched: shown(diff.touched, now.text),
        existing: shown(diff.existing, now.text),
        fixed: shown(diff.fixed, old.text),
      });
    }
  }
  return pairs.flatMap((pair) => compared.get(pair) ?? []);
}

async function lintSide(
  side: 'base' | 'head',
  origin: Folder,
  pairs: readonly LocatedPair[],
  { texts, session, log }: CompareFilesParts,
  token: CancellationToken,
): Promise<Side> {
  const folder = origin.overlaid(Object.fromEntries(pairs.map(({ pair, path }) => [path, pair[side]?.text ?? null])));
  let generation = origin.generation;
  const complete = <Result>(work: () => Result): Promise<Result> =>
    session.complete(() => {
      // Files came in: what was absent before is known now.
      if (generation !== origin.generation) folder.reset();
      generation = origin.generation;
      return work();
    }, token);
  const kinds = new Map<string, Analysis['kind']>();
  const found = new Map<string, Finding[]>(pairs.map(({ path }) => [path, []]));
  const lint = async (path: string, text: string, uri: string): Promise<void> => {
    const settings = await texts.settings(uri);
    const { findings, kind } = await complete(() => analyse({ folder, path }, { text, settings }, log));
    kinds.set(path, kind);
    for (const finding of findings) found.get(finding.path)?.push(finding);
  };
  for (const { pair, path } of pairs) {
    const text = pair[side]?.text;
    if (text !== undefined) await lint(path, text, pair.file);
  }
  const directories = new Set(origin.root ? pairs.map(({ path }) => directoryOf(path)) : []);
  for (const directory of directories) {
    const near = await complete(() => neighbours(folder, directory, found));
    for (const { path, text } of near) {
      const resource = folder.resourceOf(path);
      if (resource) await lint(path, text, formatUri(resource));
    }
  }
  return { kinds, findings: new Map([...found].map(([path, findings]) => [path, distinct(findings, (one) => one)])) };
}

/** The files of a directory that we lint, without those that are compared. */
function neighbours(
  folder: Folder,
  directory: string,
  compared: ReadonlyMap<string, unknown>,
): { readonly path: string; readonly text: string }[] {
  const paths = (folder.files.list(directory) ?? []).map((name) => (directory === '' ? name : `${directory}/${name}`));
  return paths
    .filter((path) => !compared.has(path) && MAY_POINT.test(path))
    .slice(0, MAX_NEIGHBOURS)
    .flatMap((path) => {
      const text = folder.files.read(path);
      return text === undefined || !detectKind(path, text) ? [] : [{ path, text }];
    });
}

function shown(findings: readonly Finding[], text: string): ShownFinding[] {
  const lines = new LineIndex(text);
  return findings.filter(({ baselined }) => !baselined).map((finding) => shownFinding(finding, lines));
}
