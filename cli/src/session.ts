import type { FileKind } from '../../server/src/lang/detect';
import type { RuleMeta } from '../../server/src/core/rule';
import { SUPPRESSION_RULES } from '../../server/src/core/suppression-rules';
import type { LintRule } from '../../server/src/model/facts';
import { WorkspaceIndex, type FileSummary } from '../../server/src/model/workspace-index';
import { ALL_RULES } from '../../server/src/rules/index.gen';
import type { ConfigProblem } from '../../server/src/workspace/config-file';
import { Linter } from '../../server/src/workspace/linter';
import { Configurations, type RuleChoice } from './configuration';
import type { Candidate } from './discover';
import { DiskFiles } from './disk-files';
import { Locator, type LocatedFinding } from './located';
import type { Note } from './notes';
import { OverlayFiles, type Overlay } from '../../server/src/workspace/overlay-files';
import { rootAt } from './workspace-root';

/** Larger files are left out where nobody says otherwise. */
export const DEFAULT_MAX_BYTES = 2 * 1024 * 1024;

/** Everything that a session is made from. Plain data: it goes to the worker threads. */
export interface SessionOptions {
  readonly root: string;
  readonly cwd: string;
  readonly choice: RuleChoice;
  readonly maxBytes: number;
  /** Milliseconds since 1970: the day that decides whether a suppression has expired. */
  readonly now: number;
  /** Texts that stand over those on disk; `null` where a file is to be taken as absent. */
  readonly overlay?: Overlay | undefined;
}

/** What the first pass says of one file. */
export interface SummaryOutcome {
  /** Absent when the file is none that we lint. */
  readonly summary?: FileSummary | undefined;
  readonly note?: Note | undefined;
  /** It is linted all the same: rules see more of it than the summary. */
  readonly error?: InternalErrorText | undefined;
}

export interface InternalErrorText {
  readonly rule: string;
  readonly path: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** What the second pass says of one file. */
export interface LintOutcome {
  readonly path: string;
  /** Absent when the file is none that we lint. */
  readonly kind?: FileKind | undefined;
  readonly findings: readonly LocatedFinding[];
  readonly errors: readonly InternalErrorText[];
  readonly note?: Note | undefined;
}

/** Lints files of one workspace on one thread. Never throws because of a file. */
export class LintSession {
  private readonly files: OverlayFiles;
  private readonly disk: DiskFiles;
  private readonly linter: Linter;
  private readonly configurations: Configurations;

  constructor(options: SessionOptions) {
    this.disk = new DiskFiles(options.root, options.maxBytes);
    this.files = new OverlayFiles(this.disk, options.overlay ?? {});
    this.configurations = new Configurations(
      rootAt(options.root, options.cwd),
      this.files,
      BUILT_IN_METAS,
      options.choice,
    );
    this.linter = new Linter(this.files, {
      rules: BUILT_IN_RULES,
      configFor: (path) => this.configurations.for(path),
      now: new Date(options.now),
      use: 'run',
    });
  }

  summarise(candidate: Candidate): SummaryOutcome {
    const { path, explicit } = candidate;
    if (this.isIgnored(path)) {
      const note: Note = { path, message: 'Not linted: the configuration ignores it.', level: 'note' };
      return explicit ? { note } : {};
    }
    const { text, note } = this.read(candidate);
    if (text === undefined) return { note };
    try {
      const summary = this.linter.summarise(path, text);
      if (summary) return { summary, note };
      const message = 'Not linted: it is none of the kinds of file that are linted.';
      return explicit ? { note: { path, message, level: 'note' } } : {};
    } catch (error) {
      return { note, error: internalError('summary', path, error) };
    }
  }

  useSummaries(summaries: readonly FileSummary[]): void {
    this.linter.useIndex(new WorkspaceIndex(summaries));
  }

  lint(candidate: Candidate): LintOutcome {
    const { path } = candidate;
    const { text, note } = this.read(candidate);
    if (text === undefined) return { path, findings: [], errors: [], note };
    return this.lintText(path, text);
  }

  /** Lints a text in place of the one on disk. */
  lintText(path: string, text: string): LintOutcome {
    try {
      const result = this.linter.lint(path, text);
      if (!result) return { path, findings: [], errors: [] };
      const locator = new Locator((other) => (other === path ? text : (this.files.read(other) ?? '')));
      return {
        path,
        kind: result.kind,
        findings: result.findings.map((finding) => locator.locate(finding)),
        errors: result.errors.map(({ rule, path: where, error }) => internalError(rule, where, error)),
      };
    } catch (error) {
      return { path, findings: [], errors: [internalError('linter', path, error)] };
    }
  }

  /** Whether the configuration leaves the file out. */
  isIgnored(path: string): boolean {
    return this.configurations.for(path).isIgnored(path);
  }

  problems(): readonly ConfigProblem[] {
    return this.configurations.problems();
  }

  /** Metadata of the custom rules that hold for a file. */
  customMetas(path: string): readonly RuleMeta[] {
    return this.configurations.for(path).customRules.map((rule) => rule.meta);
  }

  private read({ path, peek, explicit }: Candidate): {
    readonly text?: string | undefined;
    readonly note?: Note | undefined;
  } {
    const over = this.files.over(path);
    if (over !== undefined) return over === null ? {} : { text: over };
    const { text, note } = this.disk.readResult(path, peek);
    if (note === undefined) return { text };
    const isMissing = text === undefined && explicit;
    return { text, note: { path, message: note, level: isMissing ? 'problem' : 'note' } };
  }
}

/** The rules of the catalogue. */
export const BUILT_IN_RULES: readonly LintRule[] = ALL_RULES;
export const BUILT_IN_METAS: readonly RuleMeta[] = ALL_RULES.map((rule) => rule.meta);
/** With those about suppressions, which run beside the engine. */
export const KNOWN_METAS: readonly RuleMeta[] = [...BUILT_IN_METAS, ...SUPPRESSION_RULES];

function internalError(rule: string, path: string, error: unknown): InternalErrorText {
  const isError = error instanceof Error;
  return { rule, path, message: isError ? error.message : String(error), stack: isError ? error.stack : undefined };
}
