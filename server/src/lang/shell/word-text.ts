import type { DoubleQuotedChild, ParameterExpansionPart, Word, WordPart } from 'unbash';
import { MappedText, MappedTextBuilder } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';

/** What a script knows about variables while it is read. */
export interface ScriptVariables {
  get(name: string): MappedText | undefined;
  /** The script itself has set it, maybe to something unknown. */
  isSet(name: string): boolean;
}

/** Where a part of a script was written, in the file that holds it. */
export function placeIn(source: MappedText, range: Range): Place {
  return source.sourceOf(range) ?? source.placeAt(range.start) ?? { start: 0, end: 0 };
}

/** A word without its quotes, known variables filled in and every other expansion replaced by one hole. */
export function wordText(word: Word, source: MappedText, variables: ScriptVariables): MappedText {
  return word.parts
    ? new PartsReader(source, variables).text(word.parts)
    : exact(source, word.value, word.pos, word.end);
}

class PartsReader {
  constructor(
    private readonly source: MappedText,
    private readonly variables: ScriptVariables,
  ) {}

  text(parts: readonly (WordPart | DoubleQuotedChild)[]): MappedText {
    const only = parts.length === 1 ? parts[0] : undefined;
    if (only) return this.part(only);
    const builder = new MappedTextBuilder();
    for (const part of parts) builder.append(this.part(part));
    return builder.build();
  }

  private part(part: WordPart | DoubleQuotedChild): MappedText {
    switch (part.type) {
      case 'Literal':
      case 'Glob':
        return exact(this.source, part.value, part.pos, part.end);
      case 'SingleQuoted':
        return exact(this.source, part.value, part.pos + 1, part.end - 1);
      case 'AnsiCQuoted':
        return MappedText.opaque(part.value, placeIn(this.source, { start: part.pos, end: part.end }));
      case 'DoubleQuoted':
      case 'LocaleString':
        return this.text(part.parts);
      case 'BraceExpansion':
      case 'ExtendedGlob':
        // Words of several words: the text itself, unless it is made of more than text.
        return /[$`"'\\]/.test(part.text) ? this.hole(part) : exact(this.source, part.text, part.pos, part.end);
      case 'SimpleExpansion':
        return this.variables.get(part.text.slice(1)) ?? this.hole(part);
      case 'ParameterExpansion':
        return this.expansion(part) ?? this.hole(part);
      default:
        return this.hole(part);
    }
  }

  private expansion(part: ParameterExpansionPart): MappedText | undefined {
    if (part.prefix !== undefined || part.index) return undefined;
    const known = this.variables.get(part.parameter);
    const { operation } = part;
    if (!operation) return known;
    if (operation.type !== 'Default' || !/^:?[-=]$/.test(operation.operator)) return undefined;
    if (known && (known.length > 0 || !operation.operator.startsWith(':'))) return known;
    // A variable that the script set to something unknown may well have a value.
    if (!known && this.variables.isSet(part.parameter)) return undefined;
    return wordText(operation.operand, this.source, this.variables);
  }

  private hole(part: WordPart | DoubleQuotedChild): MappedText {
    return MappedText.hole(placeIn(this.source, { start: part.pos, end: part.end }));
  }
}

/** Text that stands in the script, verbatim when no escape was removed from it. */
function exact(source: MappedText, value: string, start: number, end: number): MappedText {
  const slice = source.slice(start, end);
  return slice.text === value ? slice : MappedText.opaque(value, placeIn(source, { start, end }));
}
