import { HOLE, MappedText, MappedTextBuilder } from '../../core/mapped-text';
import { appendSame } from '../../lang/mapping';
import { isWithinLimit, removePrefix, removeSuffix, replacePattern } from './patterns';

/**
 * The value of a variable: undefined when it is not set (or a parameter without default), a text with a hole when it has a
 * value that is not known.
 */
export type VariableLookup = (name: string) => MappedText | undefined;

/** How deep `${a:-${b:-…}}` is followed. */
const DEPTH = 20;

/**
 * Replaces variables as Docker does in `FROM`, `ENV`, `COPY` … (Dockerfile reference, "Environment replacement"), and removes
 * quotes and escapes. Each part of the result maps to where it was written: the text's own literal, the default of an
 * `ARG`, the word in `${X:-word}`. A variable without value gives a hole, not the empty text that Docker would use: a
 * value may be given when the image is built.
 *
 * @param escape the file's escape character
 */
export function expandVariables(text: MappedText, lookup: VariableLookup, escape: '\\' | '`' = '\\'): MappedText {
  if (!/[$'"]/.test(text.text) && !text.text.includes(escape)) return text;
  return new Expander(text, lookup, escape).word(0, undefined, 0).text;
}

interface Read {
  readonly text: MappedText;
  readonly end: number;
}

class Expander {
  private readonly characters: string;

  constructor(
    private readonly source: MappedText,
    private readonly lookup: VariableLookup,
    private readonly escape: string,
  ) {
    this.characters = source.text;
  }

  /** Reads up to an unquoted character of `stop`, or to the end. */
  word(start: number, stop: string | undefined, depth: number): Read {
    const output = new Output();
    let at = start;
    let from = start;
    let quoted = false;
    const keep = (next: number): void => {
      output.run(this.source.slice(from, at));
      from = next;
    };
    while (at < this.characters.length) {
      const character = this.characters[at] ?? '';
      if (!quoted && stop?.includes(character)) break;
      if (character === this.escape) {
        const dropped = !quoted || '"$'.includes(this.characters[at + 1] ?? ' ') || this.follows(at, this.escape);
        if (dropped) keep(at + 1);
        at += 2;
      } else if (character === '"') {
        keep(at + 1);
        quoted = !quoted;
        at++;
      } else if (character === "'" && !quoted) {
        keep(at + 1);
        const end = this.characters.indexOf("'", at + 1);
        at = end < 0 ? this.characters.length : end;
        keep(at + 1);
        at++;
      } else if (character === '$') {
        const variable = this.variable(at, depth);
        if (!variable) at++;
        else {
          keep(variable.end);
          output.value(variable.text, this.source, at, variable.end);
          at = variable.end;
        }
      } else at++;
    }
    at = Math.min(at, this.characters.length);
    if (from < at) keep(at);
    return { text: output.build(), end: at };
  }

  private follows(at: number, character: string): boolean {
    return this.characters[at + 1] === character;
  }

  private variable(start: number, depth: number): Read | undefined {
    if (!this.follows(start, '{')) {
      const name = matchAt(/[A-Za-z_]\w*|[0-9@*#?$!-]/y, this.characters, start + 1);
      if (name === '') return undefined;
      const end = start + 1 + name.length;
      return { text: this.lookup(name) ?? this.hole(start, end), end };
    }
    const name = matchAt(/\w+/y, this.characters, start + 2);
    const after = start + 2 + name.length;
    if (name !== '' && this.characters[after] === '}') {
      return { text: this.lookup(name) ?? this.hole(start, after + 1), end: after + 1 };
    }
    const operator = matchAt(/:?[-+?]|##?|%%?|\/\/?/y, this.characters, after);
    if (name === '' || operator === '' || depth >= DEPTH) return this.unknown(start);
    return this.operation(start, this.lookup(name), operator, after + operator.length, depth);
  }

  private operation(
    start: number,
    value: MappedText | undefined,
    operator: string,
    at: number,
    depth: number,
  ): Read | undefined {
    const replaces = operator.startsWith('/');
    const first = this.word(at, replaces ? '/}' : '}', depth + 1);
    const second =
      replaces && this.characters[first.end] === '/' ? this.word(first.end + 1, '}', depth + 1) : undefined;
    const end = Math.min((second ?? first).end + 1, this.characters.length);
    return { text: this.apply(value, operator, first.text, second?.text) ?? this.hole(start, end), end };
  }

  private apply(
    value: MappedText | undefined,
    operator: string,
    operand: MappedText,
    replacement: MappedText | undefined,
  ): MappedText | undefined {
    const unknown = value !== undefined && !value.complete;
    const set = value !== undefined && (value.length > 0 || !operator.startsWith(':'));
    if (operator.endsWith('-')) return set ? value : operand;
    // A value with a hole may still be empty; one with more than the hole is not.
    if (operator.endsWith('+')) return unknown && value.text === HOLE ? undefined : set ? operand : operand.slice(0, 0);
    if (operator.endsWith('?')) return value;
    if (!value || unknown || !operand.complete || !isWithinLimit(value.text, operand.text)) return undefined;
    const twice = operator.length === 2;
    if (operator.startsWith('#')) return removePrefix(value, operand.text, twice);
    if (operator.startsWith('%')) return removeSuffix(value, operand.text, twice);
    return replacePattern(value, operand.text, replacement ?? operand.slice(0, 0), twice);
  }

  /** An expansion that Docker does not know either: everything up to the closing brace is a hole. */
  private unknown(start: number): Read {
    const close = this.characters.indexOf('}', start);
    const end = close < 0 ? this.characters.length : close + 1;
    return { text: this.hole(start, end), end };
  }

  private hole(start: number, end: number): MappedText {
    return MappedText.hole(this.source.slice(start, end).sourceOf() ?? { start: 0, end: 0 });
  }
}

/** Puts runs of the text itself and values from elsewhere together. */
class Output {
  private readonly builder = new MappedTextBuilder();
  private lastIsOwn = true;

  run(text: MappedText): void {
    if (text.length === 0) return;
    if (this.lastIsOwn) appendSame(this.builder, text);
    else this.builder.append(text);
    this.lastIsOwn = true;
  }

  value(value: MappedText, source: MappedText, start: number, end: number): void {
    if (value.length === 0) return;
    if (value.text === HOLE) this.run(MappedText.hole(source.slice(start, end).sourceOf() ?? { start: 0, end: 0 }));
    else {
      this.builder.append(value);
      this.lastIsOwn = false;
    }
  }

  build(): MappedText {
    return this.builder.build();
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
