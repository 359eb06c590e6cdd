import { PRESETS } from '../../../server/src/core/config';
import type { Arguments, OptionSpecs } from '../command-line';
import { checkRuleNames, namedConfig, parseSeverities, type RuleChoice } from '../configuration';
import { UsageError } from '../exit-codes';
import type { Io } from '../io';
import type { Note } from '../notes';
import type { ConfigProblem } from '../../../server/src/workspace/config-file';
import { parseBytes } from '../read-text';
import { DEFAULT_MAX_BYTES, KNOWN_METAS, type InternalErrorText, type SessionOptions } from '../session';
import { printable, styleFor } from '../terminal';
import type { Root } from '../workspace-root';

/** What `lint` and `fix` take alike. */
export const RULE_OPTIONS: OptionSpecs = {
  preset: { type: 'string', choices: PRESETS, help: 'Which rules are on (default: recommended, or as configured).' },
  only: { type: 'string', multiple: true, value: 'RULES', help: 'Run only these rules: ids or family/*, with commas.' },
  skip: { type: 'string', multiple: true, value: 'RULES', help: 'Leave these rules out.' },
  'severity-override': {
    type: 'string',
    multiple: true,
    value: 'RULE=SEVERITY',
    help: 'Another severity for a rule or family/*: error, warning, info, hint, off.',
  },
  config: {
    type: 'string',
    short: 'c',
    value: 'FILE',
    help: 'Use this configuration, not the nearest immutable.yaml (also IMMUTABLE_CONFIG).',
  },
  'max-file-size': { type: 'string', value: 'SIZE', help: 'Leave larger files out (default: 2MB).' },
  color: { type: 'string', choices: ['auto', 'always', 'never'], help: 'Colours (default: auto, honours NO_COLOR).' },
};

/**
 * The options of a session.
 *
 * @throws UsageError when one is wrong
 */
export function sessionOptions(args: Arguments, io: Io, root: Root): SessionOptions {
  const only = args.list('only');
  const skip = args.list('skip');
  const severities = parseSeverities(args.list('severity-override'));
  checkRuleNames(only, KNOWN_METAS, '--only');
  checkRuleNames(skip, KNOWN_METAS, '--skip');
  checkRuleNames(Object.keys(severities), KNOWN_METAS, '--severity-override');
  const size = args.text('max-file-size');
  const maxBytes = size === undefined ? DEFAULT_MAX_BYTES : parseBytes(size);
  if (maxBytes === undefined) throw new UsageError(`\`--max-file-size\` cannot be \`${size}\`: write 500k or 20MB.`);
  const choice: RuleChoice = {
    config: namedConfig(args.text('config'), io.env, io.cwd),
    preset: args.text('preset'),
    only,
    skip,
    severities,
  };
  return { root: root.directory, cwd: io.cwd, choice, maxBytes, now: Date.now() };
}

export interface Complaints {
  readonly notes: readonly Note[];
  readonly problems: readonly ConfigProblem[];
  readonly errors: readonly InternalErrorText[];
}

/** Prints what went wrong beside the findings, one line each, to standard error. */
export function printComplaints(complaints: Complaints, root: Root, io: Io, quiet: boolean, color: boolean): void {
  const style = styleFor(color);
  const lines: string[] = [];
  for (const { path, line, message, severity } of complaints.problems) {
    const word = severity === 'error' ? style.red('config error') : style.yellow('config warning');
    lines.push(`${word} ${printable(root.shown(path))}:${line + 1}: ${printable(message)}`);
  }
  for (const { path, message, level } of complaints.notes) {
    if (quiet && level === 'note') continue;
    const word = level === 'problem' ? style.red('error') : style.dim('note');
    lines.push(`${word} ${printable(root.shown(path) || '.')}: ${printable(message)}`);
  }
  for (const { path, rule, message, stack } of complaints.errors) {
    lines.push(
      `${style.red('internal error')} in ${rule} on ${printable(root.shown(path))}: ${printable(message)}. Please report it with the file; all other rules ran.`,
    );
    if (io.env['IMMUTABLE_DEBUG'] && stack !== undefined) lines.push(printable(stack));
  }
  if (lines.length > 0) io.stderr.write(`${lines.join('\n')}\n`);
}
