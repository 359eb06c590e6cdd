import { vsdiag, type Middleware } from 'vscode-languageclient';
import type { OpenDocuments } from './open-documents';

/** The part of the language client's middleware that keeps foreign documents from the server. */
export function documentMiddleware(open: OpenDocuments): Middleware {
  return {
    didOpen: (document, next) => open.opened(document, next),
    didChange: (event, next) => open.changed(event, next),
    didSave: async (document, next) => {
      if (open.has(document)) await next(document);
    },
    didClose: async (document, next) => {
      if (open.closed(document)) await next(document);
    },
    provideDiagnostics: (document, previous, token, next) =>
      open.has(document)
        ? next(document, previous, token)
        : { kind: vsdiag.DocumentDiagnosticReportKind.full, items: [] },
    provideCodeActions: (document, range, context, token, next) =>
      open.has(document) ? next(document, range, context, token) : undefined,
    provideHover: (document, position, token, next) =>
      open.has(document) ? next(document, position, token) : undefined,
    provideDocumentLinks: (document, token, next) => (open.has(document) ? next(document, token) : undefined),
  };
}
