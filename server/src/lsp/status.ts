import type { Connection } from 'vscode-languageserver';
import type { OpenDocument } from './documents';
import { documentStatus, type DocumentStatus } from './protocol';
import { countSeverities, type DocumentResult } from './session';

/** Tells the client what its status item shows for a document, when that changed. */
export class StatusReporter {
  private readonly told = new Map<string, string>();

  constructor(
    private readonly connection: Pick<Connection, 'sendNotification'>,
    private readonly isWanted: () => boolean,
  ) {}

  report(document: OpenDocument, result: DocumentResult): void {
    if (!this.isWanted()) return;
    const settingsProblem = result.settings.problems?.[0];
    const status: DocumentStatus = {
      uri: document.uri,
      kind: result.kind,
      role: result.role,
      counts: countSeverities(result.items),
      fixable: result.items.filter(({ finding }) => finding.fixes.some(({ level }) => level === 'safe')).length,
      suppressed: result.suppressed.length,
      ...(result.problem === undefined ? {} : { problem: result.problem }),
      ...(settingsProblem === undefined ? {} : { settingsProblem }),
    };
    const text = JSON.stringify(status);
    if (this.told.get(document.key) === text) return;
    this.told.set(document.key, text);
    void this.connection.sendNotification(documentStatus.method, status);
  }

  closed(document: OpenDocument): void {
    this.told.delete(document.key);
  }
}
