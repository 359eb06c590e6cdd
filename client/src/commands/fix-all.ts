import { CodeActionKind, commands, l10n, Range, window, workspace, type CodeAction } from 'vscode';
import { FIX_ALL_KIND } from '../../../server/src/lsp/protocol';
import type { OpenDocuments } from '../documents/open-documents';

/** Applies every safe fix in the active document. */
export async function fixAll(open: OpenDocuments): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor || !open.has(editor.document)) {
    void window.showInformationMessage(l10n.t('Open an infrastructure file first.'));
    return;
  }
  const { document } = editor;
  const whole = new Range(0, 0, document.lineCount, 0);
  const actions = await commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    whole,
    FIX_ALL_KIND,
    1,
  );
  const action = actions.find(
    ({ kind }) => kind && CodeActionKind.SourceFixAll.contains(kind) && kind.value === FIX_ALL_KIND,
  );
  if (!action?.edit) {
    void window.showInformationMessage(l10n.t('There is nothing in this file that can be fixed safely.'));
    return;
  }
  await workspace.applyEdit(action.edit);
}
