import type { RunSpec } from '../../../release/src/run/spec';
import type { Arguments, OptionSpecs } from '../command-line';
import { UsageError } from '../exit-codes';
import { FILE_OPTION } from './workspace';

/** Options of every command that starts a run. */
export const RUN_OPTIONS: OptionSpecs = {
  file: FILE_OPTION,
  approve: {
    type: 'string',
    value: 'HASH|all',
    help: '`all`: approve any plan inside the guard, never of a protected environment. HASH: only the plan with this hash.',
  },
  confirm: { type: 'string', value: 'NAME', help: 'The name of the protected environment, typed.' },
  reason: { type: 'string', value: 'TEXT', help: 'Why something is overridden. The ledger keeps it.' },
  'allow-dirty': { type: 'boolean', help: 'Go on with changes that are not committed or pushed. Needs --reason.' },
  override: {
    type: 'string',
    multiple: true,
    value: 'RULE[=REASON]',
    help: 'Go on in spite of findings of a lint rule. Needs a reason of its own, or --reason.',
  },
  'accept-commands': {
    type: 'string',
    value: 'HASH',
    help: 'You have looked at the commands of immutable.yaml that somebody else wrote; they may run.',
  },
  wait: { type: 'boolean', help: 'Wait while somebody else acts on the environment, and then start.' },
  detach: { type: 'boolean', help: 'Start the run and leave it to itself.' },
  json: { type: 'boolean', help: 'One JSON object a line, for programs.' },
};

/** What the command line decides beforehand. @throws UsageError when an override has no reason */
export function decisionsOf(args: Arguments): Partial<RunSpec['decisions']> {
  const reason = args.text('reason');
  const overrides = args.list('override');
  const needsReason = args.flag('allow-dirty') || overrides.some((text) => !text.includes('='));
  if (needsReason && reason === undefined) {
    throw new UsageError('`--override` and `--allow-dirty` need `--reason TEXT`: the ledger keeps it.');
  }
  const approve = args.text('approve');
  return {
    approve: approve === undefined ? null : approve === 'all' ? '*' : approve,
    confirm: args.text('confirm') ?? null,
    allowDirty: args.flag('allow-dirty') ? (reason ?? null) : null,
    overrides: overrides.map((text) => {
      const [rule = '', ...own] = text.split('=');
      return { rule, reason: own.length > 0 ? own.join('=') : (reason ?? '') };
    }),
  };
}
