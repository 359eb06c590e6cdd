import { EventEmitter, Uri, window, workspace, type Disposable, type TextDocumentContentProvider } from 'vscode';

/** Scheme of texts that were made for a person just now. */
export const REPORT_SCHEME = 'immutable-report';

/** Read-only documents of what was found: evidence, what is running, the ledger. Gone with the window. */
export class ReportDocuments implements TextDocumentContentProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly subscription = workspace.registerTextDocumentContentProvider(REPORT_SCHEME, this);

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.path) ?? '';
  }

  /** Opens a text; one of the same name takes the place of the last. */
  async show(name: string, markdown: string): Promise<void> {
    const uri = Uri.from({ scheme: REPORT_SCHEME, path: `/${name.replace(/[^\w .-]/g, '-')}.md` });
    this.texts.set(uri.path, markdown);
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
  }
}
