import { MappedText } from '../../core/mapped-text';
import type { Instruction } from '../../lang/dockerfile/ast';
import { namedValues } from '../../lang/dockerfile/named-values';
import { expandVariables, type VariableLookup } from './expand';

/** Set by BuildKit for each build, whatever default the file gives (Dockerfile reference, "Automatic platform ARGs"). */
const AUTOMATIC: ReadonlySet<string> = new Set([
  'TARGETPLATFORM',
  'TARGETOS',
  'TARGETARCH',
  'TARGETVARIANT',
  'BUILDPLATFORM',
  'BUILDOS',
  'BUILDARCH',
  'BUILDVARIANT',
  'TARGETSTAGE',
]);

/** Values that grow beyond this (`ENV A=$A$A`, again and again) count as unknown: code units, and pieces from elsewhere. */
const LONGEST = 8192;
const MOST_PIECES = 64;

interface Definition {
  /** Offset of the instruction. It holds for the instructions after it. */
  readonly start: number;
  readonly value: MappedText | undefined;
}

/** Variables of one stage, or the `ARG`s before the first `FROM`. */
export class Variables {
  private readonly env = new Map<string, Definition[]>();
  private readonly args = new Map<string, Definition[]>();

  /**
   * @param parent variables of the stage that this one is built from: its `ENV`s and `ARG`s are inherited
   * @param globals `ARG`s before the first `FROM`: an `ARG` without default takes its value from there
   */
  constructor(
    private readonly escape: '\\' | '`',
    private readonly parent: Variables | undefined,
    private readonly globals: Variables | undefined,
  ) {}

  /** Takes in an `ARG` or `ENV` (only `ARG` may stand before the first `FROM`); instructions must come in order. */
  define(instruction: Instruction): void {
    const { start } = instruction.range;
    if (instruction.keyword === 'ENV' && this.globals) {
      // All values of one `ENV` see the variables as they were before it.
      const lookup = this.before(start);
      for (const { name, value } of namedValues(instruction)) {
        add(this.env, name, { start, value: value && this.expanded(value, lookup) });
      }
    } else if (instruction.keyword === 'ARG') {
      for (const { name, value } of namedValues(instruction)) {
        add(this.args, name, { start, value: this.argument(name, value, instruction) });
      }
    }
  }

  /** The variables as the instruction that starts at `offset` sees them. */
  before(offset: number): VariableLookup {
    return (name) => this.find('env', name, offset) ?? this.find('args', name, offset) ?? this.automatic(name);
  }

  private automatic(name: string): MappedText | undefined {
    // Only a FROM sees them without declaring them.
    return this.globals === undefined && AUTOMATIC.has(name) ? MappedText.hole({ start: 0, end: 0 }) : undefined;
  }

  private find(kind: 'env' | 'args', name: string, offset: number): MappedText | undefined {
    const own = lastBefore(this[kind].get(name), offset);
    if (own) return own.value;
    for (let scope = this.parent; scope; scope = scope.parent) {
      const inherited = lastBefore(scope[kind].get(name), Infinity);
      if (inherited) return inherited.value;
    }
    return undefined;
  }

  private argument(name: string, value: MappedText | undefined, instruction: Instruction): MappedText | undefined {
    const { start } = instruction.range;
    if (AUTOMATIC.has(name)) return MappedText.hole(instruction.argument.sourceOf() ?? instruction.range);
    if (value === undefined) return this.globals?.find('args', name, Infinity);
    // The words of one `ARG` follow each other.
    return this.expanded(value, this.before(start + 1));
  }

  private expanded(value: MappedText, lookup: VariableLookup): MappedText {
    const expanded = expandVariables(value, lookup, this.escape);
    if (expanded.length <= LONGEST && expanded.segments.length <= MOST_PIECES) return expanded;
    return MappedText.hole(value.sourceOf() ?? { start: 0, end: 0 });
  }
}

function add(definitions: Map<string, Definition[]>, name: string, definition: Definition): void {
  const known = definitions.get(name);
  if (known) known.push(definition);
  else definitions.set(name, [definition]);
}

function lastBefore(definitions: readonly Definition[] | undefined, offset: number): Definition | undefined {
  if (!definitions) return undefined;
  let low = 0;
  let high = definitions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((definitions[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return definitions[low - 1];
}
