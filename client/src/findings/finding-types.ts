import type { LspRange } from '../../../server/src/lsp/protocol';

/** Severities, the worst first. */
export const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;

/** How the *Findings* view is ordered. */
export type Grouping = 'rule' | 'file';

/** One finding, as the view shows it. */
export interface FoundItem {
  readonly uri: string;
  readonly rule: string;
  readonly severity: (typeof SEVERITIES)[number];
  readonly message: string;
  readonly range: LspRange;
}
