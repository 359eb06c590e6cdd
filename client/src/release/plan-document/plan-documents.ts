import { join } from 'node:path';
import {
  CodeLens,
  commands,
  Disposable,
  env,
  EventEmitter,
  l10n,
  languages,
  Range,
  TabInputText,
  Uri,
  window,
  workspace,
  type CodeLensProvider,
  type TextDocument,
} from 'vscode';
import { releaseNotes, type ReleaseNotes } from '../../../../release/src/api/release-notes';
import { findPlan, type StoredPlan } from '../../../../release/src/api/stored-plan';
import type { PlanDocument } from '../../../../release/src/plan/markdown';
import type { DeliveryFolder, ReleaseDocumentServices } from '../services';
import type { DocumentSource } from '../virtual-files';
import { WatchedFiles } from '../watched-files';
import { PlanDecorations } from './plan-decorations';
import { isWaiting, planPage } from './plan-page';
import { formatPlanPath, parsePlanPath, PLAN_SCHEME, type PlanPath } from './plan-path';
import { planSides } from './plan-sides';
import { PlanViolations } from './plan-violations';

/** Commands of the lenses. They take the path of a plan's document. */
const COMMANDS = {
  approve: 'immutableInfra.plan.approve',
  discard: 'immutableInfra.plan.discard',
  diff: 'immutableInfra.plan.showDiff',
  since: 'immutableInfra.plan.showSince',
  copy: 'immutableInfra.plan.copyHash',
} as const;

interface Found {
  readonly folder: DeliveryFolder;
  readonly stored: StoredPlan;
}

