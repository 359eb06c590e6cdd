import { applyBaseline, BASELINE_NAME, EMPTY_BASELINE, parseBaseline, type Baseline } from '../core/baseline';
import { directoryOf } from '../core/paths';
import type { Finding } from '../core/finding';
import type { RuleMeta } from '../core/rule';
import { SUPPRESSION_RULES } from '../core/suppression-rules';
import type { LintRule } from '../model/facts';
import type { ProjectFiles } from '../model/project';
import { WorkspaceIndex, type FileSummary } from '../model/workspace-index';
import { ALL_RULES } from '../rules/index.gen';
import type { ConfigProblem, WorkspaceConfig } from '../workspace/config-file';
import { Linter, type FileLint } from '../workspace/linter';
import { OverlayFiles, type Overlay } from '../workspace/overlay-files';
import { Configurations } from './configurations';
import { Dependencies } from './dependencies';
import { FolderFiles, NO_FILES, type FileAccess } from './folder-files';
import { DEFAULT_SETTINGS } from './protocol';
import type { SettingsOfResource } from './settings-cache';
import { below, relativePath, type Resource } from './uri';

/** Metadata of the rules of the catalogue. */
export const BUILT_IN_METAS: readonly RuleMeta[] = ALL_RULES.map((rule) => rule.meta);

/** With those about suppressions. */
export const KNOWN_METAS: readonly RuleMeta[] = [...BUILT_IN_METAS, ...SUPPRESSION_RULES];

/** What the folders share. */
export interface FolderHost {
  readonly access: FileAccess;
  readonly isTrusted: () => boolean;
  readonly now: () => Date;
  /** The rules that are run. Tests bring their own. */
  readonly rules?: readonly LintRule[] | undefined;
}

/** The baseline file of a folder. */
export interface ReadBaseline {
  /** Empty when there is no such file. */
  readonly baseline: Baseline;
  /** Why it cannot be read in full: then nothing may be written over it. */
  readonly problem: string | undefined;
}

/** One text to lint. */
export interface LintInput {
  readonly path: string;
  readonly text: string;
  readonly languageId?: string | undefined;
  readonly settings: SettingsOfResource;
}

/** A folder of the workspace, or the place of the files that lie in none. */
export class Folder {
  readonly files: ProjectFiles;
  readonly dependencies = new Dependencies();
  private readonly configurations: Configurations;
  private linter: Linter;
  private settings: SettingsOfResource = { settings: DEFAULT_SETTINGS, key: '' };
  private readonly summaries = new Map<string, FileSummary>();
  private index: WorkspaceIndex | undefined;
  private baseline: { readonly text: string | undefined; readonly read: ReadBaseline } | undefined;
  /** Changes when the configuration, the settings or the baseline do. */
  generation = 0;

  /** @param root undefined for the files that lie in no folder: each is then linted on its own */
  constructor(
    readonly root: Resource | undefined,
    private readonly host: FolderHost,
    files?: ProjectFiles,
  ) {
    const own = root ? new FolderFiles(root, host.access, (path) => this.dependencies.note(path)) : NO_FILES;
    this.files = files ?? own;
    this.configurations = new Configurations(this.files, BUILT_IN_METAS, host.isTrusted);
    this.linter = this.createLinter();
  }

  /** The path of a file in the folder; undefined when it lies elsewhere. */
  pathOf(resource: Resource): string | undefined {
    if (this.root) return relativePath(this.root, resource);
    // Names of a few folders tell what a file is (`.github/workflows`); the rest is nobody's business.
    return resource.path.split('/').filter(Boolean).slice(-3).join('/') || 'untitled';
  }

  resourceOf(path: string): Resource | undefined {
    return this.root && below(this.root, path);
  }

  config(path: string, settings: SettingsOfResource): WorkspaceConfig {
    return this.configurations.for(path, settings.settings, settings.key);
  }

  /** Whether a changed file may change the configuration. */
  isConfiguration(path: string): boolean {
    return path === BASELINE_NAME || this.configurations.isUsed(path);
  }

  /** What is wrong in the configuration files that were used so far. */
  configProblems(): readonly ConfigProblem[] {
    return this.configurations.problems();
  }

  /** Custom rules of the configurations that were used so far. */
  customRules(): readonly LintRule[] {
    return this.configurations.customRules();
  }

