import { Disposable, TabInputText, Uri, window, workspace } from 'vscode';
import { documentRoles, type RoleOfDocument } from '../../../server/src/lsp/protocol';
import type { ServerLifecycle } from '../server/lifecycle';
import type { OpenDocuments } from './open-documents';
import { comparisonsOf } from './tab-inputs';
import { rolesOf, type Comparison, type UriLike } from './roles';

/** Tells the server which open documents are work, which are old versions, and what is compared with what. */
export class RoleReporter implements Disposable {
  private told = '';
  private isScheduled = false;
  private readonly subscriptions: Disposable;

  /** @param reviewed the two sides of each file of the current review */
  constructor(
    private readonly server: ServerLifecycle,
    private readonly open: OpenDocuments,
    private readonly reviewed: () => readonly Comparison[],
  ) {
    const schedule = (): void => this.schedule();
    this.subscriptions = Disposable.from(
      window.tabGroups.onDidChangeTabs(schedule),
      window.onDidChangeVisibleTextEditors(schedule),
      workspace.onDidOpenTextDocument(schedule),
      workspace.onDidCloseTextDocument(schedule),
      server.onDidStart(() => {
        this.told = '';
        schedule();
      }),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** The roles as they are now. */
  current(): RoleOfDocument[] {
    const documents = workspace.textDocuments.filter((document) => this.open.has(document)).map(({ uri }) => uri);
    const isOpen = new Set(documents.map(String));
    const comparisons: Comparison[] = this.reviewed().filter(({ original }) => isOpen.has(original.toString()));
    const singles: UriLike[] = [];
    for (const { input } of window.tabGroups.all.flatMap(({ tabs }) => tabs)) {
      if (input instanceof TabInputText) singles.push(input.uri);
      else comparisons.push(...comparisonsOf(input));
    }
    return rolesOf({
      documents,
      comparisons,
      singles,
      fileOf,
      // Of a file system that takes no edits, the files are shown as those of a review are.
      isInFolder: (uri) =>
        workspace.fs.isWritableFileSystem(uri.scheme) !== false &&
        (workspace.workspaceFolders ?? []).some(
          (folder) => folder.uri.scheme === uri.scheme && isBelow(uri.path, folder.uri.path),
        ),
    });
  }

  /** Opening a diff raises several events: one message answers them all. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      this.report();
    });
  }

  private report(): void {
    const client = this.server.running;
    if (!client) return;
    const documents = this.current();
    const text = JSON.stringify(documents);
    if (text === this.told) return;
    this.told = text;
    void client.sendNotification(documentRoles.method, { documents });
  }
}

function fileOf(path: string): string | undefined {
  const folder = workspace.workspaceFolders?.find(({ uri }) => isBelow(path, uri.path));
  return folder && Uri.from({ scheme: folder.uri.scheme, authority: folder.uri.authority, path }).toString();
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
