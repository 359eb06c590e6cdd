import { detectKind, type FileKind } from '../../../server/src/lang/detect';

/** A file of a workspace. Paths are relative to its root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A file, and what it is. */
export interface KnownFile extends SourceFile {
  readonly kind: FileKind;
  readonly folder: string;
  readonly name: string;
}

/** Folders that show or test something, or that tools fill: nobody deploys from there. */
const ASIDE = /(?:^|\/)(?:node_modules|vendor|\.git|\.terraform|examples?|fixtures?|testdata|tests?|docs?)\//i;

/** `${…}` would be filled in wherever a path is written, and no path holds a NUL. */
const UNWRITABLE = /\$\{|\0/;

/** The files that may be deployed from, by path. Where nothing else is, a folder of examples counts too. */
export function knownFiles(files: readonly SourceFile[]): readonly KnownFile[] {
  const known = files.flatMap(({ path, text }): KnownFile[] => {
    const kind = UNWRITABLE.test(path) ? undefined : detectKind(path, text);
    const cut = path.lastIndexOf('/');
    return kind ? [{ path, text, kind, folder: cut < 0 ? '.' : path.slice(0, cut), name: path.slice(cut + 1) }] : [];
  });
  known.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const central = known.filter(({ path }) => !ASIDE.test(path));
  return central.length > 0 ? central : known;
}

/** Files of some kinds by their folder. */
export function byFolder(files: readonly KnownFile[], ...kinds: readonly FileKind[]): ReadonlyMap<string, KnownFile[]> {
  const found = new Map<string, KnownFile[]>();
  for (const file of files) {
    if (!kinds.includes(file.kind)) continue;
    found.set(file.folder, [...(found.get(file.folder) ?? []), file]);
  }
  return found;
}

/** The last part of a path; of the root, what stands for it. */
export function lastPart(path: string, root: string): string {
  return path === '.' ? root : path.slice(path.lastIndexOf('/') + 1);
}