  /** Path and text of the configuration file that holds for a file; undefined when there is none. */
  configFile(path: string): { readonly path: string; readonly text: string } | undefined {
    const nearest = this.configurations.nearestOf(directoryOf(path));
    return nearest.path === '' ? undefined : nearest;
  }

  /** Lints a text in place of what the folder holds at the path. Undefined when it is none that we lint. */
  lint({ path, text, languageId, settings }: LintInput): FileLint | undefined {
    this.settings = settings;
    this.dependencies.begin(directoryOf(path));
    try {
      return this.linter.lint(path, text, languageId);
    } finally {
      this.dependencies.end();
    }
  }

  get engine(): Linter {
    return this.linter;
  }

  /** Marks the findings that the baseline file of the folder holds. */
  markBaselined(findings: readonly Finding[]): readonly Finding[] {
    const { baseline } = this.readBaseline();
    return baseline.entries.length === 0 ? findings : applyBaseline(findings, baseline).findings;
  }

  readBaseline(): ReadBaseline {
    const isThere = this.files.list('')?.includes(BASELINE_NAME) === true;
    const text = isThere ? this.files.read(BASELINE_NAME) : '';
    if (!this.baseline || this.baseline.text !== text) this.baseline = { text, read: readBaseline(text) };
    return this.baseline.read;
  }

  /**
   * A file has another text, is new or is gone.
   *
   * @param isListed whether the names of its directory are the same as before
   * @returns the directories whose documents it concerns
   */
  fileChanged(path: string, isListed: boolean): ReadonlySet<string> {
    this.linter.fileChanged(path);
    return this.dependencies.changed(path, isListed);
  }

  /** Reads the configuration anew: a file that it came from changed, or the settings did. */
  reset(): void {
    this.generation++;
    this.configurations.clear();
    // Parsed files know the environment that the configuration gave them.
    this.linter = this.createLinter();
  }

  /** Looks whether the configuration is still the same, where nobody tells. */
  resetWhenStale(): boolean {
    if (!this.configurations.isStale()) return false;
    this.reset();
    return true;
  }

  /** The folder with other texts in some places (null: nothing is there); its configuration is the same. */
  overlaid(overlay: Overlay): Folder {
    const texts = Object.entries(overlay).filter(([path]) => !this.isConfiguration(path));
    const folder = new Folder(this.root, this.host, new OverlayFiles(this.files, Object.fromEntries(texts)));
    folder.useSummaries([...this.summaries.values()]);
    return folder;
  }

  /**
   * Takes what a look at the whole workspace found out. Until the next look it is believed, so that an open document
   * shows the same as the list of all findings.
   *
   * @returns whether anything of it is new
   */
  useSummaries(summaries: readonly FileSummary[]): boolean {
    const news = summaries.filter(
      (summary) => JSON.stringify(this.summaries.get(summary.path)) !== JSON.stringify(summary),
    );
    for (const summary of news) this.summaries.set(summary.path, summary);
    if (news.length > 0) this.rebuildIndex();
    return news.length > 0;
  }

  /** The file is gone: what it told of the workspace no longer holds. */
  fileDeleted(path: string): void {
    if (this.summaries.delete(path)) this.rebuildIndex();
  }

  /** What a file contributes to the knowledge about the workspace; undefined when it is none that we lint. */
  summarise(path: string, text: string, settings: SettingsOfResource): FileSummary | undefined {
    this.settings = settings;
    return this.linter.summarise(path, text);
  }

  private rebuildIndex(): void {
    this.generation++;
    this.index = new WorkspaceIndex([...this.summaries.values()]);
    this.linter.useIndex(this.index);
  }

  private createLinter(): Linter {
    const { now, rules } = this.host;
    const linter = new Linter(this.files, {
      rules: rules ?? ALL_RULES,
      configFor: (path) => this.config(path, this.settings),
      // A server runs for days.
      get now() {
        return now();
      },
    });
    if (this.index) linter.useIndex(this.index);
    return linter;
  }
}

/** @param text undefined when there is a file but its text cannot be had */
function readBaseline(text: string | undefined): ReadBaseline {
  if (text === '') return { baseline: EMPTY_BASELINE, problem: undefined };
  if (text === undefined)
    return {
      baseline: EMPTY_BASELINE,
      problem: `${BASELINE_NAME} cannot be read, or is larger than the 1 MB that is read.`,
    };
  const { baseline, problems } = parseBaseline(text);
  const [first] = problems;
  return { baseline, problem: first === undefined ? undefined : `${BASELINE_NAME} cannot be read. ${first}` };
}
