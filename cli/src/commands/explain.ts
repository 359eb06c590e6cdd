import { didYouMeanText } from '../../../server/src/core/did-you-mean';
import type { RuleMeta } from '../../../server/src/core/rule';
import { shownRulePage } from '../../../server/src/core/rule-page';
import type { Arguments, Command } from '../command-line';
import { rulePage, ruleUrl } from '../docs-pages';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { KNOWN_METAS } from '../session';

export const explain: Command = {
  name: 'explain',
  summary: 'Show the page of a rule: why, bad, good, when not to.',
  usage: 'RULE',
  options: {},
  notes: ['RULE is an id, the part of it behind the slash, or what another linter calls it (`DL3007`).'],
  run: runExplain,
};

function runExplain({ positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [word, ...more] = positionals;
  if (word === undefined || more.length > 0) throw new UsageError('Name one rule: immutable-infra explain RULE');
  const metas = findRules(word, KNOWN_METAS);
  if (metas.length === 0) {
    const ids = KNOWN_METAS.map((meta) => meta.id);
    throw new UsageError(
      `There is no rule \`${word}\`.${didYouMeanText(word, ids)} \`immutable-infra rules\` lists all.`,
    );
  }
  io.stdout.write(metas.map(describe).join('\n---\n\n'));
  return Promise.resolve(EXIT.ok);
}

/** By id, else by name, else by what others call it. */
function findRules(word: string, metas: readonly RuleMeta[]): RuleMeta[] {
  const wanted = word.toLowerCase();
  const byId = metas.filter((meta) => meta.id === wanted);
  if (byId.length > 0) return byId;
  const byName = metas.filter((meta) => meta.id.endsWith(`/${wanted}`));
  if (byName.length > 0) return byName;
  return metas.filter((meta) => meta.peers.some((peer) => peer.toLowerCase().split(' ').includes(wanted)));
}

function describe(meta: RuleMeta): string {
  const text = rulePage(meta.id);
  const page = text === undefined ? `# ${meta.id}\n\n${meta.summary}.\n` : shownRulePage(text);
  const url = ruleUrl(meta);
  const facts = [
    `Severity: ${meta.severity}${meta.strictSeverity ? ` (${meta.strictSeverity} in the preset strict)` : ''}`,
    `On in: ${meta.recommended ? 'recommended, strict' : 'strict'}`,
    `Languages: ${meta.languages.join(', ')}`,
    `Fix: ${meta.fix ?? 'none'}`,
    ...(meta.peers.length > 0 ? [`Also known as: ${meta.peers.join(', ')}`] : []),
    ...Object.entries(meta.options ?? {}).map(
      ([name, option]) => `Option ${name}: ${option.description} Default: ${JSON.stringify(option.default)}`,
    ),
    ...(url === undefined ? [] : [`Page: ${url}`]),
  ];
  return `${page.trimEnd()}\n\n${facts.join('\n')}\n`;
}
