import { DiagnosticSeverity, languages, type Diagnostic, type Uri } from 'vscode';
import { DIAGNOSTIC_SOURCE } from '../../../server/src/lsp/protocol';
import type { FoundItem } from './finding-types';

const NAMES: Readonly<Record<DiagnosticSeverity, FoundItem['severity']>> = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'info',
  [DiagnosticSeverity.Hint]: 'hint',
};

/** What the editor shows of a document. */
export function liveFindings(uri: Uri): readonly FoundItem[] {
  return languages.getDiagnostics(uri).flatMap((diagnostic) => {
    const rule = ruleOf(diagnostic);
    if (diagnostic.source !== DIAGNOSTIC_SOURCE || rule === undefined) return [];
    const { severity, message, range } = diagnostic;
    return [{ uri: uri.toString(), rule, severity: NAMES[severity], message, range }];
  });
}

function ruleOf({ code }: Diagnostic): string | undefined {
  const value = typeof code === 'object' ? code.value : code;
  return typeof value === 'string' ? value : undefined;
}
