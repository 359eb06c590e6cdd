import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { ClientFeatures } from './client-features';
import { Debounce } from './debounce';
import type { Documents, OpenDocument } from './documents';
import type { Log } from './log';
import type { DocumentResult, Session } from './session';
import type { SettingsCache } from './settings-cache';
import { Cancelled } from './turns';

/** How long a document rests before others that depend on it are looked at again, in ms. */
const REST_MS = 250;

/** What the publisher works with. */
export interface PublisherParts {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly session: Session;
  readonly settings: SettingsCache;
  readonly log: Log;
  readonly features: () => ClientFeatures;
}

/** Gives diagnostics to the client: when it asks, or unasked to one that never asks. */
export class Publisher {
  /** What the client shows now, to know whether it must be told that something changed. */
  private readonly served = new Map<string, readonly Diagnostic[]>();
  private readonly outdated = new Set<string>();
  private readonly rest = new Debounce(REST_MS);
  private readonly pushing = new Set<string>();

  constructor(private readonly parts: PublisherParts) {}

  /** Answers `textDocument/diagnostic`. */
  async pull(params: DocumentDiagnosticParams, token: CancellationToken): Promise<DocumentDiagnosticReport> {
    const document = this.parts.documents.get(params.textDocument.uri);
    if (!document) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    const result = await this.resultFor(document, token);
    this.served.set(document.key, result.diagnostics);
    if (params.previousResultId === result.id)
      return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: result.id };
    return { kind: DocumentDiagnosticReportKind.Full, resultId: result.id, items: [...result.diagnostics] };
  }

  /** The document was opened, changed or saved. */
  changed(document: OpenDocument): void {
    if (this.parts.features().pullDiagnostics) return;
    if (this.pushing.has(document.key)) return;
    this.pushing.add(document.key);
    void this.push(document);
  }

  closed(document: OpenDocument): void {
    this.outdated.delete(document.key);
    this.served.delete(document.key);
    // What a client without pull shows stays until it is taken away.
    if (!this.parts.features().pullDiagnostics) this.send(document.uri, undefined, []);
  }

  /** The findings of these documents may be others now. Looked at when the typing rests. */
  outdate(keys: readonly string[]): void {
    for (const key of keys) this.outdated.add(key);
    if (this.outdated.size > 0) this.rest.schedule(() => void this.recheck());
  }

  outdateAll(): void {
    this.outdate(this.parts.documents.all().map(({ key }) => key));
  }

  private async resultFor(document: OpenDocument, token?: CancellationToken): Promise<DocumentResult> {
    const { session, log } = this.parts;
    try {
      const last = session.last(document);
      if (last && (await this.waitsForSave(document))) return last;
      const result = await session.lint(document, token);
      if (token?.isCancellationRequested) throw new Cancelled();
      return result;
    } catch (error) {
      if (error instanceof Cancelled) throw new ResponseError(LSPErrorCodes.RequestCancelled, error.message);
      log.errorOnce('diagnostics', 'Diagnostics could not be made.', error);
      throw error;
    }
  }

  /** Whether the settings say that only a saved document is linted. */
  private async waitsForSave(document: OpenDocument): Promise<boolean> {
    return !document.isSaved && (await this.parts.settings.for(document.uri)).settings.run === 'onSave';
  }

  private async push(document: OpenDocument): Promise<void> {
    const isOpen = (): boolean => this.parts.documents.byKey(document.key) === document;
    try {
      for (;;) {
        if (this.parts.session.last(document) && (await this.waitsForSave(document))) return;
        const result = await this.resultFor(document);
        if (!isOpen()) return;
        // A newer version is on its way: what belongs to the older one is not shown.
        if (result.version !== document.version) continue;
        this.served.set(document.key, result.diagnostics);
        this.send(document.uri, result.version, result.diagnostics);
        return;
      }
    } catch {
      if (isOpen()) this.send(document.uri, document.version, []);
    } finally {
      this.pushing.delete(document.key);
    }
  }

  private async recheck(): Promise<void> {
    const { documents, features, connection, log } = this.parts;
    const keys = [...this.outdated];
    this.outdated.clear();
    let isDifferent = false;
    for (const key of keys) {
      const document = documents.byKey(key);
      // What was never asked for need not be asked for again.
      if (!document || (features().pullDiagnostics && !this.served.has(key))) continue;
      if (!features().pullDiagnostics) {
        this.changed(document);
        continue;
      }
      const result = await this.resultFor(document).catch(() => undefined);
      isDifferent ||= result !== undefined && !looksTheSame(result.diagnostics, this.served.get(key));
    }
    if (!isDifferent || !features().refreshDiagnostics) return;
    try {
      await connection.languages.diagnostics.refresh();
    } catch (error) {
      log.errorOnce('refresh', 'The client did not refresh its diagnostics.', error);
    }
  }

  private send(uri: string, version: number | undefined, diagnostics: readonly Diagnostic[]): void {
    void this.parts.connection.sendDiagnostics({
      uri,
      ...(version === undefined ? {} : { version }),
      diagnostics: [...diagnostics],
    });
  }
}

/** Whatever version they were made for. Compared when the typing rests: writing them out takes as long as sending them. */
function looksTheSame(a: readonly Diagnostic[], b: readonly Diagnostic[] | undefined): boolean {
  return a === b || (b !== undefined && identityOf(a) === identityOf(b));
}

function identityOf(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(diagnostics.map((diagnostic) => ({ ...diagnostic, data: undefined })));
}
