import type { Place, Range } from './text';

/** From worst to mildest. A `hint` is shown faded in an editor and never fails a run. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info', 'hint'];

/** Negative when `a` is worse than `b`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}

/**
 * `safe` keeps the meaning that the author intended and may be applied without asking (`--fix`, fix all).
 * `suggestion` is applied only when a person picks it. `online` must ask a registry first (opt-in).
 */
export type FixLevel = 'safe' | 'suggestion' | 'online';

/** Replaces `at` by `text`. `at.path` names another file when the edit is not in the linted one. */
export interface TextEdit {
  readonly at: Place;
  readonly text: string;
}

export interface Fix {
  readonly level: FixLevel;
  /** What it does, in the imperative: "Replace `$Latest` by `aws_launch_template.app.latest_version`". */
  readonly title: string;
  /** Edits that do not overlap. Empty only for `online` fixes, which are resolved later. */
  readonly edits: readonly TextEdit[];
  /** For `online` fixes: the image reference whose digest must be looked up and where it stands. */
  readonly resolve?: { readonly image: string; readonly at: Place } | undefined;
}

/** Another place that explains the finding. */
export interface RelatedPlace {
  readonly at: Place;
  readonly message: string;
}

/** One thing that is wrong at one place. */
export interface Finding {
  readonly rule: string;
  readonly messageId: string;
  readonly message: string;
  readonly severity: Severity;
  /** The file in which it is shown: the linted one unless the literal stands elsewhere. */
  readonly path: string;
  readonly range: Range;
  /** A name that survives moved lines: `resource.aws_autoscaling_group.app/launch_template.version`. */
  readonly anchor: string;
  /** Hash of rule, anchor and normalised text. Baselines, reviews and SARIF share it. */
  readonly fingerprint: string;
  readonly related: readonly RelatedPlace[];
  readonly fixes: readonly Fix[];
  /** Set when a comment silences it. Suppressed findings are kept for SARIF and for the meta-rules. */
  readonly suppressed?: { readonly reason: string | undefined } | undefined;
  /** Set when the baseline file already holds it. */
  readonly baselined?: boolean | undefined;
}
