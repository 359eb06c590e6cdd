import type { TextDocumentEdit, TextEdit as LspTextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { Fix, TextEdit } from '../core/finding';
import { editsByPath } from '../core/fix';
import { LineIndex } from '../core/text';
import type { ClientFeatures } from './client-features';
import type { Documents } from './documents';
import type { Location } from './folders';
import { toLspRange } from './places';
import type { Roles } from './roles';
import type { DocumentResult } from './session';
import { formatUri, resourceKey } from './uri';

/** New texts for pieces of one file. `snippet` lets the user type over a placeholder, where the client can. */
export interface FileChange {
  readonly path: string;
  readonly edits: readonly TextEdit[];
  /** Text that the user is to replace, in the last edit. */
  readonly placeholder?: string | undefined;
}

/** Makes the edits of the protocol: versioned for open documents, so that none is made in a text it was not meant for. */
export class WorkspaceEdits {
  constructor(
    private readonly documents: Documents,
    private readonly roles: Roles,
    private readonly features: ClientFeatures,
  ) {}

  /**
   * The edits of fixes. Those that overlap with an earlier one are left out.
   *
   * @param from the file that was linted: edits without a path are there
   * @returns undefined when a file cannot be edited
   */
  ofFixes(uri: string, result: DocumentResult, from: Location, fixes: readonly Fix[]): WorkspaceEdit | undefined {
    const changes = [...editsByPath(fixes, from.path)].map(([path, edits]): FileChange => ({ path, edits }));
    return this.of(uri, result, changes);
  }

  /** Undefined when one of the files cannot be edited. */
  of(uri: string, result: DocumentResult, changes: readonly FileChange[]): WorkspaceEdit | undefined {
    const made: TextDocumentEdit[] = [];
    for (const change of changes) {
      const edit =
        change.path === result.location.path ? this.inDocument(uri, result, change) : this.inOther(result, change);
      if (!edit) return undefined;
      made.push(edit);
    }
    if (this.features.documentChanges) return { documentChanges: made };
    return {
      changes: Object.fromEntries(made.map(({ textDocument, edits }) => [textDocument.uri, edits as LspTextEdit[]])),
    };
  }

  /** An edit that makes a new file; undefined where the client cannot make one. */
  newFile(from: Location, path: string, text: string): WorkspaceEdit | undefined {
    const resource = from.folder.resourceOf(path);
    if (!resource || !this.features.createFiles) return undefined;
    const uri = formatUri(resource);
    const start = { line: 0, character: 0 };
    return {
      documentChanges: [
        { kind: 'create', uri, options: { ignoreIfExists: true } },
        { textDocument: { uri, version: null }, edits: [{ range: { start, end: start }, newText: text }] },
      ],
    };
  }

  private inDocument(uri: string, result: DocumentResult, change: FileChange): TextDocumentEdit {
    return { textDocument: { uri, version: result.version }, edits: this.edits(result.lines, change) };
  }

  private inOther({ location }: DocumentResult, change: FileChange): TextDocumentEdit | undefined {
    const resource = location.folder.resourceOf(change.path);
    if (!resource) return undefined;
    const open = this.documents.byKey(resourceKey(resource));
    if (open && this.roles.of(open).role !== 'work') return undefined;
    const text = location.folder.files.read(change.path);
    if (text === undefined) return undefined;
    return {
      textDocument: { uri: open?.uri ?? formatUri(resource), version: open?.version ?? null },
      edits: this.edits(new LineIndex(text), change),
    };
  }

  private edits(lines: LineIndex, { edits, placeholder }: FileChange): TextDocumentEdit['edits'] {
    return edits.map(({ at, text }, index) => {
      const range = toLspRange(lines, at);
      const isLast = index === edits.length - 1;
      const start = placeholder === undefined || !isLast ? -1 : text.indexOf(placeholder);
      if (start < 0 || placeholder === undefined || !this.features.snippetEdits) return { range, newText: text };
      const before = snippetText(text.slice(0, start));
      const after = snippetText(text.slice(start + placeholder.length));
      return {
        range,
        snippet: { kind: 'snippet', value: `${before}\${1:${snippetText(placeholder)}}${after}` },
      };
    });
  }
}

function snippetText(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}
