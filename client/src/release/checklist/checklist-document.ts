import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Disposable,
  DocumentLink,
  EventEmitter,
  l10n,
  languages,
  Range,
  Uri,
  window,
  workspace,
  type DocumentLinkProvider,
  type TextDocument,
} from 'vscode';
import { pipelineFacts } from '../../../../release/src/api/delivery-facts';
import { checklistFacts, lintFiles, type ChecklistSigns, type FileFindings } from '../../../../server/src/lsp/protocol';
import { evaluateChecklist, type ChecklistItem } from '../../../../server/src/workspace/checklist/evaluate';
import type { ChecklistFacts, DeliveryFacts } from '../../../../server/src/workspace/checklist/facts';
import { checklistMarkdown } from '../../../../server/src/workspace/checklist/markdown';
import { searchWorkspace, shownPath } from '../../workspace-search';
import type { ReleaseDocumentServices } from '../services';
import type { DocumentSource } from '../virtual-files';
import { namedPlaces } from './checklist-links';

export const CHECKLIST_SCHEME = 'immutable-checklist';

const DOCUMENT = Uri.from({ scheme: CHECKLIST_SCHEME, path: '/migration-checklist.md' });

/** The migration checklist of the workspace, as a read-only document. */
export class ChecklistDocument implements DocumentSource, DocumentLinkProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly subscriptions: Disposable;
  private text: string | undefined;
  /** Files by the path that is shown. */
  private files = new Map<string, Uri>();

  readonly onDidChange = this.changed.event;

  constructor(private readonly services: ReleaseDocumentServices) {
    this.subscriptions = Disposable.from(
      this.changed,
      languages.registerDocumentLinkProvider({ scheme: CHECKLIST_SCHEME }, this),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /** Reads the workspace anew and shows what is done and what is open. @returns the items; undefined when cancelled */
  async show(): Promise<readonly ChecklistItem[] | undefined> {
    if (!workspace.workspaceFolders?.length) {
      void window.showInformationMessage(l10n.t('Open a folder first: there is no workspace to read.'));
      return undefined;
    }
    const items = await this.compute();
    if (!items) return undefined;
    this.changed.fire(DOCUMENT);
    await window.showTextDocument(await workspace.openTextDocument(DOCUMENT), { preview: false });
    return items;
  }

  /** After a reload of the window the workspace is read when the document is looked at. */
  async read(): Promise<string> {
    if (this.text === undefined) await this.compute();
    return this.text ?? `${l10n.t('Not read. Run Migration Checklist again.')}\n`;
  }

  provideDocumentLinks(document: TextDocument): DocumentLink[] {
    return namedPlaces(document.getText()).flatMap(({ line, start, end, path, at }) => {
      const uri = this.files.get(path);
      return uri ? [new DocumentLink(new Range(line, start, line, end), uri.with({ fragment: `L${at}` }))] : [];
    });
  }

  private async compute(): Promise<readonly ChecklistItem[] | undefined> {
    await this.services.search();
    const signs: ChecklistSigns[] = [];
    const findings: FileFindings[] = [];
    const { server } = this.services;
    // First what all files say of each other, so that the findings know it.
    const read = await searchWorkspace(l10n.t('Migration checklist: reading the workspace'), async (uris, token) => {
      signs.push(...(await server.request(checklistFacts, { uris }, token)).files);
    });
    if (read === 'cancelled') return undefined;
    const linted = await searchWorkspace(l10n.t('Migration checklist: looking for findings'), async (uris, token) => {
      findings.push(...(await server.request(lintFiles, { uris }, token)).files);
    });
    if (linted === 'cancelled') return undefined;
    const facts: ChecklistFacts = {
      files: signs.map(({ uri, signs: seen }) => ({ path: uri, signs: seen })),
      findings: withoutCopies(findings).flatMap(({ uri, findings: found }) =>
        found.map(({ rule, severity, message, range: { start } }) => {
          return { path: uri, line: start.line, column: start.character, rule, severity, message };
        }),
      ),
      pipelines: this.pipelines(),
    };
    const items = evaluateChecklist(facts);
    const uris = [...facts.files, ...facts.findings, ...facts.pipelines].map(({ path }) => path);
    this.files = new Map(uris.map((uri) => [shownPath(uri), Uri.parse(uri)]));
    this.text = checklistMarkdown(items, shownPath);
    return items;
  }

  private pipelines(): readonly DeliveryFacts[] {
    return this.services.folders().flatMap(({ folder, root }) => {
      const file = ['immutable.yaml', 'immutable.yml']
        .map((name) => join(folder, name))
        .find((path) => existsSync(path));
      if (file === undefined) return [];
      const facts = pipelineFacts(readFileSync(file, 'utf8'), file, root);
      return facts ? [{ path: Uri.file(file).toString(), ...facts }] : [];
    });
  }
}

/** A finding that lies in another file comes with each batch that names it. */
function withoutCopies(files: readonly FileFindings[]): readonly FileFindings[] {
  const seen = new Set<string>();
  return files.map((file) => ({
    ...file,
    findings: file.findings.filter(({ rule, range, message }) => {
      const key = JSON.stringify([file.uri, rule, range, message]);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    }),
  }));
}
