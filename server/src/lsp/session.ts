import type { CancellationToken, Diagnostic } from 'vscode-languageserver';
import { directoryOf } from '../core/paths';
import type { Finding, Severity } from '../core/finding';
import { hashText } from '../core/fingerprint';
import { LineIndex } from '../core/text';
import type { FileKind } from '../lang/detect';
import { analyse, type Analysis } from './analysis';
import { Classification } from './classification';
import type { ConfigElsewhere } from './config-elsewhere';
import type { Documents, OpenDocument } from './documents';
import type { Folders, Location } from './folders';
import { ForeignFindings, type ForeignFinding } from './foreign-findings';
import type { Log } from './log';
import { Places } from './places';
import { Presentation, type ShownItem } from './presentation';
import type { DocumentRole } from './protocol';
import type { RemoteFiles } from './remote-files';
import type { Role, Roles } from './roles';
import type { RuleLinks } from './rule-links';
import type { SettingsCache, SettingsOfResource } from './settings-cache';
import { Turns } from './turns';
import { resourceKey, type Resource } from './uri';

/** What is known of one version of a document. */
export interface DocumentResult {
  /** Changes when anything does that the findings depend on. */
  readonly id: string;
  readonly version: number;
  readonly text: string;
  readonly lines: LineIndex;
  readonly location: Location;
  readonly role: DocumentRole;
  readonly settings: SettingsOfResource;
  readonly kind: FileKind | null;
  /** What is shown, in source order. */
  readonly items: readonly ShownItem[];
  readonly diagnostics: readonly Diagnostic[];
  readonly suppressed: readonly Finding[];
  readonly problem: string | undefined;
}

/** What the session works with. */
export interface SessionParts {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly roles: Roles;
  readonly settings: SettingsCache;
  readonly log: Log;
  readonly links: RuleLinks;
  readonly elsewhere: ConfigElsewhere;
  readonly remote: RemoteFiles | undefined;
  readonly pause: () => Promise<void>;
  readonly now: () => Date;
  /** A document was linted. */
  readonly onLinted: (document: OpenDocument, result: DocumentResult) => void;
  /** Documents by key whose findings may be others now, though their text is the same. */
  readonly onOutdated: (keys: readonly string[]) => void;
}

/** How often a lint is repeated because files that it asked for came in. */
const MAX_ROUNDS = 4;

/** Lints documents, each version once. */
export class Session {
  readonly places = new Places();
  readonly turns: Turns;
  private readonly presentation: Presentation;
  private readonly results = new Map<string, DocumentResult>();
  private readonly underway = new Map<string, Promise<DocumentResult>>();
  private readonly classification: Classification;
  private readonly foreign = new ForeignFindings();
  /** A client may still hold results of a server that ended. */
  private readonly started: string;

  constructor(private readonly parts: SessionParts) {
    this.turns = new Turns(parts.pause);
    this.started = parts.now().getTime().toString(36);
    this.presentation = new Presentation(this.places, parts.links, parts.elsewhere);
    this.classification = new Classification({
      ...parts,
      analyse: (document, role, location, settings) => this.analyse(document, role, location, settings),
      idOf: (document, settings) => this.idOf(document, settings),
      settingsOf: (key) => this.results.get(key)?.settings,
    });
  }

  /** The result for the document as it is now; undefined when it was not linted since its last change. */
  cached(document: OpenDocument): DocumentResult | undefined {
    const result = this.results.get(document.key);
    return result?.version === document.version ? result : undefined;
  }

  /** The last result, which may be of an earlier version. */
  last(document: OpenDocument): DocumentResult | undefined {
    return this.results.get(document.key);
  }

  locate(document: OpenDocument): Location {
    return this.parts.folders.locate(this.parts.roles.of(document).file);
  }

  /**
   * The findings of a document as it is now.
   *
   * @throws Cancelled when the token says so
   */
  async lint(document: OpenDocument, token?: CancellationToken): Promise<DocumentResult> {
    for (;;) {
      const settings = await this.parts.settings.for(document.uri);
      const known = this.results.get(document.key);
      if (known?.id === this.idOf(document, settings)) return known;
      const other = this.underway.get(document.key);
      if (!other) return this.start(document, settings, token);
      // Somebody else asked for it: what they get may be what is wanted.
      await other.catch(() => undefined);
    }
  }

  closed(document: OpenDocument): void {
    this.results.delete(document.key);
    this.classification.closed(document.key);
    this.outdate(this.foreign.set(document.key, new Map()));
  }

  /** Whether the lint of another document found something in this one. */
  hasForeign(key: string): boolean {
    return this.foreign.has(key);
  }

  private async start(
    document: OpenDocument,
    settings: SettingsOfResource,
    token: CancellationToken | undefined,
  ): Promise<DocumentResult> {
    const run = this.run(document, settings, token);
    this.underway.set(document.key, run);
    try {
      return await run;
    } finally {
      this.underway.delete(document.key);
    }
  }

  private async run(
    document: OpenDocument,
    settings: SettingsOfResource,
    token: CancellationToken | undefined,
  ): Promise<DocumentResult> {
    const result = await this.complete(() => this.lintNow(document, settings), token);
    if (this.isOpen(document)) {
      this.results.set(document.key, result);
      this.parts.onLinted(document, result);
    }
    return result;
  }

