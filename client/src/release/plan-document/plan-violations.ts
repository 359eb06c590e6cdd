import { join } from 'node:path';
import {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  l10n,
  languages,
  Location,
  Range,
  Uri,
  workspace,
  type Disposable,
} from 'vscode';
import type { EnvironmentConfig } from '../../../../release/src/config/types';
import { requirePipeline } from '../../../../release/src/config/read';
import type { RunSpec } from '../../../../release/src/run/spec';
import type { StoredPlan } from '../../../../release/src/api/stored-plan';
import { DIAGNOSTIC_SOURCE, terraformBlocks, type LspRange } from '../../../../server/src/lsp/protocol';
import type { DeliveryFolder, ReleaseDocumentServices } from '../services';
import { environmentLine } from './environment-line';
import { PLAN_SCHEME } from './plan-path';

interface Place {
  readonly uri: Uri;
  readonly range: Range;
}

/** Changes that leave the scope of their step, in the Problems panel, at the block that they come from. */
export class PlanViolations implements Disposable {
  private readonly collection = languages.createDiagnosticCollection('immutable-plan');
  /** By the path of the plan's document. */
  private readonly shown = new Map<string, readonly (readonly [Uri, Diagnostic])[]>();

  constructor(private readonly services: ReleaseDocumentServices) {}

  dispose(): void {
    this.collection.dispose();
  }

  /** Shows what a plan does beyond its scope, until its document is closed. */
  async show(documentPath: string, folder: DeliveryFolder, { prepared, run, step }: StoredPlan): Promise<void> {
    const { violations } = prepared;
    if (violations.length === 0) return this.clear(documentPath);
    const places = await this.places(
      folder,
      run.spec,
      violations.map(({ address }) => address),
    );
    const document = Uri.from({ scheme: PLAN_SCHEME, path: documentPath });
    const found = violations.flatMap(({ address, reason }, index): (readonly [Uri, Diagnostic])[] => {
      const place = places[index];
      if (!place) return [];
      const message = l10n.t(
        'The plan of {0} ({1}) changes {2}: {3}.',
        run.spec.environment ?? '',
        step,
        address,
        reason,
      );
      const diagnostic = new Diagnostic(place.range, message, DiagnosticSeverity.Error);
      diagnostic.source = DIAGNOSTIC_SOURCE;
      diagnostic.code = 'plan-scope';
      diagnostic.relatedInformation = [
        new DiagnosticRelatedInformation(new Location(document, new Range(0, 0, 0, 0)), l10n.t('The plan')),
      ];
      return [[place.uri, diagnostic]];
    });
    this.shown.set(documentPath, found);
    this.publish();
  }

  clear(documentPath: string): void {
    if (this.shown.delete(documentPath)) this.publish();
  }

  private publish(): void {
    const byUri = new Map<string, { readonly uri: Uri; readonly diagnostics: Diagnostic[] }>();
    for (const [uri, diagnostic] of [...this.shown.values()].flat()) {
      const entry = byUri.get(uri.toString()) ?? { uri, diagnostics: [] };
      byUri.set(uri.toString(), entry);
      entry.diagnostics.push(diagnostic);
    }
    this.collection.clear();
    this.collection.set([...byUri.values()].map(({ uri, diagnostics }) => [uri, diagnostics]));
  }

  /** Blocks where there are any; the environment in the pipeline for what no block makes. */
  private async places(
    { folder }: DeliveryFolder,
    spec: RunSpec,
    addresses: readonly string[],
  ): Promise<readonly (Place | undefined)[]> {
    const target = targetOf(spec);
    const directory = target?.kind === 'terraform' ? Uri.file(join(folder, target.directory)) : undefined;
    const blocks = directory ? await this.blocks(directory, addresses) : [];
    const rest = await placeInPipeline(folder, spec.environment ?? '');
    return addresses.map((_, index) => {
      const block = blocks[index];
      return block ? { uri: Uri.parse(block.uri), range: toRange(block.range) } : rest;
    });
  }

  private async blocks(
    directory: Uri,
    addresses: readonly string[],
  ): Promise<readonly ({ readonly uri: string; readonly range: LspRange } | null)[]> {
    try {
      return (await this.services.server.request(terraformBlocks, { directory: directory.toString(), addresses }))
        .blocks;
    } catch (error) {
      this.services.log.warn(`The blocks of a plan could not be found: ${String(error)}`);
      return [];
    }
  }
}

function targetOf(spec: RunSpec): EnvironmentConfig['target'] | undefined {
  try {
    return requirePipeline(spec.pipeline, 'immutable.yaml').environments.get(spec.environment ?? '')?.target;
  } catch {
    // The pipeline of a run of another version.
    return undefined;
  }
}

async function placeInPipeline(folder: string, environment: string): Promise<Place | undefined> {
  const uri = Uri.file(join(folder, 'immutable.yaml'));
  try {
    const document = await workspace.openTextDocument(uri);
    const line = environmentLine(document.getText(), environment);
    return { uri, range: document.lineAt(line).range };
  } catch {
    return undefined;
  }
}

function toRange({ start, end }: LspRange): Range {
  return new Range(start.line, start.character, end.line, end.character);
}
