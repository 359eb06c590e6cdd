import type { Finding } from '../core/finding';
import { analyse, type Analysis } from './analysis';
import type { Documents, OpenDocument } from './documents';
import type { Folder } from './folder';
import type { Folders, Location } from './folders';
import type { ForeignFinding } from './foreign-findings';
import type { Log } from './log';
import type { ReviewClass } from './protocol';
import { compareTexts, reviewClasses } from './review';
import type { Role, Roles } from './roles';
import type { SettingsOfResource } from './settings-cache';
import { resourceKey } from './uri';

/** What tells the classes. */
export interface ClassificationParts {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly roles: Roles;
  readonly log: Log;
  /** Lints a text of a document as what the folder holds at the location. */
  readonly analyse: (document: OpenDocument, role: Role, at: Location, settings: SettingsOfResource) => Analysis;
  /** Changes when anything does that the findings of a document depend on. */
  readonly idOf: (document: OpenDocument, settings: SettingsOfResource) => string;
  /** The settings that a document was linted with. */
  readonly settingsOf: (key: string) => SettingsOfResource | undefined;
}

/** A document that may be one side of a comparison. */
export interface Classified {
  readonly document: OpenDocument;
  readonly role: Role;
  readonly location: Location;
  readonly settings: SettingsOfResource;
  /** What its own lint found, wherever it lies. */
  readonly findings: readonly Finding[];
  /** What the lint of other documents found in it. */
  readonly foreign: readonly ForeignFinding[];
}

/** Tells what a change brought: the review class of each finding of a document that is compared with an older text. */
export class Classification {
  private readonly bases = new Map<string, { readonly id: string; readonly analysis: Analysis }>();

  constructor(private readonly parts: ClassificationParts) {}

  /** Forgets what a document was as the old side. */
  closed(key: string): void {
    this.bases.delete(key);
  }

  /** Changes when one of the old texts does that a document of this folder is compared with. */
  stamp(folder: Folder): string {
    return [...this.oldTexts(folder)].map(([path, base]) => `${path} ${base.key} ${base.version}`).join('\n');
  }

  /** The class of each finding; none for a document that is not compared. */
  classify(classified: Classified): ReadonlyMap<Finding, ReviewClass> {
    const { document, role, location } = classified;
    const base = this.baseOf(role);
    if (!base) return new Map();
    const compare = (old: readonly Finding[], now: readonly Finding[]): Iterable<[Finding, ReviewClass]> => {
      const [before, after] = [base.text, document.text];
      return reviewClasses(
        compareTexts({ text: before, findings: old }, { text: after, findings: now }, location.path),
      );
    };
    const foreign = classified.foreign.map(({ finding }) => finding);
    return new Map([
      ...compare(this.oldFindings(base, classified), classified.findings),
      ...(foreign.length === 0 ? [] : compare(this.oldForeign(classified), foreign)),
    ]);
  }

  private baseOf({ base }: Role): OpenDocument | undefined {
    return base === undefined ? undefined : this.parts.documents.byKey(base);
  }

  /** What the lint of the old text finds. */
  private oldFindings(base: OpenDocument, { role, location, settings }: Classified): readonly Finding[] {
    const id = this.parts.idOf(base, settings);
    let known = this.bases.get(base.key);
    if (known?.id !== id) {
      const old = this.parts.roles.of(base);
      known = { id, analysis: this.parts.analyse(base, { ...old, file: role.file }, location, settings) };
      this.bases.set(base.key, known);
    }
    return known.analysis.findings;
  }

  /** What the lint of the same other documents finds in the document where every compared file has its old text. */
  private oldForeign({ location: { folder, path }, settings, foreign }: Classified): Finding[] {
    const { documents, log, settingsOf } = this.parts;
    const oldTexts = this.oldTexts(folder);
    const before = folder.overlaid(Object.fromEntries([...oldTexts].map(([file, { text }]) => [file, text])));
    return [...new Set(foreign.map(({ from }) => from.path))].flatMap((source) => {
      const resource = folder.resourceOf(source);
      const document = resource && documents.byKey(resourceKey(resource));
      if (!document) return [];
      const input = {
        text: oldTexts.get(source)?.text ?? document.text,
        languageId: document.languageId,
        settings: settingsOf(document.key) ?? settings,
      };
      return analyse({ folder: before, path: source }, input, log).findings.filter((one) => one.path === path);
    });
  }

  /** The old sides of the files of a folder that are open and compared, by path. */
  private oldTexts(folder: Folder): ReadonlyMap<string, OpenDocument> {
    const found = new Map<string, OpenDocument>();
    for (const document of this.parts.documents.all()) {
      const role = this.parts.roles.of(document);
      const base = this.baseOf(role);
      // Another version of a file says nothing about the file that its neighbours know.
      if (!base || resourceKey(role.file) !== document.key) continue;
      const location = this.parts.folders.locate(role.file);
      if (location.folder === folder) found.set(location.path, base);
    }
    return found;
  }
}