/** Plans as read-only documents, with the decision on them one click away. */
export class PlanDocuments implements DocumentSource, CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly lensesChanged = new EventEmitter<void>();
  private readonly files = new WatchedFiles();
  private readonly pages = new Map<string, PlanDocument>();
  /** The run of each plan that was found: a workspace has hundreds. */
  private readonly runs = new Map<string, string>();
  private readonly notes = new Map<string, Promise<ReleaseNotes>>();
  private readonly decorations: PlanDecorations;
  private readonly violations: PlanViolations;
  private readonly subscriptions: Disposable;

  readonly onDidChange = this.changed.event;
  readonly onDidChangeCodeLenses = this.lensesChanged.event;

  constructor(private readonly services: ReleaseDocumentServices) {
    this.decorations = new PlanDecorations((document) => this.pages.get(document.uri.path)?.marks);
    this.violations = new PlanViolations(services);
    const command = (id: string, run: (path: PlanPath) => Promise<void>): Disposable =>
      commands.registerCommand(id, async (given: unknown) => {
        const path = typeof given === 'string' ? parsePlanPath(given) : undefined;
        if (path) await run(path);
      });
    this.subscriptions = Disposable.from(
      languages.registerCodeLensProvider({ scheme: PLAN_SCHEME }, this),
      // The editor keeps the text of a closed tab for minutes.
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const { input } of closed) if (input instanceof TabInputText) this.closed(input.uri);
      }),
      command(COMMANDS.approve, (path) => this.decide(path, 'approve')),
      command(COMMANDS.discard, (path) => this.decide(path, 'discard')),
      command(COMMANDS.diff, (path) => showDiff(path)),
      command(COMMANDS.since, (path) => this.showSince(path)),
      command(COMMANDS.copy, async ({ hash }) => env.clipboard.writeText(hash)),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.decorations.dispose();
    this.violations.dispose();
    this.files.dispose();
    this.changed.dispose();
    this.lensesChanged.dispose();
  }

  /** Opens the document of a plan. */
  async show(environment: string, hash: string): Promise<void> {
    const uri = uriOf({ environment, hash, side: 'plan' });
    // The editor may still hold what it said when it was closed.
    this.changed.fire(uri);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
  }

  async read(uri: Uri): Promise<string> {
    await this.services.search();
    const path = parsePlanPath(uri.path);
    const found = path && this.find(path);
    if (!path || !found)
      return `${l10n.t('There is no such plan any more: its run was deleted, or lies in another workspace.')}\n`;
    const { shown, document } = found.stored.prepared;
    if (path.side !== 'plan') return shown ? planSides(shown.plan)[path.side] : document;
    const page = planPage(found.stored, await this.notesOf(found));
    this.pages.set(uri.path, page);
    this.follow(uri, found);
    this.decorations.refreshLater();
    this.lensesChanged.fire();
    await this.violations.show(uri.path, found.folder, found.stored);
    return page.text;
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const path = parsePlanPath(uri.path);
    if (path?.side !== 'plan') return [];
    const found = this.find(path);
    if (!found) return [];
    const lens = (title: string, command: string, tooltip: string): CodeLens =>
      new CodeLens(new Range(0, 0, 0, 0), { title, command, tooltip, arguments: [uri.path] });
    const decide = [
      lens(l10n.t('$(check) Approve and apply'), COMMANDS.approve, l10n.t('Applies exactly this plan')),
      lens(l10n.t('$(close) Discard'), COMMANDS.discard, l10n.t('Ends the run; nothing is changed')),
    ];
    const hasSides = found.stored.prepared.shown !== undefined;
    return [
      ...(isWaiting(found.stored) ? decide : []),
      ...(hasSides
        ? [lens(l10n.t('$(diff) Show diff'), COMMANDS.diff, l10n.t('What is there now, and what will be'))]
        : []),
      ...(found.stored.prepared.since
        ? [
            lens(
              l10n.t('$(diff) Show what differs'),
              COMMANDS.since,
              l10n.t('From the plan that was asked about before'),
            ),
          ]
        : []),
      lens(l10n.t('$(copy) Copy hash'), COMMANDS.copy, path.hash),
    ];
  }

  private find({ environment, hash }: PlanPath): Found | undefined {
    const known = this.runs.get(hash);
    for (const folder of this.services.folders()) {
      const stored = findPlan(folder.root, environment, hash, known);
      if (!stored) continue;
      this.runs.set(hash, stored.run.run);
      return { folder, stored };
    }
    return undefined;
  }

  private async decide(path: PlanPath, decision: 'approve' | 'discard'): Promise<void> {
    const found = this.find(path);
    if (!found || !isWaiting(found.stored)) {
      void window.showInformationMessage(l10n.t('This plan waits for nobody any more.'));
      return;
    }
    const { run } = found.stored.run;
    await this.services.decide({ folder: found.folder, run, environment: path.environment, plan: path.hash }, decision);
  }

  /** The plan that was asked about before and never used, beside this one. */
  private async showSince(path: PlanPath): Promise<void> {
    const since = this.find(path)?.stored.prepared.since;
    if (!since) return;
    const side = { environment: path.environment, side: 'planned' } as const;
    await commands.executeCommand(
      'vscode.diff',
      uriOf({ ...side, hash: since.plan }),
      uriOf({ ...side, hash: path.hash }),
      l10n.t('{0}: planned before ↔ planned now', path.environment),
    );
  }

  /** Until the run is over, what became of the plan may change. */
  private follow(uri: Uri, { stored }: Found): void {
    const { directory, status } = stored.run;
    if (status === 'closed') return this.files.unwatch(uri.path);
    for (const name of ['journal.jsonl', 'engine.json'])
      this.files.watch(uri.path, join(directory, name), () => this.changed.fire(uri));
  }

  private closed(uri: Uri): void {
    if (uri.scheme !== PLAN_SCHEME) return;
    this.files.unwatch(uri.path);
    this.pages.delete(uri.path);
    this.violations.clear(uri.path);
  }

  /** Commits never change, so git is asked once. */
  private async notesOf({ folder, stored }: Found): Promise<ReleaseNotes | undefined> {
    const { from, to } = stored.commits;
    if (from === null || to === null || stored.run.spec.kind === 'retire' || !this.services.isTrusted())
      return undefined;
    const key = `${folder.folder} ${from} ${to}`;
    const known = this.notes.get(key) ?? releaseNotes(folder.folder, from, to);
    this.notes.set(key, known);
    try {
      return await known;
    } catch (error) {
      this.notes.delete(key);
      this.services.log.warn(`The commits of a plan could not be read: ${String(error)}`);
      return undefined;
    }
  }
}

function uriOf(path: PlanPath): Uri {
  return Uri.from({ scheme: PLAN_SCHEME, path: formatPlanPath(path) });
}

async function showDiff(path: PlanPath): Promise<void> {
  await commands.executeCommand(
    'vscode.diff',
    uriOf({ ...path, side: 'current' }),
    uriOf({ ...path, side: 'planned' }),
    l10n.t('{0}: now ↔ planned', path.environment),
  );
}
