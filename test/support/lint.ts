import { WorkspaceIndex } from '../../server/src/model/workspace-index';
import type { LintRule } from '../../server/src/model/facts';
import type { ProjectFiles } from '../../server/src/model/project';
import { Linter, type FileLint, type LoadedConfig } from '../../server/src/workspace/linter';
import { defaultConfig, loadConfig } from '../../server/src/workspace/config-file';
import type { Finding } from '../../server/src/core/finding';
import type { InternalError } from '../../server/src/core/engine';

/** A workspace in memory. */
export function memoryFiles(files: Readonly<Record<string, string>>): ProjectFiles {
  return {
    read: (path) => files[path],
    list: (directory) => {
      const prefix = directory === '' ? '' : `${directory}/`;
      const names = new Set<string>();
      for (const path of Object.keys(files)) {
        if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split('/')[0] ?? '');
      }
      return names.size > 0 ? [...names] : undefined;
    },
  };
}

export interface WorkspaceLint {
  /** Findings of all files that are not suppressed, in order of path and place. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
  readonly errors: readonly InternalError[];
  readonly files: readonly FileLint[];
}

export interface LintOptions {
  readonly config?: LoadedConfig | undefined;
  /** Files to lint; all by default. */
  readonly only?: readonly string[] | undefined;
  /** Without the first pass: as an editor or `--stdin` lints a single file. */
  readonly withoutIndex?: boolean | undefined;
}

/** Lints a workspace in memory with both passes, as the CLI does. An `immutable.yaml` among the files is honoured. */
export function lintWorkspace(
  files: Readonly<Record<string, string>>,
  rules: readonly LintRule[],
  options: LintOptions = {},
): WorkspaceLint {
  const text = files['immutable.yaml'];
  const config =
    options.config ??
    (text === undefined
      ? defaultConfig()
      : loadConfig(
          [{ path: 'immutable.yaml', text }],
          rules.map((rule) => rule.meta),
        ));
  const linter = new Linter(memoryFiles(files), {
    rules,
    configFor: () => config,
    now: new Date('2026-11-21T00:00:00Z'),
  });
  const paths = Object.keys(files).sort();
  if (!options.withoutIndex) {
    const summaries = paths
      .map((path) => linter.summarise(path, files[path] ?? ''))
      .filter((summary) => summary !== undefined);
    linter.useIndex(new WorkspaceIndex(summaries));
  }
  const results = (options.only ?? paths)
    .map((path) => linter.lint(path, files[path] ?? ''))
    .filter((result) => result !== undefined);
  const all = results.flatMap((result) => result.findings);
  return {
    findings: all.filter((finding) => !finding.suppressed),
    suppressed: all.filter((finding) => finding.suppressed),
    errors: results.flatMap((result) => result.errors),
    files: results,
  };
}
