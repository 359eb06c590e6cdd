import { CHANGE_KINDS, type ChangeKind, type Plan, type PlannedChange } from './plan';
import { attributesOf, outputOf, type TerraformValueChange } from './terraform-attributes';

/** The parts of `terraform show -json PLAN` that are used (format version 1.x). Others hold secrets in clear. */
export interface TerraformPlanJson {
  readonly format_version?: string;
  readonly applyable?: boolean;
  readonly errored?: boolean;
  readonly resource_changes?: readonly TerraformChangeJson[];
  readonly resource_drift?: readonly TerraformChangeJson[];
  readonly output_changes?: Readonly<Record<string, TerraformChangeJson['change']>>;
}

export interface TerraformChangeJson {
  readonly address: string;
  readonly mode?: string;
  readonly type: string;
  readonly action_reason?: string;
  readonly change: TerraformValueChange & { readonly actions: readonly string[]; readonly importing?: unknown };
}

/** A plan that must not be applied. */
export class UnusablePlanError extends Error {
  constructor(reason: string) {
    super(`The plan cannot be used: ${reason}. Nothing was changed.`);
    this.name = 'UnusablePlanError';
  }
}

/** `action_reason` in words (Terraform, JSON output format, "Change representation"). */
const REASONS: Readonly<Record<string, string>> = {
  replace_because_tainted: 'it is tainted',
  replace_because_cannot_update: 'the provider cannot change it in place',
  replace_by_request: 'the plan was asked to replace it',
  replace_by_triggers: 'replace_triggered_by names something that changes',
  delete_because_no_resource_config: 'its block is gone from the configuration',
  delete_because_no_module: 'its module is gone from the configuration',
  delete_because_wrong_repetition: 'its block has count or for_each in another way now',
  delete_because_count_index: 'count does not reach it any more',
  delete_because_each_key: 'for_each has no such key any more',
  delete_because_no_move_target: 'it was moved to an address that does not exist',
};

/**
 * Reads what `terraform show -json` says of a saved plan.
 *
 * @param hash of the binary plan
 * @throws UnusablePlanError for an errored plan: Terraform writes a plan file even then (finding 5)
 */
export function readTerraformPlan(json: TerraformPlanJson, hash: string): Plan {
  if (!/^1\./.test(json.format_version ?? '')) {
    throw new UnusablePlanError(`its format version is ${json.format_version ?? 'missing'}, expected 1.x`);
  }
  if (json.errored === true) throw new UnusablePlanError('planning failed');
  const all = (json.resource_changes ?? []).map(readChange);
  const changes = all.filter((change) => change !== undefined).sort(byDanger);
  const managed = changes.filter(({ kind }) => kind !== 'read');
  const isOneOf = (...kinds: ChangeKind[]) => managed.filter(({ kind }) => kinds.includes(kind)).length;
  const replaced = isOneOf('replace-create-first', 'replace-destroy-first');
  return {
    tool: 'terraform',
    hash,
    changes,
    outputs: Object.entries(json.output_changes ?? {}).flatMap(([name, change]) =>
      change.actions.join() === 'no-op' ? [] : outputOf(name, change),
    ),
    counts: {
      add: isOneOf('create') + replaced,
      change: isOneOf('update'),
      destroy: isOneOf('destroy') + replaced,
    },
    unchanged: all.length - changes.length,
    drift: (json.resource_drift ?? [])
      .map(readChange)
      .filter((change) => change !== undefined)
      .sort(byDanger),
  };
}

function byDanger(a: PlannedChange, b: PlannedChange): number {
  return CHANGE_KINDS.indexOf(a.kind) - CHANGE_KINDS.indexOf(b.kind) || (a.address < b.address ? -1 : 1);
}

function readChange({ address, type, action_reason, change, mode }: TerraformChangeJson): PlannedChange | undefined {
  const kind = kindOf(change.actions, mode === 'data', change.importing !== undefined);
  if (!kind) return undefined;
  return {
    address,
    block: address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, ''),
    type,
    kind,
    reason: action_reason === undefined ? undefined : (REASONS[action_reason] ?? action_reason.replaceAll('_', ' ')),
    attributes: attributesOf(change),
  };
}

function kindOf(actions: readonly string[], isData: boolean, isImport: boolean): ChangeKind | undefined {
  const joined = actions.join(' ');
  const kinds: Readonly<Record<string, ChangeKind>> = {
    delete: 'destroy',
    'delete create': 'replace-destroy-first',
    'create delete': 'replace-create-first',
    forget: 'forget',
    'create forget': 'replace-create-first',
    update: 'update',
    create: 'create',
    read: 'read',
  };
  if (joined === 'no-op') return isImport ? 'import' : undefined;
  const kind = kinds[joined];
  // An action of a later version: nobody can say that it is harmless.
  if (!kind) throw new UnusablePlanError(`it holds the action \`${joined}\`, which this version does not know`);
  return isData ? 'read' : kind;
}
