import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CodeLens,
  Disposable,
  EventEmitter,
  l10n,
  languages,
  Location,
  Position,
  Range,
  Uri,
  workspace,
  type CancellationToken,
  type CodeLensProvider,
  type TextDocument,
} from 'vscode';
import { readPipeline } from '../../../../release/src/config/read';
import type { Pipeline } from '../../../../release/src/config/types';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import { imageInventory, SETTINGS_SECTION, type InventoryReference } from '../../../../server/src/lsp/protocol';
import { FOREIGN_FOLDERS, WORKSPACE_FILES } from '../../documents/lintable';
import { MAX_FILES } from '../../workspace-search';
import type { DeliveryFolder, ReleaseDocumentServices } from '../services';
import { bakePlaces } from './bake-places';
import { usesOf } from './image-uses';

const SETTING = 'codeLens.enable';

/** A lens whose title is found when it is seen. */
class UsedBy extends CodeLens {
  constructor(
    range: Range,
    readonly uri: Uri,
    readonly repository: string,
  ) {
    super(range);
  }
}

/** *Bake* above what makes an image of a pipeline; beside it who uses it and where it is live. Off until it is asked for. */
export class BakeLenses implements CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly subscriptions: Disposable;
  private references: Promise<readonly InventoryReference[]> | undefined;

  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(private readonly services: ReleaseDocumentServices) {
    const refresh = (): void => {
      this.references = undefined;
      this.changed.fire();
    };
    this.subscriptions = Disposable.from(
      this.changed,
      languages.registerCodeLensProvider([{ scheme: 'file' }], this),
      services.onDidChangeFolders(refresh),
      workspace.onDidSaveTextDocument(() => {
        if (this.references) refresh();
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SETTINGS_SECTION}.${SETTING}`)) refresh();
      }),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    if (!workspace.getConfiguration(SETTINGS_SECTION, document.uri).get<boolean>(SETTING, false)) return [];
    return this.services.folders().flatMap((folder) => {
      const pipeline = pipelineIn(folder.folder);
      if (!pipeline) return [];
      const places = bakePlaces(pipeline.images.values(), folder.folder, document.uri.fsPath, document.getText());
      return places.flatMap(({ image, line }) => this.lensesOf(document.uri, line, image, pipeline, folder));
    });
  }

  async resolveCodeLens(lens: CodeLens, token: CancellationToken): Promise<CodeLens> {
    if (!(lens instanceof UsedBy)) return lens;
    this.references ??= this.readReferences(token);
    const uses = usesOf(await this.references.catch(() => []), lens.repository);
    const locations = uses.map(
      ({ uri, range }) => new Location(Uri.parse(uri), new Position(range.start.line, range.start.character)),
    );
    lens.command = {
      title: uses.length === 1 ? l10n.t('used by 1') : l10n.t('used by {0}', uses.length),
      tooltip: l10n.t('Places in this workspace that name {0}', lens.repository),
      command: uses.length === 0 ? '' : 'editor.action.showReferences',
      arguments: [lens.uri, lens.range.start, locations],
    };
    return lens;
  }

  private lensesOf(uri: Uri, line: number, image: string, pipeline: Pipeline, folder: DeliveryFolder): CodeLens[] {
    const range = new Range(line, 0, line, 0);
    const bake = new CodeLens(range, {
      title: l10n.t('$(package) Bake {0}', image),
      tooltip: l10n.t('Builds, tests and publishes the image, as immutable.yaml says'),
      command: 'immutableInfra.bakeImage',
      arguments: [{ uri, image }],
    });
    const config = pipeline.images.get(image)?.bake;
    const used = config?.kind === 'container' ? [new UsedBy(range, uri, config.repository)] : [];
    const live = [...pipeline.environments.keys()].flatMap((environment) => {
      const release = new ReleaseHistory(Ledger.read(folder.root.ledger(environment))).live();
      const own = release?.images.find(({ name }) => name === image);
      if (!release || !own) return [];
      const tooltip = `${own.ref}\n${release.id}, ${release.t.slice(0, 16).replace('T', ' ')} UTC`;
      const title = l10n.t('live in {0}', environment);
      return [new CodeLens(range, { title, tooltip, command: 'immutableInfra.releases.focus' })];
    });
    // Where nobody trusts the workspace nothing can be baked; what is known of it may be read.
    return [...(this.services.isTrusted() ? [bake] : []), ...used, ...live];
  }

  private async readReferences(token: CancellationToken): Promise<readonly InventoryReference[]> {
    const found = await workspace.findFiles(WORKSPACE_FILES, FOREIGN_FOLDERS, MAX_FILES, token);
    const uris = found.map((uri) => uri.toString());
    const { images } = await this.services.server.request(imageInventory, { uris }, token);
    return images.flatMap(({ references }) => references);
  }
}

function pipelineIn(folder: string): Pipeline | undefined {
  const file = ['immutable.yaml', 'immutable.yml'].map((name) => join(folder, name)).find((path) => existsSync(path));
  return file === undefined ? undefined : readPipeline(readFileSync(file, 'utf8'), file).pipeline;
}
