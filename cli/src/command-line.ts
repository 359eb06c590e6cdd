import { parseArgs } from 'node:util';
import { didYouMeanText } from '../../server/src/core/did-you-mean';
import { UsageError, type ExitCode } from './exit-codes';
import type { Io } from './io';

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly short?: string | undefined;
  readonly multiple?: boolean | undefined;
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The options as given, checked against their specification. */
export interface Arguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** Every value of an option that may be repeated or hold commas. */
  list(name: string): readonly string[];
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Behind `immutable-infra <name>`. */
  readonly usage: string;
  readonly options: OptionSpecs;
  /** Paragraphs below the options. */
  readonly notes?: readonly string[] | undefined;
  run(args: Arguments, io: Io): Promise<ExitCode>;
}

const HELP: OptionSpec = { type: 'boolean', short: 'h', help: 'Show this help.' };

/**
 * Parses the words behind a command.
 *
 * @throws UsageError for an unknown option (with the nearest known one), a missing or a wrong value
 */
export function parseCommandLine(words: readonly string[], specs: OptionSpecs): Arguments {
  const options: OptionSpecs = { ...specs, help: HELP };
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short }]) => [
        name,
        short === undefined ? { type } : { type, short },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = options[token.name];
    if (!spec) {
      const known = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(`Unknown option \`${token.rawName}\`.${didYouMeanText(token.rawName, known)}`);
    }
    const value = checkedValue(token.rawName, token.value, spec);
    const earlier = values.get(token.name) ?? [];
    values.set(token.name, spec.multiple ? [...earlier, value] : [value]);
  }
  return {
    positionals,
    flag: (name) => values.has(name),
    text: (name) => values.get(name)?.at(-1),
    list: (name) =>
      (values.get(name) ?? []).flatMap((value) =>
        value
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      ),
  };
}

function checkedValue(option: string, value: string | undefined, spec: OptionSpec): string {
  if (spec.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`\`${option}\` takes no value.`);
    return '';
  }
  if (value === undefined || value === '') {
    throw new UsageError(`\`${option}\` needs a value: ${spec.choices?.join(', ') ?? spec.value ?? 'a text'}.`);
  }
  if (spec.choices && !spec.choices.includes(value)) {
    throw new UsageError(
      `\`${option}\` cannot be \`${value}\`: use ${spec.choices.join(', ')}.${didYouMeanText(value, spec.choices)}`,
    );
  }
  return value;
}

/** The help text of one command. */
export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(([name, spec]) => {
    const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
    const value = spec.type === 'boolean' ? '' : ` ${spec.choices?.join('|') ?? spec.value ?? 'TEXT'}`;
    return [`${short}--${name}${value}`, spec.help] as const;
  });
  const lines = rows.flatMap(([left, help]) =>
    left.length > 30 ? [`  ${left}`, `  ${' '.repeat(32)}${help}`] : [`  ${left.padEnd(32)}${help}`],
  );
  const notes = (command.notes ?? []).map((note) => `\n${note}\n`);
  return `${command.summary}\n\nUsage: immutable-infra ${command.name} ${command.usage}\n\nOptions:\n${lines.join('\n')}\n${notes.join('')}`;
}
