/**
 * A copy of plain data that keeps no source text alive. A string that was cut out of a text, as V8 has it, holds on to the
 * whole text; the findings of a run would hold all files. Equal strings become one.
 */
export function detached<Data>(data: Data): Data {
  return copy(data, new Map()) as Data;
}

const NONE: readonly never[] = [];

function copy(data: unknown, known: Map<string, string>): unknown {
  if (typeof data === 'string') {
    let own = known.get(data);
    if (own === undefined) known.set((own = apart(data)), own);
    return own;
  }
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.length === 0 ? NONE : data.map((item) => copy(item, known));
  // A copy as a whole has the shape of the original; one made key by key takes more memory and time.
  const result: Record<string, unknown> = { ...data };
  for (const key in result) {
    const value = result[key];
    if (typeof value === 'string' || typeof value === 'object') result[key] = copy(value, known);
  }
  return result;
}

/** The concatenation is written out anew when it is cut. */
function apart(text: string): string {
  return ` ${text}`.slice(1);
}
