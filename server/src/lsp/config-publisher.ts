import type { Connection, Diagnostic } from 'vscode-languageserver';
import type { ConfigProblem } from '../workspace/config-file';
import { SETTINGS_LAYER } from './configurations';
import { Debounce } from './debounce';
import { configDiagnostic } from './diagnostics';
import type { Documents } from './documents';
import type { Folder } from './folder';
import type { Folders } from './folders';
import type { Log } from './log';
import { toLspRange, type Places } from './places';
import { formatUri, resourceKey } from './uri';

/** How long several lints may bring problems before they are told, in ms. */
const REST_MS = 100;

/**
 * Tells what is wrong in configuration and policy files that are not open. An open one is asked for like any other
 * document.
 */
export class ConfigPublisher {
  private readonly rest = new Debounce(REST_MS);
  /** URIs by key, with what was told. */
  private readonly told = new Map<string, { readonly uri: string; readonly identity: string }>();

  constructor(
    private readonly connection: Connection,
    private readonly documents: Documents,
    private readonly folders: Folders,
    private readonly places: Places,
    private readonly log: Log,
  ) {}

  /** A configuration may have been read. */
  schedule(): void {
    this.rest.schedule(() => this.publish());
  }

  stop(): void {
    this.rest.cancel();
  }

  private publish(): void {
    const found = new Map<string, { readonly uri: string; readonly diagnostics: Diagnostic[] }>();
    for (const folder of this.folders.all()) {
      for (const problem of folder.configProblems()) this.collect(folder, problem, found);
    }
    for (const [key, { uri }] of this.told) {
      if (!found.has(key)) this.send(key, uri, []);
    }
    for (const [key, { uri, diagnostics }] of found) this.send(key, uri, diagnostics);
  }

  private collect(
    folder: Folder,
    problem: ConfigProblem,
    found: Map<string, { readonly uri: string; readonly diagnostics: Diagnostic[] }>,
  ): void {
    if (problem.path === SETTINGS_LAYER) {
      this.log.warnOnce(`setting ${problem.message}`, `Setting \`immutableInfra.rules\`: ${problem.message}`);
      return;
    }
    const resource = folder.resourceOf(problem.path);
    const lines = resource && this.places.linesOf({ folder, path: problem.path }, problem.path);
    if (!lines || this.documents.byKey(resourceKey(resource))) return;
    const entry = found.get(resourceKey(resource)) ?? { uri: formatUri(resource), diagnostics: [] };
    const diagnostic = configDiagnostic(problem, toLspRange(lines, problem.range));
    const isKnown = entry.diagnostics.some((other) => JSON.stringify(other) === JSON.stringify(diagnostic));
    if (!isKnown) entry.diagnostics.push(diagnostic);
    found.set(resourceKey(resource), entry);
  }

  private send(key: string, uri: string, diagnostics: Diagnostic[]): void {
    const identity = JSON.stringify(diagnostics);
    if ((this.told.get(key)?.identity ?? '[]') === identity) return;
    if (diagnostics.length === 0) this.told.delete(key);
    else this.told.set(key, { uri, identity });
    void this.connection.sendDiagnostics({ uri, diagnostics });
  }
}
