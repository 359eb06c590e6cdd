import { SECRET_NAME } from '../secrets/patterns';
import type { PlannedAttribute } from './plan';

/** The values of a change in Terraform's JSON. */
export interface TerraformValueChange {
  readonly before: unknown;
  readonly after: unknown;
  /** `true`, or a tree with `true` where a value is known after the apply only. */
  readonly after_unknown?: unknown;
  /** `true`, or a tree with `true` where a value is sensitive. */
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
  readonly replace_paths?: readonly (readonly (string | number)[])[] | undefined;
}

const SENSITIVE = '(sensitive)';
const UNKNOWN = '(known after apply)';

/** Longer values are cut: a plan is read by people. */
const LONGEST_VALUE = 2000;

/** Deeper values are compared as a whole. */
const DEEPEST = 8;

/** The attributes of a resource that change, masked, by path. */
export function attributesOf(change: TerraformValueChange): PlannedAttribute[] {
  const forcing = (change.replace_paths ?? []).map(writePath);
  const found: PlannedAttribute[] = [];
  const whole = new Compared('', change);
  for (const name of whole.keys()) collect(whole.member(name, name), forcing, found, 1);
  return found;
}

/** An output that changes. */
export function outputOf(name: string, change: TerraformValueChange): PlannedAttribute[] {
  const found: PlannedAttribute[] = [];
  collect(new Compared(name, change), [], found, 1);
  return found;
}

/** One value before and after, with what is said of it. */
class Compared {
  constructor(
    readonly path: string,
    private readonly change: TerraformValueChange,
  ) {}

  get before(): unknown {
    return this.change.before ?? undefined;
  }

  get after(): unknown {
    return this.change.after ?? undefined;
  }

  get isUnknown(): boolean {
    return this.change.after_unknown === true;
  }

  get isSecret(): boolean {
    const { before_sensitive: before, after_sensitive: after } = this.change;
    return before === true || after === true || SECRET_NAME.test(this.path);
  }

  /** True when a part of it is a secret: shown as a whole, it would be shown as well. */
  get holdsSecret(): boolean {
    const { before_sensitive: before, after_sensitive: after } = this.change;
    return holdsTrue(before) || holdsTrue(after) || holdsSecretName(this.before) || holdsSecretName(this.after);
  }

  get isSame(): boolean {
    return !holdsTrue(this.change.after_unknown) && JSON.stringify(this.before) === JSON.stringify(this.after);
  }

  get isList(): boolean {
    return [this.before, this.after, this.change.after_unknown].some(Array.isArray);
  }

  /** True when both sides are maps or lists, or not there, so that their members can be compared. */
  get hasMembers(): boolean {
    const { after_unknown: unknown } = this.change;
    const sides = [this.before, this.after];
    return (
      !this.isUnknown &&
      sides.every((side) => side === undefined || isContainer(side)) &&
      [...sides, unknown].some(isContainer)
    );
  }

  keys(): string[] {
    const { before, after, after_unknown: unknown } = this.change;
    const keys = new Set([before, after, unknown].flatMap((side) => (isContainer(side) ? Object.keys(side) : [])));
    return this.isList ? [...keys] : [...keys].sort();
  }

  member(key: string, path: string): Compared {
    const of = (side: unknown): unknown => memberOf(side, key);
    return new Compared(path, {
      before: of(this.change.before),
      after: of(this.change.after),
      after_unknown: of(this.change.after_unknown),
      before_sensitive: of(this.change.before_sensitive),
      after_sensitive: of(this.change.after_sensitive),
    });
  }
}

function collect(value: Compared, forcing: readonly string[], found: PlannedAttribute[], depth: number): void {
  if (value.isSame) return;
  if (!value.isSecret && value.hasMembers && depth < DEEPEST) {
    for (const key of value.keys()) {
      const path = value.isList ? `${value.path}[${key}]` : `${value.path}.${key}`;
      collect(value.member(key, path), forcing, found, depth + 1);
    }
    return;
  }
  const show = (side: unknown): string | undefined => {
    if (side === undefined) return undefined;
    return value.isSecret || value.holdsSecret ? SENSITIVE : shorten(JSON.stringify(side));
  };
  found.push({
    path: value.path,
    before: show(value.before),
    after: value.isUnknown ? UNKNOWN : show(value.after),
    replaces: forcing.some((path) => value.path === path || isBelow(value.path, path)),
  });
}

/** A member that is known after the apply only stands in neither value: the two may look alike. */
function holdsTrue(tree: unknown): boolean {
  return tree === true || (isContainer(tree) && Object.values(tree).some(holdsTrue));
}

function holdsSecretName(value: unknown): boolean {
  if (!isContainer(value)) return false;
  return Object.entries(value).some(([name, member]) => SECRET_NAME.test(name) || holdsSecretName(member));
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function memberOf(value: unknown, key: string): unknown {
  // What holds for the whole holds for its parts.
  if (value === true) return true;
  if (!isContainer(value) || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function shorten(text: string): string {
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)` : text;
}

function writePath(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
