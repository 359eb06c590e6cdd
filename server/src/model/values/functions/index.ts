import type { Place } from '../../../core/text';
import type { Expression } from '../../../lang/hcl/ast';
import { FAILED, isUnknown, lift } from '../combine';
import type { Scope } from '../scope';
import { UNKNOWN, type Value } from '../value';
import { COLLECTION_FUNCTIONS } from './collection';
import { ENCODING_FUNCTIONS } from './encoding';
import { FILE_FUNCTIONS } from './file';
import { SELECTION_FUNCTIONS } from './selection';
import { TEXT_FUNCTIONS } from './text';
import type { BuiltIn, CallContext } from './types';

/**
 * The functions of Terraform, OpenTofu and Packer that only look at their arguments. The rest — time, random values, the
 * environment, provider functions, `cidr…`, `regex` — is unknown, and so is a call of a name that we do not know.
 */
const FUNCTIONS: ReadonlyMap<string, BuiltIn> = new Map([
  ...Object.entries(TEXT_FUNCTIONS),
  ...Object.entries(COLLECTION_FUNCTIONS),
  ...Object.entries(SELECTION_FUNCTIONS),
  ...Object.entries(ENCODING_FUNCTIONS),
  ...Object.entries(FILE_FUNCTIONS),
]);

/** Calls a function by name. A failed argument makes the call fail; an unknown one makes most calls unknown. */
export function callFunction(
  name: string,
  args: readonly Value[],
  context: {
    readonly origin: Place;
    readonly scope: Scope;
    readonly evaluate: (expression: Expression, scope: Scope) => Value;
  },
): Value {
  // `core::` names the built-in functions, too.
  const plain = name.startsWith('core::') ? name.slice('core::'.length) : name;
  const builtIn = FUNCTIONS.get(plain);
  if (!builtIn) return UNKNOWN;
  const call: CallContext = context;
  if (builtIn.options) return builtIn.run(args, call);
  return lift(args, context.origin, (known) => {
    if (known.includes(FAILED) && !builtIn.catching) return FAILED;
    if (!builtIn.partial && known.some(isUnknown)) return UNKNOWN;
    return builtIn.run(known, call);
  });
}
