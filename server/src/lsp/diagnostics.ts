import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation } from 'vscode-languageserver';
import type { Finding, Severity } from '../core/finding';
import type { ConfigProblem } from '../workspace/config-file';
import { DIAGNOSTIC_SOURCE, type DiagnosticData, type LspRange, type ReviewClass } from './protocol';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** `code` of a diagnostic about a configuration or policy file. */
export const CONFIGURATION_CODE = 'configuration';

/** What a diagnostic is made of beside its finding. */
export interface DiagnosticParts {
  readonly range: LspRange;
  readonly severity: Severity;
  readonly version: number;
  readonly review: ReviewClass | undefined;
  readonly href: string | undefined;
  readonly related: readonly DiagnosticRelatedInformation[];
}

export function toDiagnostic(finding: Finding, parts: DiagnosticParts): Diagnostic {
  const data: DiagnosticData = {
    version: parts.version,
    fingerprint: finding.fingerprint,
    ...(parts.review === undefined ? {} : { review: parts.review }),
  };
  return {
    range: parts.range,
    severity: SEVERITIES[parts.severity],
    source: DIAGNOSTIC_SOURCE,
    code: finding.rule,
    ...(parts.href === undefined ? {} : { codeDescription: { href: parts.href } }),
    message: finding.message,
    ...(parts.related.length === 0 ? {} : { relatedInformation: [...parts.related] }),
    data,
  };
}

/** A diagnostic about `immutable.yaml` or a policy file. */
export function configDiagnostic(problem: ConfigProblem, range: LspRange): Diagnostic {
  return {
    range,
    severity: SEVERITIES[problem.severity],
    source: DIAGNOSTIC_SOURCE,
    code: CONFIGURATION_CODE,
    message: problem.message,
  };
}
