import type { CancellationToken, TextDocument, TextDocumentChangeEvent, Uri } from 'vscode';
import type { Middleware, vsdiag } from 'vscode-languageclient';
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

  /** The part of the language client's middleware that keeps foreign documents out. */
  middleware(): Middleware {
    const only =
      <Rest extends unknown[], Result>(
        call: (document: TextDocument, ...rest: Rest) => Result,
      ): ((document: TextDocument, ...rest: Rest) => Result | undefined) =>
      (document, ...rest) =>
        this.has(document) ? call(document, ...rest) : undefined;
    return {
      didOpen: (document, next) => this.opened(document, next),
      didChange: (event, next) => this.changed(event, next),
      didSave: async (document, next) => {
        if (this.has(document)) await next(document);
      },
      didClose: async (document, next) => {
        if (this.known.delete(document.uri.toString())) await next(document);
      },
      provideDiagnostics: (document, previous, token, next) => this.pull(document, previous, token, next),
      provideCodeActions: (document, range, context, token, next) =>
        only(() => next(document, range, context, token))(document),
      provideHover: (document, position, token, next) => only(() => next(document, position, token))(document),
      provideDocumentLinks: (document, token, next) => only(() => next(document, token))(document),
    };
  }

  private async opened(document: TextDocument, next: (document: TextDocument) => Promise<void>): Promise<void> {
    this.send = next;
    if (!isLintable(document)) return;
    this.known.add(document.uri.toString());
    await next(document);
  }

  private async changed(
    event: TextDocumentChangeEvent,
    next: (event: TextDocumentChangeEvent) => Promise<void>,
  ): Promise<void> {
    if (this.has(event.document)) return next(event);
    // Typing can make a document ours: an untitled one, or JSON that was empty. It is opened with the text it has now.
    if (this.send) await this.opened(event.document, this.send);
  }

  private pull(
    document: TextDocument | Uri,
    previous: string | undefined,
    token: CancellationToken,
    next: (
      document: TextDocument | Uri,
      previous: string | undefined,
      token: CancellationToken,
    ) => ReturnType<NonNullable<vsdiag.DiagnosticProvider['provideDiagnostics']>>,
  ): ReturnType<NonNullable<vsdiag.DiagnosticProvider['provideDiagnostics']>> {
    // The enum is not imported: this module is loaded before the language client is.
    if (!this.has(document)) return { kind: 'full' as vsdiag.DocumentDiagnosticReportKind.full, items: [] };
    return next(document, previous, token);
  }
}
