/** What happens to a resource, worst first: the order in which a plan is shown. */
export const CHANGE_KINDS = [
  'destroy',
  'replace-destroy-first',
  'replace-create-first',
  'forget',
  'update',
  'create',
  'import',
  'read',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A plan as people read it. Holds no secret: what is sensitive was masked when it was read. */
export interface Plan {
  readonly tool: 'terraform' | 'containers';
  /** Of the binary plan: what is approved is this and nothing else. `sha256:…` */
  readonly hash: string;
  /** Sorted by danger, then by address. Changes of nothing are left out. */
  readonly changes: readonly PlannedChange[];
  readonly outputs: readonly PlannedAttribute[];
  readonly counts: { readonly add: number; readonly change: number; readonly destroy: number };
  /** Resources that stay as they are. */
  readonly unchanged: number;
  /** What changed outside of Terraform since it looked last. */
  readonly drift: readonly PlannedChange[];
}

export interface PlannedChange {
  /** `module.web.aws_instance.app["blue"]` */
  readonly address: string;
  /** `aws_instance.app` of the module: the block that the address comes from. */
  readonly block: string;
  readonly type: string;
  readonly kind: ChangeKind;
  /** Why it is replaced or destroyed, in words; undefined when the tool does not say. */
  readonly reason: string | undefined;
  readonly attributes: readonly PlannedAttribute[];
}

export interface PlannedAttribute {
  /** `launch_template[0].version` */
  readonly path: string;
  /** JSON, `(sensitive)`, text of several lines, or undefined when there is none. */
  readonly before: string | undefined;
  /** JSON, `(sensitive)`, `(known after apply)`, or undefined when there is none. */
  readonly after: string | undefined;
  /** Changing it forces the replacement. */
  readonly replaces: boolean;
}

/** A plan with what is said above it: what a run keeps of it, so that it can be shown again. */
export interface ShownPlan {
  readonly plan: Plan;
  /** What will be live, and what is live now, in words. */
  readonly lines: readonly string[];
}

/** True when something is taken away. */
export function isDestructive(kind: ChangeKind): boolean {
  return kind === 'destroy' || kind === 'replace-destroy-first' || kind === 'replace-create-first' || kind === 'forget';
}