  /** False once it was closed, also when it was opened again since. */
  private isOpen(document: OpenDocument): boolean {
    return this.parts.documents.byKey(document.key) === document;
  }

  /**
   * Does something in its turn, and again when files came in that it asked for and that only the client can read.
   *
   * @throws Cancelled when the token says so
   */
  async complete<Result>(work: () => Result, token?: CancellationToken): Promise<Result> {
    const { remote } = this.parts;
    for (let round = 1; ; round++) {
      const result = await this.turns.take(work, token);
      if (remote?.hasMissing !== true) return result;
      const found = await remote.fetchMissing();
      if (found.length === 0) return result;
      this.filesArrived(found);
      if (round === MAX_ROUNDS) return result;
    }
  }

  /** Files came in that counted as absent before: a configuration, or what a module is made of. */
  private filesArrived(resources: readonly Resource[]): void {
    const { folders, documents, onOutdated } = this.parts;
    const arrived = resources.map((resource) => folders.locate(resource).folder);
    for (const folder of new Set(arrived)) {
      folder.reset();
      const open = documents.all().filter((document) => this.locate(document).folder === folder);
      onOutdated(open.map(({ key }) => key));
    }
  }

  private lintNow(document: OpenDocument, settings: SettingsOfResource): DocumentResult {
    const { roles, folders } = this.parts;
    const role = roles.of(document);
    const location = folders.locate(role.file);
    const id = this.idOf(document, settings);
    const { version, text } = document;
    const common = { id, version, text, location, role: role.role, settings };
    const isClosed = !this.isOpen(document);
    const silent = isClosed || role.role === 'base' || role.role === 'ignored';
    const lines = new LineIndex(silent ? '' : text);
    // What it found as a working file is no longer shown in others.
    if (silent && !isClosed) this.outdate(this.foreign.set(document.key, new Map()));
    if (silent) return { ...common, lines, kind: null, items: [], diagnostics: [], suppressed: [], problem: undefined };
    const analysis = this.analyse(document, role, location, settings);
    const open = analysis.findings.filter((finding) => !finding.suppressed);
    const isCopy = resourceKey(role.file) !== document.key;
    const here = isCopy ? open : this.distribute(document, open, location);
    const foreign = isCopy ? [] : this.foreign.in(document.key);
    const { findings } = analysis;
    const classes = this.classification.classify({ document, role, location, settings, findings, foreign });
    const { items, diagnostics } = this.presentation.present({
      uri: document.uri,
      version,
      text,
      lines,
      location,
      analysis,
      findings: here,
      foreign,
      classes,
      show: settings.settings.review.show,
    });
    return {
      ...common,
      // The lint itself may have changed what this document shows (a configuration that came in).
      id: this.idOf(document, settings),
      lines,
      kind: analysis.kind,
      items,
      diagnostics,
      suppressed: analysis.findings.filter((finding) => finding.suppressed && finding.path === location.path),
      problem: analysis.problem,
    };
  }

  private analyse(document: OpenDocument, role: Role, location: Location, settings: SettingsOfResource): Analysis {
    const { text, languageId } = document;
    const analysis = analyse(location, { text, languageId, settings }, this.parts.log);
    // Another version of the file must not stay where its neighbours look for the file itself.
    if (resourceKey(role.file) !== document.key) location.folder.engine.fileChanged(location.path);
    return analysis;
  }

  /** Findings that lie in another open document are shown there. @returns those that are shown here */
  private distribute(document: OpenDocument, findings: readonly Finding[], location: Location): readonly Finding[] {
    const here: Finding[] = [];
    const elsewhere = new Map<string, ForeignFinding[]>();
    const pointed = new Set<string>();
    for (const finding of findings) {
      const resource = finding.path === location.path ? undefined : location.folder.resourceOf(finding.path);
      const key = resource && resourceKey(resource);
      if (key !== undefined) pointed.add(key);
      const target = key === undefined ? undefined : this.parts.documents.byKey(key);
      if (!target) {
        here.push(finding);
        continue;
      }
      const list = elsewhere.get(target.key) ?? [];
      list.push({ finding, from: location, version: target.version });
      elsewhere.set(target.key, list);
    }
    this.outdate(this.foreign.set(document.key, elsewhere, pointed));
    return here;
  }

  private outdate(keys: readonly string[]): void {
    if (keys.length > 0) this.parts.onOutdated(keys);
  }

  private idOf(document: OpenDocument, settings: SettingsOfResource): string {
    const { roles, folders, documents, now } = this.parts;
    const role = roles.of(document);
    const { folder, path } = folders.locate(role.file);
    const base = role.base === undefined ? undefined : documents.byKey(role.base);
    return [
      this.started,
      document.version,
      folder.generation,
      folder.dependencies.stamp(directoryOf(path)),
      this.foreign.stamp(document.key),
      // Suppressions end with a day.
      now().toISOString().slice(0, 10),
      hashText(
        JSON.stringify([
          settings.key,
          document.languageId,
          role.role,
          base?.key,
          base?.version,
          base && this.classification.stamp(folder),
          path,
        ]),
      ),
    ].join('.');
  }
}

/** How many findings of each severity are shown. */
export function countSeverities(items: readonly ShownItem[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const item of items) counts[item.severity]++;
  return counts;
}
