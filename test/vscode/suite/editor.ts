// What the suites do in the editor.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { FoundItem } from '../../../client/src/findings/finding-types';
import type { ExtensionApi } from '../../../client/src/start';

export const EXTENSION = 'immutable-infra.immutable-infra';

/** How long the editor may take for something to appear. A guard against hangs, not a measure. */
const PATIENCE_MS = 30_000;

/** The extension, activated. */
export async function extensionApi(): Promise<ExtensionApi> {
  const extension = vscode.extensions.getExtension<ExtensionApi>(EXTENSION);
  assert.ok(extension, `${EXTENSION} is not installed in this editor`);
  return extension.activate();
}

/** Waits until a value is there. @throws when it does not come, with what came instead */
export async function until<Value>(
  what: string,
  look: () => Value | undefined | false | Thenable<Value | undefined | false>,
): Promise<Value> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

/** A folder of the workspace. */
export function folder(name: string): vscode.Uri {
  const found = vscode.workspace.workspaceFolders?.find((one) => one.name === name);
  assert.ok(found, `the workspace has no folder ${name}`);
  return found.uri;
}

export async function openFile(root: string, path: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(vscode.Uri.joinPath(folder(root), path));
}

/** The findings that the editor shows of a document. */
export function findings(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'immutable');
}

export function rulesOf(uri: vscode.Uri): string[] {
  return findings(uri).map(ruleOf);
}

export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Waits for a finding of a rule. */
export function finding(uri: vscode.Uri, rule: string): Promise<vscode.Diagnostic> {
  return until(`${rule} in ${uri.path}, found ${rulesOf(uri).join(', ')}`, () =>
    findings(uri).find((diagnostic) => ruleOf(diagnostic) === rule),
  );
}

/** Waits until a rule has no finding. */
export async function noFinding(uri: vscode.Uri, rule: string): Promise<void> {
  await until(`no ${rule} in ${uri.path}`, () => !rulesOf(uri).includes(rule));
}

/** The code actions at a place, resolved. */
export async function actions(uri: vscode.Uri, range: vscode.Range, kind?: string): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', uri, range, kind, 30);
}

/** Waits for a code action whose title begins so. */
export function action(uri: vscode.Uri, range: vscode.Range, title: string): Promise<vscode.CodeAction> {
  return until(`the action “${title}”`, async () =>
    (await actions(uri, range)).find((one) => one.title.startsWith(title)),
  );
}

export async function apply({ edit }: vscode.CodeAction): Promise<void> {
  assert.ok(edit, 'the action has no edit');
  assert.equal(await vscode.workspace.applyEdit(edit), true);
}

/** Changes a setting; undefined takes it back. */
export async function set(name: string, value: unknown, scope?: vscode.Uri): Promise<void> {
  const target = scope ? vscode.ConfigurationTarget.WorkspaceFolder : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration('immutableInfra', scope).update(name, value, target);
}

/** Throws away what was typed, and closes all editors. */
export async function closeAll(): Promise<void> {
  const dirty = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(({ isDirty }) => isDirty));
  for (const { input, group } of dirty) {
    const uri =
      input instanceof vscode.TabInputText
        ? input.uri
        : input instanceof vscode.TabInputTextDiff
          ? input.modified
          : undefined;
    // What is reverted is the active editor.
    if (uri) await vscode.window.showTextDocument(uri, { viewColumn: group.viewColumn });
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await until('no editor', () => vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0));
}

/** Waits until the server has said all about a document: only then is something that is missing really absent. */
export async function checked(uri: vscode.Uri): Promise<void> {
  const api = await extensionApi();
  await until(`a check of ${uri.path}`, () => api.status(uri));
  // The status comes a moment before the findings. An answer to a later question comes after them.
  await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, new vscode.Position(0, 0));
}

/** The rows of the Findings view below all groups. */
export async function foundItems(): Promise<FoundItem[]> {
  const { findings: view } = await extensionApi();
  return view.rows().flatMap((group) => view.rows(group) as FoundItem[]);
}
