/** Longer globs are refused: nobody writes them by hand. */
export const MAX_GLOB_LENGTH = 500;

/** One piece of a glob. */
type Piece =
  | { readonly type: 'one'; readonly accepts: (code: number) => boolean }
  | { readonly type: 'many'; readonly accepts: (code: number) => boolean }
  | { readonly type: 'choice'; readonly options: readonly (readonly Piece[])[] };

/** A state: it takes one character, or none when it has no test. */
interface State {
  readonly accepts: ((code: number) => boolean) | undefined;
  next: readonly number[];
}

const SLASH = 47;
const isAny = (): boolean => true;
const isInSegment = (code: number): boolean => code !== SLASH;

/**
 * Why a glob cannot be read; undefined when it can. Read are `*`, `**`, `?`, `[a-z]`, `[!a]`, `{a,b}`, `{a..c}` and `\`
 * before a character that means itself.
 */
export function globProblem(glob: string): string | undefined {
  if (glob.length > MAX_GLOB_LENGTH)
    return `Split the glob \`${glob.slice(0, 40)}…\`: it is longer than ${MAX_GLOB_LENGTH} characters.`;
  const plain = withoutEscapes(glob);
  const group = /[@!+*?]\(|\([^()]*\|[^()]*\)/.exec(plain);
  if (group) return `Write \`{a,b}\` in the glob \`${glob}\`: groups with parentheses are not read.`;
  const range = /\{([^{},]*)\.\.([^{},]*)\}/.exec(plain);
  if (range && (range[1]?.length !== 1 || range[2]?.length !== 1))
    return `Write the values of \`${range[0]}\` one by one, as \`{a,b}\`: only ranges of single characters are read.`;
  return undefined;
}

/**
 * Compiles a glob. The time that a test takes grows with the length of the text times that of the glob, never faster:
 * globs come from repositories that nobody trusts.
 *
 * @param crossesSlash whether `*` and `?` also match `/`
 * @returns undefined when the glob cannot be read
 */
export function compileGlob(glob: string, crossesSlash = false): ((text: string) => boolean) | undefined {
  if (glob === '' || globProblem(glob) !== undefined) return undefined;
  const inSegment = crossesSlash ? isAny : isInSegment;
  const { states, start, end } = automaton(new GlobReader(glob, inSegment).read());
  const mark = new Int32Array(states.length);
  let step = 0;
  const enter = (first: readonly number[], into: number[]): void => {
    const waiting = [...first];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (mark[at] === step) continue;
      mark[at] = step;
      const state = states[at];
      if (state && !state.accepts && at !== end) waiting.push(...state.next);
      else into.push(at);
    }
  };
  return (text) => {
    if (text === '') return false;
    if (text === glob) return true;
    step = 1;
    mark.fill(0);
    let current: number[] = [];
    enter([start], current);
    for (let index = 0; index < text.length && current.length > 0; index++) {
      const code = text.charCodeAt(index);
      const following: number[] = [];
      step++;
      for (const at of current) {
        const state = states[at];
        if (state?.accepts?.(code) === true) enter(state.next, following);
      }
      current = following;
    }
    return current.includes(end);
  };
}

/** The text with what a backslash or a bracket takes the meaning from replaced. */
function withoutEscapes(glob: string): string {
  return glob.replace(/\\./gs, '_').replace(/\[[^\]]+\]/g, (written) => '_'.repeat(written.length));
}

/** Reads the pieces of a glob. */
class GlobReader {
  private readonly glob: string;

  constructor(
    glob: string,
    private readonly inSegment: (code: number) => boolean,
  ) {
    // `**/**` says the same as `**`.
    this.glob = glob.replace(/(^|\/)\*\*(?:\/\*\*)+(?=\/|$)/g, '$1**');
  }

  read(): readonly Piece[] {
    return this.sequence(0, this.glob.length, true);
  }

  /** @param opensSegment whether what stands at `from` is the first of a path's segment */
  private sequence(from: number, to: number, opensSegment: boolean): readonly Piece[] {
    const { glob, inSegment } = this;
    const pieces: Piece[] = [];
    let isFirst = opensSegment;
    for (let at = from; at < to;) {
      const char = glob[at] ?? '';
      if (char === '*') {
        let after = at;
        while (after < to && glob[after] === '*') after++;
        const endsSegment = after === to || glob[after] === '/';
        if (after - at === 1 || !isFirst) {
          // A segment is never empty.
          if (isFirst && endsSegment) pieces.push({ type: 'one', accepts: inSegment });
          pieces.push({ type: 'many', accepts: inSegment });
          isFirst = false;
        } else if (after < to && glob[after] === '/') {
          const segments: readonly Piece[] = [{ type: 'many', accepts: isAny }, literal('/')];
          pieces.push({ type: 'choice', options: [segments, []] });
          after++;
        } else {
          pieces.push({ type: 'many', accepts: isAny });
          isFirst = false;
        }
        at = after;
        continue;
      }
      if (at > from && at + 3 === to && glob.startsWith('/**', at) && glob[at - 1] !== '*') {
        // `a/**` is also `a` itself; `*/**` is only what lies in directories.
        pieces.push({ type: 'choice', options: [[literal('/'), { type: 'many', accepts: isAny }], []] });
        at = to;
        continue;
      }
      const end = this.special(at, to, isFirst, pieces);
      if (end === undefined) {
        const isEscape = char === '\\' && at + 1 < to;
        pieces.push(literal(isEscape ? (glob[at + 1] ?? '') : char));
        at += isEscape ? 2 : 1;
      } else at = end;
      isFirst = char === '/';
    }
    return pieces;
  }

