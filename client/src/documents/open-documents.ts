import type { TextDocument, TextDocumentChangeEvent, Uri } from 'vscode';
import { isLintable } from './lintable';

/** Which documents the server knows. Everything else is kept from it: it neither reads nor answers for them. */
export class OpenDocuments {
  private readonly known = new Set<string>();
  private send: ((document: TextDocument) => Promise<void>) | undefined;

  has(document: TextDocument | Uri): boolean {
    return this.known.has(('uri' in document ? document.uri : document).toString());
  }

  /** The server starts anew and knows nothing. */
  clear(): void {
    this.known.clear();
  }

  /** The editor opened a document. @param send tells the server */
  async opened(document: TextDocument, send: (document: TextDocument) => Promise<void>): Promise<void> {
    this.send = send;
    if (!isLintable(document)) return;
    this.known.add(document.uri.toString());
    await send(document);
  }

  /** A document has another text. @param send tells the server */
  async changed(
    event: TextDocumentChangeEvent,
    send: (event: TextDocumentChangeEvent) => Promise<void>,
  ): Promise<void> {
    if (this.has(event.document)) await send(event);
    // Typing can make a document ours: an untitled one, or JSON that was empty. It is opened with the text it has now.
    else if (this.send) await this.opened(event.document, this.send);
  }

  /** @returns whether the server knew the document */
  closed({ uri }: TextDocument): boolean {
    return this.known.delete(uri.toString());
  }
}
