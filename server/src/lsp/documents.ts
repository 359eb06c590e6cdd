import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Connection, TextDocumentContentChangeEvent, TextDocumentItem } from 'vscode-languageserver';
import { parseUri, resourceKey, uriKey, type Resource } from './uri';

/** A document that the client has open: what it says stands over what is on the disk. */
export class OpenDocument {
  readonly resource: Resource;
  readonly key: string;
  private readonly document: TextDocument;
  private cachedText: string | undefined;
  /** False while it has changes that are not on the disk. */
  isSaved = true;

  constructor({ uri, languageId, version, text }: TextDocumentItem) {
    this.document = TextDocument.create(uri, languageId, version, text);
    this.resource = parseUri(uri);
    this.key = resourceKey(this.resource);
  }

  /** As the client writes it. */
  get uri(): string {
    return this.document.uri;
  }

  get version(): number {
    return this.document.version;
  }

  get languageId(): string {
    return this.document.languageId;
  }

  get text(): string {
    return (this.cachedText ??= this.document.getText());
  }

  change(changes: TextDocumentContentChangeEvent[], version: number): void {
    TextDocument.update(this.document, changes, version);
    this.cachedText = undefined;
    this.isSaved = false;
  }
}

export interface DocumentListener {
  opened(document: OpenDocument): void;
  changed(document: OpenDocument): void;
  closed(document: OpenDocument): void;
  saved(document: OpenDocument): void;
}

/** The open documents by URI, however it is written. */
export class Documents {
  private readonly open = new Map<string, OpenDocument>();

  /** Listens to the client. */
  listen(connection: Connection, listener: DocumentListener): void {
    connection.onDidOpenTextDocument(({ textDocument }) => {
      const document = new OpenDocument(textDocument);
      this.open.set(document.key, document);
      listener.opened(document);
    });
    connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
      const document = this.get(textDocument.uri);
      if (!document) return;
      document.change(contentChanges, textDocument.version);
      listener.changed(document);
    });
    connection.onDidCloseTextDocument(({ textDocument }) => {
      const document = this.get(textDocument.uri);
      if (!document) return;
      this.open.delete(document.key);
      listener.closed(document);
    });
    connection.onDidSaveTextDocument(({ textDocument }) => {
      const document = this.get(textDocument.uri);
      if (!document) return;
      document.isSaved = true;
      listener.saved(document);
    });
  }

  get(uri: string): OpenDocument | undefined {
    return this.open.get(uriKey(uri));
  }

  byKey(key: string): OpenDocument | undefined {
    return this.open.get(key);
  }

  all(): readonly OpenDocument[] {
    return [...this.open.values()];
  }
}
