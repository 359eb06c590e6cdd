/** What `immutable-infra lint --format json` prints, as far as a gate asks for it. */
export interface LintOutput {
  readonly findings: readonly LintedFinding[];
}

export interface LintedFinding {
  readonly rule: string;
  readonly severity: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly suppressed?: unknown;
  readonly baselined?: boolean | undefined;
  readonly fixes: readonly {
    readonly level: string;
    readonly title: string;
    readonly edits: readonly TextChange[];
  }[];
}

export interface TextChange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** The findings that stop a run, as the engine's gate decides. */
export function stoppingIn({ findings }: LintOutput, level: 'error' | 'warning' | 'off'): readonly LintedFinding[] {
  const severities = level === 'off' ? [] : level === 'error' ? ['error'] : ['error', 'warning'];
  return findings.filter(
    ({ severity, suppressed, baselined }) => severities.includes(severity) && !suppressed && baselined !== true,
  );
}

/** The first safe fix of each finding; of two that meet, the first. */
export function safeEdits(findings: readonly LintedFinding[]): readonly TextChange[] {
  const taken: TextChange[] = [];
  const meets = (edit: TextChange): boolean =>
    taken.some(
      (other) =>
        other.path === edit.path &&
        edit.offset < other.offset + Math.max(other.length, 1) &&
        other.offset < edit.offset + Math.max(edit.length, 1),
    );
  for (const { fixes } of findings) {
    const edits = fixes.find(({ level, edits: own }) => level === 'safe' && own.length > 0)?.edits ?? [];
    if (!edits.some(meets)) taken.push(...edits);
  }
  return taken;
}
