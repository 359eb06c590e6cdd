import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CodeLens,
  commands,
  Disposable,
  EventEmitter,
  l10n,
  languages,
  Range,
  Uri,
  window,
  workspace,
  type CodeLensProvider,
  type QuickPickItem,
  type TextDocument,
} from 'vscode';
import { readRun } from '../../../../release/src/api/list-runs';
import { releaseNotes, type ReleaseNotes } from '../../../../release/src/api/release-notes';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory, type StoredRelease } from '../../../../release/src/ledger/releases';
import type { StateRoot } from '../../../../release/src/state-root';
import type { DeliveryFolder, ReleaseDocumentServices } from '../services';
import type { DocumentSource } from '../virtual-files';
import {
  COMPARE_SCHEME,
  formatComparePath,
  parseComparePath,
  readGivenRelease,
  type ComparePath,
} from './compare-path';
import { comparisonMarkdown, configText } from './comparison';

const SHOW_DIFF = 'immutableInfra.compare.showDiff';

interface FoundRelease {
  readonly folder: DeliveryFolder;
  readonly release: StoredRelease;
}

/** Two releases of an environment beside each other, as read-only documents. */
export class ReleaseComparisons implements DocumentSource, CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<Uri>();
  private readonly subscriptions: Disposable;

  /** A ledger only grows: what was compared stays as it is. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly services: ReleaseDocumentServices) {
    this.subscriptions = Disposable.from(
      this.changed,
      languages.registerCodeLensProvider({ scheme: COMPARE_SCHEME }, this),
      commands.registerCommand(SHOW_DIFF, (left: unknown, right: unknown, title: unknown) =>
        showDiff(left, right, title),
      ),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /**
   * Opens the comparison of two releases, the older one on the left.
   *
   * @param given a row of the *Releases* view: an environment, or a release. What is not given is asked.
   * @param selected all rows that are selected
   */
  async show(given?: unknown, selected?: unknown): Promise<void> {
    await this.services.search();
    const rows = (Array.isArray(selected) ? selected : [given]).map(readGivenRelease);
    const environment = rows[0]?.environment ?? (await this.pickEnvironment());
    if (environment === undefined) return;
    const releases = this.releasesOf(environment);
    const known = rows
      .filter((row) => row.environment === environment)
      .flatMap(({ release }) => releases.find(({ id }) => id === release) ?? []);
    const first = known[0] ?? (await pickRelease(l10n.t('Compare Releases: the first'), releases));
    const second =
      first &&
      (known[1] ??
        (await pickRelease(
          l10n.t('Compare {0} with', first.id),
          releases.filter(({ id }) => id !== first.id),
        )));
    if (!first || !second) return;
    const [left, right] = first.seq < second.seq ? [first, second] : [second, first];
    const uri = uriOf({ kind: 'comparison', environment, left: left.id, right: right.id });
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
  }

  async read(uri: Uri): Promise<string> {
    await this.services.search();
    const path = parseComparePath(uri.path);
    const gone = `${l10n.t('There is no such release in the ledgers of this workspace.')}\n`;
    if (!path) return gone;
    if (path.kind !== 'comparison') return this.recorded(path) ?? gone;
    const left = this.find(path.environment, path.left);
    const right = this.find(path.environment, path.right);
    if (!left || !right) return gone;
    const compared = { environment: path.environment, left: left.release, right: right.release };
    return comparisonMarkdown(compared, await this.notes(left, right));
  }

  provideCodeLenses({ uri }: TextDocument): CodeLens[] {
    const path = parseComparePath(uri.path);
    if (path?.kind !== 'comparison') return [];
    const { environment, left, right } = path;
    const lens = (kind: 'config' | 'pipeline', title: string): CodeLens[] => {
      const sides = [left, right].map((release): ComparePath => ({ kind, environment, release }));
      if (sides.some((side) => side.kind !== 'comparison' && this.recorded(side) === undefined)) return [];
      const command = {
        title,
        command: SHOW_DIFF,
        arguments: [...sides.map(formatComparePath), `${environment}: ${left} ↔ ${right}`],
      };
      return [new CodeLens(new Range(0, 0, 0, 0), command)];
    };
    return [
      ...lens('config', l10n.t('$(diff) Diff of how it was run')),
      ...lens('pipeline', l10n.t('$(diff) Diff of immutable.yaml')),
    ];
  }

  /** What a release recorded: how it was run, or the pipeline that its run was frozen with. */
  private recorded({
    kind,
    environment,
    release: id,
  }: Exclude<ComparePath, { readonly kind: 'comparison' }>): string | undefined {
    const found = this.find(environment, id);
    if (!found) return undefined;
    return kind === 'config' ? configText(found.release) : readRun(found.folder.root, found.release.run)?.spec.pipeline;
  }

  private find(environment: string, id: string): FoundRelease | undefined {
    for (const folder of this.services.folders()) {
      const release = historyOf(folder, environment).byId(id);
      if (release) return { folder, release };
    }
    return undefined;
  }

  private releasesOf(environment: string): readonly StoredRelease[] {
    return this.services.folders().flatMap((folder) => [...historyOf(folder, environment).releases()]);
  }

  private async pickEnvironment(): Promise<string | undefined> {
    const names = [...new Set(this.services.folders().flatMap(({ root }) => environmentsIn(root)))].filter(
      (name) => this.releasesOf(name).length > 1,
    );
    if (names.length === 0) {
      void window.showInformationMessage(l10n.t('No environment has two releases yet.'));
      return undefined;
    }
    return names.length === 1
      ? names[0]
      : window.showQuickPick(names, { title: l10n.t('Compare Releases: the environment') });
  }

  /** Git runs only where the workspace is trusted. */
  private async notes(
    { folder, release: left }: FoundRelease,
    { release: right }: FoundRelease,
  ): Promise<ReleaseNotes | undefined> {
    const from = left.git['commit'];
    const to = right.git['commit'];
    if (typeof from !== 'string' || typeof to !== 'string' || !this.services.isTrusted()) return undefined;
    try {
      return await releaseNotes(folder.folder, from, to);
    } catch (error) {
      this.services.log.warn(`The commits between two releases could not be read: ${String(error)}`);
      return undefined;
    }
  }
}

