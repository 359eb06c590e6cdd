import type { RuleMeta } from '../../../server/src/core/rule';
import type { Arguments, Command } from '../command-line';
import { ruleUrl } from '../docs-pages';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { KNOWN_METAS } from '../session';
import { VERSION } from '../version';

export const rules: Command = {
  name: 'rules',
  summary: 'List every rule.',
  usage: '[--json | --markdown]',
  options: {
    json: { type: 'boolean', help: 'All metadata, for programs.' },
    markdown: { type: 'boolean', help: 'A table.' },
  },
  run: runRules,
};

function runRules(args: Arguments, io: Io): Promise<ExitCode> {
  if (args.positionals.length > 0) throw new UsageError('`rules` takes no names: see immutable-infra explain RULE.');
  io.stdout.write(args.flag('json') ? asJson() : args.flag('markdown') ? asMarkdown() : asText());
  return Promise.resolve(EXIT.ok);
}

function asJson(): string {
  const entries = KNOWN_METAS.map((meta) => {
    const url = ruleUrl(meta);
    return { ...meta, family: familyOf(meta), ...(url === undefined ? {} : { url }) };
  });
  return `${JSON.stringify({ version: 1, tool: { name: 'immutable-infra', version: VERSION }, rules: entries }, null, 2)}\n`;
}

function asMarkdown(): string {
  const rows = KNOWN_METAS.map(
    (meta) =>
      `| ${meta.id} | ${meta.summary.replaceAll('|', '\\|')} | ${meta.severity} | ${meta.fix ?? '–'} | ${meta.recommended ? 'yes' : 'strict'} |`,
  );
  return `${['| Rule | What must be true | Severity | Fix | On |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

function asText(): string {
  const width = Math.max(...KNOWN_METAS.map((meta) => meta.id.length));
  const lines = KNOWN_METAS.map((meta) => {
    const on = meta.recommended ? '' : ' (strict only)';
    return `${meta.id.padEnd(width)}  ${meta.severity.padEnd(7)}  ${meta.summary}${on}`;
  });
  return `${lines.join('\n')}\n`;
}

function familyOf(meta: RuleMeta): string {
  return meta.id.slice(0, meta.id.indexOf('/'));
}
