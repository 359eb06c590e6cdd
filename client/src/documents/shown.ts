import { TabInputText, window, type Uri } from 'vscode';
import { comparisonsOf } from './tab-inputs';

/**
 * Whether an editor or a tab shows a document. Only then are its findings up to date: a document stays open for a while
 * after its last tab was closed, and has no diagnostics then.
 */
export function isShown(uri: Uri): boolean {
  const key = uri.toString();
  return (
    window.visibleTextEditors.some(({ document }) => document.uri.toString() === key) ||
    window.tabGroups.all.some(({ tabs }) =>
      tabs.some(({ input }) => {
        if (input instanceof TabInputText) return input.uri.toString() === key;
        return comparisonsOf(input).some(({ original, modified }) =>
          [String(original), String(modified)].includes(key),
        );
      }),
    )
  );
}
