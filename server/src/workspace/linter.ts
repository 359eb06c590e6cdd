import { runRules, type InternalError, type LintSettings } from '../core/engine';
import type { Environment } from '../core/environment';
import type { Finding } from '../core/finding';
import { applySuppressions, parseSuppressions, type Suppression, type SuppressionPolicy } from '../core/suppress';
import type { FileKind } from '../lang/detect';
import { collectFacts, factCollector } from '../model/collect';
import { embeddedComments } from '../model/collect/embedded-comments';
import type { ImageUse, LintRule } from '../model/facts';
import type { ProjectFiles } from '../model/project';
import type { SourceFile } from '../model/source-file';
import type { FileSummary, WorkspaceIndex } from '../model/workspace-index';
import { WorkspaceProject, type TreeMemory } from './project';
import { summarise } from './summarise';

/** In an editor the trees of what is typed into stay. */
const EDITOR: TreeMemory = { text: 2 * 1024 * 1024, modules: 2 * 1024 * 1024, modulesOnly: false };

/** In a run each file is seen twice: a tree that is kept until then costs more than to parse it again. */
const RUN: TreeMemory = { text: 256 * 1024, modules: 1024 * 1024, modulesOnly: true };

/** The configuration that holds for one file. */
export interface LoadedConfig {
  readonly settings: LintSettings;
  environmentOf(path: string): Environment;
  /** Custom rules of the workspace, compiled. */
  readonly customRules: readonly LintRule[];
  readonly suppression: Omit<SuppressionPolicy, 'now' | 'isKnownRule'>;
}

export interface LinterOptions {
  readonly rules: readonly LintRule[];
  readonly configFor: (path: string) => LoadedConfig;
  /** The day that decides whether a suppression has expired. */
  readonly now: Date;
  /** Whether texts are linted again and again, or many files once each. `editor` when absent. */
  readonly use?: 'editor' | 'run' | undefined;
}

export interface FileLint {
  readonly path: string;
  readonly kind: FileKind;
  /** In source order; suppressed ones are marked, findings about suppressions are among them. */
  readonly findings: readonly Finding[];
  readonly errors: readonly InternalError[];
}

/**
 * Text in, findings out: the one entry point of every front end. Two passes give cross-file rules their knowledge:
 * `summarise` every file, merge into a WorkspaceIndex, then `lint`. Without an index such rules are silent or milder.
 */
export class Linter {
  private readonly project: WorkspaceProject;
  private readonly known: ReadonlySet<string>;
  private readonly rulesByConfig = new WeakMap<LoadedConfig, readonly LintRule[]>();

  constructor(
    files: ProjectFiles,
    private readonly options: LinterOptions,
  ) {
    this.project = new WorkspaceProject(
      files,
      (path) => options.configFor(path).environmentOf(path),
      options.use === 'run' ? RUN : EDITOR,
    );
    this.known = new Set(options.rules.map((rule) => rule.meta.id));
  }

  /** What the file contributes to the workspace; undefined when it is none that we lint. */
  summarise(path: string, text: string): FileSummary | undefined {
    const source = this.project.open(path, text);
    if (!source) return undefined;
    this.project.focus(source);
    return summarise(source, this.project);
  }

  useIndex(index: WorkspaceIndex): void {
    this.project.index = index;
  }

  /** Another file than the one that is linted next has a new text: what was made of the old one is dropped. */
  fileChanged(path: string): void {
    this.project.fileChanged(path);
  }

  /** The parsed form of a text that was linted; parsed anew when it is no longer kept. */
  source(path: string, text: string, languageHint?: string): SourceFile | undefined {
    return this.project.open(path, text, languageHint);
  }

  /** Every image reference of a text, for a hover or an inventory; none when it is no file that we lint. */
  imageUses(path: string, text: string, languageHint?: string): readonly ImageUse[] {
    const source = this.project.open(path, text, languageHint);
    if (!source) return [];
    this.project.focus(source);
    const uses: ImageUse[] = [];
    const collect = (fact: string, value: unknown): void => {
      if (fact === 'image') uses.push(value as ImageUse);
    };
    collectFacts(source, this.project, (fact) => fact === 'image', collect, { scripts: true });
    return uses;
  }

  /** Hands over the facts of a text that are asked for; none when it is no file that we lint. Scripts are not parsed. */
  facts(
    path: string,
    text: string,
    wanted: ReadonlySet<string>,
    collect: (fact: string, value: unknown) => void,
  ): void {
    const source = this.project.open(path, text);
    if (!source) return;
    this.project.focus(source);
    collectFacts(source, this.project, (fact) => wanted.has(fact), collect, { scripts: false });
  }

  /** Every suppression of a text, in scripts inside of it too. */
  suppressions(path: string, text: string, languageHint?: string): readonly Suppression[] {
    const source = this.project.open(path, text, languageHint);
    if (!source) return [];
    this.project.focus(source);
    return parseSuppressions(source, embeddedComments(source, this.project));
  }

  /**
   * Lints one text; undefined when it is none that we lint.
   *
   * @param languageHint the editor's language id, for a file whose name and text say nothing
   */
  lint(path: string, text: string, languageHint?: string): FileLint | undefined {
    const source = this.project.open(path, text, languageHint);
    if (!source) return undefined;
    this.project.focus(source);
    const config = this.options.configFor(path);
    const rules = this.rulesOf(config);
    const { findings, errors } = runRules(source, this.project, rules, factCollector, config.settings, (other) =>
      this.project.source(other),
    );
    return { path, kind: source.kind, findings: this.suppress(source, findings, config), errors };
  }

  /** The same list for the same configuration: what the engine decides about it then holds for all files. */
  private rulesOf(config: LoadedConfig): readonly LintRule[] {
    const { rules } = this.options;
    if (config.customRules.length === 0) return rules;
    const known = this.rulesByConfig.get(config) ?? [...rules, ...config.customRules];
    this.rulesByConfig.set(config, known);
    return known;
  }

  private suppress(source: SourceFile, findings: readonly Finding[], config: LoadedConfig): readonly Finding[] {
    const custom = new Set(config.customRules.map((rule) => rule.meta.id));
    const policy: SuppressionPolicy = {
      ...config.suppression,
      now: this.options.now,
      isKnownRule: (id) => this.known.has(id) || custom.has(id as never),
    };
    const own = findings.filter((finding) => finding.path === source.path);
    const suppressions = parseSuppressions(source, embeddedComments(source, this.project));
    const result = applySuppressions(own, source, suppressions, policy);
    const foreign = this.suppressElsewhere(
      findings.filter((finding) => finding.path !== source.path),
      policy,
    );
    return foreign.length === 0 ? result : [...result, ...foreign];
  }

  /** Findings that lie in another file are silenced by that file's comments; its own lint reports unused ones. */
  private suppressElsewhere(findings: readonly Finding[], policy: SuppressionPolicy): Finding[] {
    const kept: Finding[] = [];
    for (const path of new Set(findings.map((finding) => finding.path))) {
      const here = findings.filter((finding) => finding.path === path);
      const other = this.project.source(path);
      if (!other) {
        kept.push(...here);
        continue;
      }
      const silenced = applySuppressions(here, other, parseSuppressions(other, []), policy);
      kept.push(...silenced.filter((finding) => !finding.rule.startsWith('suppression/')));
    }
    return kept;
  }
}
