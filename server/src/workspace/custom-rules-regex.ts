/** A user's pattern that is safe to run: its cost is bounded. */
export interface SafePattern {
  /** Undefined when the text is too long to be tested within the bound: the answer is then not known. */
  test(text: string): boolean | undefined;
}

const MAX_PATTERN = 200;
/** Longest text by number of unbounded repetitions: each one adds a factor of the length to the worst case. */
const MAX_TEXT = [10_000, 4000, 1000, 256];

/**
 * Compiles a pattern of a policy. Patterns whose matching time could explode are refused: a repetition inside a repeated
 * group, alternatives in a repeated group, back references, more than three unbounded repetitions.
 *
 * @returns the pattern, or what is wrong with it as a sentence
 */
export function compilePattern(pattern: string): SafePattern | string {
  if (pattern.length > MAX_PATTERN) return `Shorten the pattern: ${MAX_PATTERN} letters are allowed.`;
  const shape = inspect(pattern);
  if (typeof shape === 'string') return shape;
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern, 'u');
  } catch (error) {
    return `Not a valid pattern: ${error instanceof Error ? error.message : String(error)}.`;
  }
  const limit = MAX_TEXT[shape.repetitions] ?? 0;
  return { test: (text) => (text.length > limit ? undefined : compiled.test(text)) };
}

interface Group {
  repeats: boolean;
  alternatives: boolean;
}

function inspect(pattern: string): { readonly repetitions: number } | string {
  const open: Group[] = [];
  let closed: Group | undefined;
  let repetitions = 0;
  for (let at = 0; at < pattern.length; at++) {
    const unit = pattern[at];
    const before = closed;
    closed = undefined;
    if (unit === '\\') {
      if (/[1-9k]/.test(pattern[at + 1] ?? '')) return 'Write the pattern without back references.';
      at++;
    } else if (unit === '[') {
      at = endOfClass(pattern, at);
    } else if (unit === '(') {
      open.push({ repeats: false, alternatives: false });
      if (/^\(\?(<?[=!])/.test(pattern.slice(at)))
        return 'Write the pattern without lookaround; use a second condition.';
      if (pattern[at + 1] === '?') at += pattern[at + 2] === '<' ? pattern.slice(at).indexOf('>') : 2;
    } else if (unit === ')') {
      closed = open.pop();
      const outer = open.at(-1);
      if (closed && outer) {
        outer.repeats ||= closed.repeats;
        outer.alternatives ||= closed.alternatives;
      }
    } else if (unit === '|') {
      const group = open.at(-1);
      if (group) group.alternatives = true;
    } else {
      const times = /^(?:[*+]|\{(\d+)(,?)(\d*)\})/.exec(pattern.slice(at));
      if (!times && unit !== '?') continue;
      const most =
        times?.[1] === undefined
          ? Number.POSITIVE_INFINITY
          : times[2] === ''
            ? Number(times[1])
            : times[3] === ''
              ? Number.POSITIVE_INFINITY
              : Number(times[3]);
      if (!times || most <= 1) continue;
      if (most !== Number.POSITIVE_INFINITY && most > 100) return 'Repeat at most 100 times.';
      if (before && (before.repeats || before.alternatives)) {
        return 'Do not repeat a group that itself repeats or has alternatives: matching it can take forever.';
      }
      if (most === Number.POSITIVE_INFINITY) repetitions++;
      for (const group of open) group.repeats = true;
      at += (times[0]?.length ?? 1) - 1;
    }
  }
  return repetitions < MAX_TEXT.length ? { repetitions } : 'Use at most three unbounded repetitions (`*`, `+`).';
}

function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']') return at;
  }
  return pattern.length;
}
