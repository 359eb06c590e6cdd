import type { MappedText } from '../../core/mapped-text';
import type { Range } from '../../core/text';
import type { Flag, Heredoc, Instruction } from './ast';
import { skipSpaces, trimEnd } from './characters';
import { readExecForm } from './exec-form';
import { readFlags } from './flags';
import { splitWords } from './words';

/** An instruction's logical line taken apart, before its heredocs are known. */
export interface Head {
  readonly keyword: string;
  readonly keywordRange: Range;
  readonly flags: readonly Flag[];
  readonly argument: MappedText;
}

/** Splits a logical line into keyword, flags and argument. Undefined for a blank line. */
export function readHead(line: MappedText): Head | undefined {
  const { text } = line;
  const end = trimEnd(text, 0, text.length);
  const start = skipSpaces(text, 0, end);
  if (start >= end) return undefined;
  let keywordEnd = start;
  while (keywordEnd < end && !isSeparator(text.charCodeAt(keywordEnd))) keywordEnd++;
  const place = line.sourceOf({ start, end: keywordEnd }) ?? { start, end: keywordEnd };
  const { flags, end: flagsEnd } = readFlags(end === text.length ? line : line.slice(0, end), keywordEnd);
  const argumentStart = Math.min(skipSpaces(text, flagsEnd, end), end);
  return {
    keyword: text.slice(start, keywordEnd).toUpperCase(),
    keywordRange: { start: place.start, end: place.end },
    flags,
    argument: line.slice(argumentStart, end),
  };
}

/** What ends the keyword: no other white space does. */
function isSeparator(code: number): boolean {
  return code === 32 || code === 9 || code === 11 || code === 12 || code === 13;
}

/** An instruction; what only some readers need (words, exec form, the instruction inside) is read when first asked for. */
export class InstructionNode implements Instruction {
  readonly keyword: string;
  readonly keywordRange: Range;
  readonly flags: readonly Flag[];
  readonly argument: MappedText;
  private cachedWords: readonly MappedText[] | undefined;
  private cachedExecForm: { readonly items: readonly MappedText[] | undefined } | undefined;
  private cachedInner: { readonly instruction: Instruction | undefined } | undefined;

  constructor(
    head: Head,
    readonly range: Range,
    readonly heredocs: readonly Heredoc[],
    private readonly escape: '\\' | '`',
    private readonly nested = false,
  ) {
    this.keyword = head.keyword;
    this.keywordRange = head.keywordRange;
    this.flags = head.flags;
    this.argument = head.argument;
  }

  get words(): readonly MappedText[] {
    return (this.cachedWords ??= splitWords(this.keyword, this.argument, this.escape));
  }

  get execForm(): readonly MappedText[] | undefined {
    return (this.cachedExecForm ??= { items: readExecForm(this.keyword, this.argument) }).items;
  }

  get inner(): Instruction | undefined {
    return (this.cachedInner ??= { instruction: this.readInner() }).instruction;
  }

  private readInner(): Instruction | undefined {
    // `ONBUILD ONBUILD` is not allowed; stopping there also bounds the depth.
    if (this.keyword === 'ONBUILD') return this.nested ? undefined : this.innerFrom(readHead(this.argument));
    if (this.keyword !== 'HEALTHCHECK' || !/^cmd(?=\s|$)/i.test(this.argument.text)) return undefined;
    const keyword = this.argument.sourceOf({ start: 0, end: 3 });
    return this.innerFrom({
      keyword: 'CMD',
      keywordRange: { start: keyword?.start ?? this.range.start, end: keyword?.end ?? this.range.start },
      flags: [],
      argument: this.argument.slice(skipSpaces(this.argument.text, 3, this.argument.length)),
    });
  }

  private innerFrom(head: Head | undefined): Instruction | undefined {
    if (!head) return undefined;
    const range = { start: head.keywordRange.start, end: this.range.end };
    return new InstructionNode(head, range, this.heredocs, this.escape, true);
  }
}
