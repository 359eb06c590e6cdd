import type { Environment } from './environment';
import type { Fix, FixLevel, RelatedPlace, Severity } from './finding';
import type { Place } from './text';

/** The seven families of the catalogue. */
export const FAMILIES = [
  'mutable-reference',
  'interactive-access',
  'local-state',
  'health-check',
  'in-place-mutation',
  'baked-config',
  'rollout-safety',
] as const;

export type Family = (typeof FAMILIES)[number];

/** `suppression` holds the rules about suppressions themselves, `custom` those that a workspace declares. */
export type RuleFamily = Family | 'suppression' | 'custom';

/** What rules look at, for their documentation and for the settings of an editor. */
export const LANGUAGES = [
  'dockerfile',
  'compose',
  'kubernetes',
  'helm',
  'kustomize',
  'terraform',
  'packer',
  'packer-json',
  'workflow',
  'cloud-init',
  'shell',
] as const;

export type Language = (typeof LANGUAGES)[number];

export interface RuleMeta<Message extends string = string> {
  /** `family/name`. Never renamed: baselines and suppressions hold it. */
  readonly id: `${RuleFamily}/${string}`;
  /** The usual severity; a report may name another where the catalogue does. */
  readonly severity: Severity;
  readonly languages: readonly Language[];
  /** The best fix that the rule may offer. */
  readonly fix?: FixLevel | undefined;
  /** Version that brought it. */
  readonly since: string;
  /** On in the `recommended` preset; `strict` has all. */
  readonly recommended: boolean;
  /** In `strict`: raise reports of this rule to this severity. */
  readonly strictSeverity?: Severity | undefined;
  /** One sentence: what must be true. */
  readonly summary: string;
  /** What others call it: `hadolint DL3007`, `checkov CKV_DOCKER_7`. */
  readonly peers: readonly string[];
  /** Page of a custom rule. The others have theirs in docs/rules. */
  readonly docs?: string | undefined;
  /** Message templates; `{name}` is filled from the report's data. Say what, why, and what to do. */
  readonly messages: Readonly<Record<Message, string>>;
  /** JSON Schema of the rule's `options` object in `immutable.yaml`, one property an option, each with a `default`. */
  readonly options?: Readonly<Record<string, OptionSchema>> | undefined;
}

/** The part of JSON Schema that options use. */
export interface OptionSchema {
  readonly type: 'string' | 'number' | 'boolean' | 'array' | 'object';
  readonly description: string;
  readonly default: unknown;
  /** The default in the preset `strict`, when it is another one. */
  readonly strictDefault?: unknown;
  readonly items?: { readonly type: 'string' } | undefined;
  readonly additionalProperties?: { readonly type: 'string'; readonly enum?: readonly string[] } | undefined;
  readonly minimum?: number | undefined;
}

export interface Report<Message extends string = string> {
  /** Where the literal stands that makes it wrong; for something missing, a node that can carry a suppression. */
  readonly at: Place;
  /** A name that survives moved lines. */
  readonly anchor: string;
  readonly message: Message;
  /** Fills the placeholders of the message. */
  readonly data?: Readonly<Record<string, string | number>> | undefined;
  /** When it differs from the rule's usual one. */
  readonly severity?: Severity | undefined;
  readonly fixes?: readonly Fix[] | undefined;
  readonly related?: readonly RelatedPlace[] | undefined;
}

/** What a rule is given besides its facts. `Source` and `Project` are the model's types. */
export interface RuleContext<Message extends string, Source, Project> {
  readonly file: Source;
  readonly project: Project;
  readonly environment: Environment;
  /** Options from `immutable.yaml` over the defaults of `meta.options`. */
  readonly options: Readonly<Record<string, unknown>>;
  report(report: Report<Message>): void;
}

/**
 * A rule says when, why and what to do. It never parses, never reads a file and never knows an editor.
 * `Listeners` maps the names of facts to functions that take them.
 */
export interface Rule<Listeners, Source, Project, Message extends string = string> {
  readonly meta: RuleMeta<Message>;
  create(context: RuleContext<Message, Source, Project>): Listeners;
}

/** Templates cut at their placeholders: text, name, text, name, … text. Rules have few; those of a workspace are bounded. */
const templates = new Map<string, readonly string[]>();
const MAX_TEMPLATES = 1_000;

function piecesOf(template: string): readonly string[] {
  const known = templates.get(template);
  if (known) return known;
  const pieces = template.split(/\{(\w+)\}/);
  if (templates.size < MAX_TEMPLATES) templates.set(template, pieces);
  return pieces;
}

/** Fills `{name}` placeholders. A placeholder without data is left as it is (the harness refuses that). */
export function fillMessage(template: string, data: Readonly<Record<string, string | number>> | undefined): string {
  const pieces = piecesOf(template);
  let message = pieces[0] ?? '';
  for (let at = 1; at < pieces.length; at += 2) {
    const name = pieces[at] ?? '';
    const value = data?.[name];
    message += (value === undefined ? `{${name}}` : String(value)) + (pieces[at + 1] ?? '');
  }
  return message;
}
