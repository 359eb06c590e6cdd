import { commands, l10n, Position, Selection, TextEditorRevealType, window, workspace, type Uri } from 'vscode';
import type { FindingRow } from './review-model';
import type { ReviewedFile } from './reviewed-files';

/** Opens all changed files in one editor. */
export async function openChanges(title: string, files: readonly ReviewedFile[]): Promise<void> {
  await commands.executeCommand(
    'vscode.changes',
    title,
    files.map(({ file, base, head }) => [file, base, head]),
  );
}

/** Opens the diff of a finding's file at the finding: on the old side when the change repairs it. */
export async function openPlace({ change, reviewed, finding }: FindingRow): Promise<void> {
  const { base, head, file } = reviewed;
  const { start, end } = finding.range;
  const selection = new Selection(start.line, start.character, end.line, end.character);
  if (!base || !head) {
    await commands.executeCommand('vscode.open', head ?? base ?? file, { selection, preview: true });
    return;
  }
  const name = workspace.asRelativePath(file);
  const isOld = change === 'fixed';
  await commands.executeCommand('vscode.diff', base, head, l10n.t('{0} (Review)', name), {
    preview: true,
    ...(isOld ? {} : { selection }),
  });
  if (isOld) reveal(base, selection);
}

/** A diff is opened at a place of its new side only. */
function reveal(uri: Uri, selection: Selection): void {
  const editor = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  if (!editor) return;
  editor.selection = new Selection(selection.start, new Position(selection.end.line, selection.end.character));
  editor.revealRange(selection, TextEditorRevealType.InCenterIfOutsideViewport);
}