  /** Reads `?`, `[…]` or `{…}`. @returns where it ends; undefined when the character means itself */
  private special(at: number, to: number, isFirst: boolean, pieces: Piece[]): number | undefined {
    const { glob, inSegment } = this;
    switch (glob[at]) {
      case '?':
        pieces.push({ type: 'one', accepts: inSegment });
        return at + 1;
      case '[': {
        const close = glob.indexOf(']', at + (/[!^]/.test(glob[at + 1] ?? '') ? 3 : 2));
        if (close < 0 || close >= to) return undefined;
        const written = glob.slice(at, close + 1);
        const isMember = classTest(written.slice(1, -1));
        const accepts = (code: number): boolean => isMember(code) && inSegment(code);
        // Directories are called `[id]` too.
        pieces.push({ type: 'choice', options: [[{ type: 'one', accepts }], [...written].map(literal)] });
        return close + 1;
      }
      case '{': {
        const parts = this.braces(at, to);
        if (!parts) return undefined;
        pieces.push({ type: 'choice', options: parts.options(isFirst) });
        return parts.end;
      }
      default:
        return undefined;
    }
  }

  /** Undefined when the brace is not closed or encloses one text only: then it means itself. */
  private braces(
    open: number,
    to: number,
  ): { readonly end: number; options(isFirst: boolean): readonly (readonly Piece[])[] } | undefined {
    const { glob } = this;
    const bounds = [open];
    let depth = 0;
    for (let at = open; at < to; at++) {
      const char = glob[at];
      if (char === '\\') at++;
      else if (char === '{') depth++;
      else if (char === ',' && depth === 1) bounds.push(at);
      else if (char === '}' && --depth === 0) {
        const range = /^(.)\.\.(.)$/s.exec(glob.slice(open + 1, at));
        if (range) {
          const accepts = classTest(`${range[1] ?? ''}-${range[2] ?? ''}`);
          return { end: at + 1, options: () => [[{ type: 'one', accepts }]] };
        }
        if (bounds.length === 1) return undefined;
        bounds.push(at);
        const texts = bounds.slice(1).map((bound, index) => [(bounds[index] ?? open) + 1, bound] as const);
        return {
          end: at + 1,
          options: (isFirst) => texts.map(([from, until]) => this.sequence(from, until, isFirst)),
        };
      }
    }
    return undefined;
  }
}

function literal(char: string): Piece {
  const own = char.charCodeAt(0);
  return { type: 'one', accepts: (code) => code === own };
}

/** Tests a character for what stands in brackets. */
function classTest(written: string): (code: number) => boolean {
  const isNegated = /^[!^]/.test(written);
  const chars = [...(isNegated ? written.slice(1) : written).replace(/\\(.)/gs, '$1')];
  const ranges: (readonly [number, number])[] = [];
  for (let at = 0; at < chars.length; at++) {
    const isRange = chars[at + 1] === '-' && at + 2 < chars.length;
    const low = chars[at]?.charCodeAt(0) ?? 0;
    ranges.push([low, isRange ? (chars[at + 2]?.charCodeAt(0) ?? low) : low]);
    if (isRange) at += 2;
  }
  return (code) => ranges.some(([low, high]) => low <= code && code <= high) !== isNegated;
}

/** A machine without a stack: it is in several states at once, and so never tries anything twice. */
function automaton(pieces: readonly Piece[]): {
  readonly states: readonly State[];
  readonly start: number;
  readonly end: number;
} {
  const states: State[] = [{ accepts: undefined, next: [] }];
  const add = (accepts: State['accepts'], next: readonly number[]): number => states.push({ accepts, next }) - 1;
  const build = (sequence: readonly Piece[], after: number): number =>
    sequence.reduceRight((next, piece) => {
      switch (piece.type) {
        case 'one':
          return add(piece.accepts, [next]);
        case 'many': {
          const fork: State = { accepts: undefined, next: [] };
          const start = states.push(fork) - 1;
          fork.next = [add(piece.accepts, [start]), next];
          return start;
        }
        case 'choice':
          return add(
            undefined,
            piece.options.map((option) => build(option, next)),
          );
      }
    }, after);
  return { states, start: build(pieces, 0), end: 0 };
}
