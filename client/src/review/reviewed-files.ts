import type { Uri } from 'vscode';
import { STATUS, type GitChange } from './git-api';

/** One changed file with both of its sides; a side that is undefined does not exist. */
export interface ReviewedFile {
  /** Where the file is now, or was before it was deleted. */
  readonly file: Uri;
  readonly base: Uri | undefined;
  readonly head: Uri | undefined;
}

/** How the URI of a side follows from the place of the file. */
export interface Sides {
  base(uri: Uri): Uri;
  head(uri: Uri): Uri;
}

/** What may be infrastructure, by name; the server looks at the text. */
const INFRASTRUCTURE =
  /\.(?:tf|tofu|tfvars|hcl|ya?ml|json|sh|bash|ksh|tpl|tftpl|tmpl)$|(?:^|[/.])(?:docker|container)file[^/]*$|\/(?:\.gitignore|kustomization|user[-_]?data)$/i;

/** The changed files that may be infrastructure, each once, by path. */
export function reviewedFiles(changes: readonly GitChange[], sides: Sides): ReviewedFile[] {
  const files = new Map<string, ReviewedFile>();
  for (const { uri, originalUri, renameUri, status } of changes) {
    const file = STATUS.renamed.has(status) ? (renameUri ?? uri) : uri;
    if (!INFRASTRUCTURE.test(file.path)) continue;
    files.set(file.toString(), {
      file,
      base: STATUS.added.has(status) ? undefined : sides.base(STATUS.renamed.has(status) ? originalUri : uri),
      head: STATUS.deleted.has(status) ? undefined : sides.head(file),
    });
  }
  return [...files.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : 1));
}
