/** What a scalar can stand for once it is resolved. */
export type ScalarValue = string | number | boolean | null;

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const TRUE = new Set(['true', 'True', 'TRUE', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']);
const FALSE = new Set(['false', 'False', 'FALSE', 'no', 'No', 'NO', 'off', 'Off', 'OFF']);
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/**
 * Resolves a plain YAML scalar as go-yaml 2 does, the decoder behind Kubernetes' and Helm's manifests
 * (`resolve.go` of sigs.k8s.io/yaml): YAML 1.1 booleans, `017` and `0o17` octal, `0x` and `0b`, `1_000`.
 * Two differences: single letters `y` and `n` stay strings (go-yaml 3 has it so), and so do timestamps.
 */
export function resolvePlain(text: string): ScalarValue {
  if (NULLS.has(text)) return null;
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  return numeric ? (resolveNumber(text) ?? text) : text;
}

function resolveNumber(text: string): number | undefined {
  switch (text.toLowerCase()) {
    case '.inf':
    case '+.inf':
      return Infinity;
    case '-.inf':
      return -Infinity;
    case '.nan':
      return NaN;
  }
  if (text.length > 400) return undefined;
  const digits = text.replaceAll('_', '');
  const sign = digits.startsWith('-') ? -1 : 1;
  const magnitude = /^[-+]/.test(digits) ? digits.slice(1) : digits;
  const based = /^(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+))$/.exec(magnitude);
  if (based) {
    const [, hexadecimal, binary, octal] = based;
    if (hexadecimal !== undefined) return sign * Number.parseInt(hexadecimal, 16);
    return binary === undefined ? sign * Number.parseInt(octal ?? '0', 8) : sign * Number.parseInt(binary, 2);
  }
  return FLOAT.test(digits) ? Number(digits) : undefined;
}

/**
 * Applies an explicit core tag to the text of a scalar. Unknown tags leave the text as it is.
 *
 * @param tag the resolved tag, `tag:yaml.org,2002:int`, or undefined
 * @param plain whether the scalar was written without quotes
 */
export function resolveScalar(text: string, plain: boolean, tag: string | undefined): ScalarValue {
  switch (tag) {
    case undefined:
      return plain ? resolvePlain(text) : text;
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:null':
      return resolvePlain(text);
    default:
      return text;
  }
}
