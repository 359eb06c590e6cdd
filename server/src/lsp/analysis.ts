import type { InternalError } from '../core/engine';
import type { Finding } from '../core/finding';
import { detectKind, type FileKind } from '../lang/detect';
import type { LintRule } from '../model/facts';
import type { ConfigProblem } from '../workspace/config-file';
import { SETTINGS_LAYER } from './configurations';
import type { LintInput } from './folder';
import type { Location } from './folders';
import type { Log } from './log';

/** Larger texts are not linted: nobody writes infrastructure by hand in those. */
export const MAX_LENGTH = 1024 * 1024;

/** What a text is and what is wrong with it. */
export interface Analysis {
  readonly kind: FileKind | null;
  /** All of them: suppressed and baselined ones are marked, those of other files have their path. */
  readonly findings: readonly Finding[];
  /** When the file is a configuration or policy file. */
  readonly configProblems: readonly ConfigProblem[];
  /** Custom rules that were run too. */
  readonly customRules: readonly LintRule[];
  /** What went wrong, as one plain sentence. */
  readonly problem: string | undefined;
}

/**
 * Lints one text of a folder. Never throws: a rule that fails is logged once and silent, and when the linter fails as
 * a whole there are no findings rather than old ones.
 */
export function analyse({ folder, path }: Location, input: Omit<LintInput, 'path'>, log: Log): Analysis {
  const { text, settings } = input;
  const nothing: Analysis = { kind: null, findings: [], configProblems: [], customRules: [], problem: undefined };
  if (!settings.settings.enable) return nothing;
  if (text.length > MAX_LENGTH) {
    const size = (text.length / 1024 / 1024).toFixed(1);
    return { ...nothing, problem: `Not linted: the document has ${size} MB, more than the 1 MB that is read.` };
  }
  try {
    const config = folder.config(path, settings);
    const { customRules } = config;
    const configProblems = config.problems.filter((problem) => problem.path === path);
    if (config.isIgnored(path))
      return { ...nothing, kind: detectKind(path, text, input.languageId) ?? null, configProblems, customRules };
    const result = folder.lint({ ...input, path });
    if (!result) return { ...nothing, configProblems };
    for (const error of result.errors) logInternalError(error, log);
    return {
      kind: result.kind,
      findings: folder.markBaselined(result.findings),
      configProblems,
      customRules,
      problem: failedRule(result.errors) ?? brokenConfig(config.problems, path) ?? folder.readBaseline().problem,
    };
  } catch (error) {
    log.errorOnce(`linter ${path}`, `The linter failed on ${path}. Its findings are not shown.`, error);
    return { ...nothing, problem: 'The linter failed on this document: the log says why.' };
  }
}

function failedRule([first]: readonly InternalError[]): string | undefined {
  return first && `Rule ${first.rule} failed here: the log says why.`;
}

/** What is wrong in the configuration that holds here; the file itself says it where it stands. */
function brokenConfig(problems: readonly ConfigProblem[], own: string): string | undefined {
  const wrong = problems.filter(
    ({ path, severity }) => severity === 'error' && path !== own && path !== SETTINGS_LAYER,
  );
  const [first] = wrong;
  if (!first) return undefined;
  return `${first.path} has ${wrong.length === 1 ? 'a problem' : `${wrong.length} problems`}: ${first.message}`;
}

function logInternalError({ rule, path, error }: InternalError, log: Log): void {
  log.errorOnce(`rule ${rule}`, `Rule ${rule} failed on ${path}. It is silent there, the others are not.`, error);
}