/** Environments that have a history, whatever the pipeline says now. */
function environmentsIn(root: StateRoot): readonly string[] {
  const directory = dirname(root.ledger(''));
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((name) => /^(.+)\.jsonl$/.exec(name)?.[1] ?? []);
}

function historyOf({ root }: DeliveryFolder, environment: string): ReleaseHistory {
  return new ReleaseHistory(Ledger.read(root.ledger(environment)));
}

async function pickRelease(title: string, releases: readonly StoredRelease[]): Promise<StoredRelease | undefined> {
  const items = [...releases].reverse().map((release): QuickPickItem & { readonly release: StoredRelease } => ({
    label: release.id,
    description: `${release.kind}, ${release.health.verdict}`,
    detail: `${release.t.slice(0, 16).replace('T', ' ')} UTC`,
    release,
  }));
  return (await window.showQuickPick(items, { title, matchOnDetail: true }))?.release;
}

function uriOf(path: ComparePath): Uri {
  return Uri.from({ scheme: COMPARE_SCHEME, path: formatComparePath(path) });
}

async function showDiff(left: unknown, right: unknown, title: unknown): Promise<void> {
  if (typeof left !== 'string' || typeof right !== 'string' || !parseComparePath(left) || !parseComparePath(right))
    return;
  const uri = (path: string): Uri => Uri.from({ scheme: COMPARE_SCHEME, path });
  await commands.executeCommand('vscode.diff', uri(left), uri(right), typeof title === 'string' ? title : '');
}
