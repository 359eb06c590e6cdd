import { globTest } from '../core/config-globs';
import { SEVERITIES, type Fix, type Severity } from '../core/finding';
import { fillMessage, LANGUAGES, type Language, type RuleMeta } from '../core/rule';
import { LineIndex } from '../core/text';
import { asMap, entry, type DataNode } from '../lang/data/tree';
import { parseYaml } from '../lang/data/yaml';
import { defineRule, type LintRule } from '../model/facts';
import { DataReader, plainValue, type ConfigProblem } from './config-file-reader';
import { compileConditions, type Condition } from './custom-rules-conditions';
import { compileFix, type FixTemplate } from './custom-rules-fix';
import { compileMatch, type Match } from './custom-rules-match';
import type { Subject } from './custom-rules-subjects';

/** A test that stands beside the rules in a policy file: `immutable-infra test policies/` runs it. */
export interface PolicyTest {
  readonly name: string;
  /** The policy file. */
  readonly policy: string;
  /** Zero-based line of the test in the policy file. */
  readonly line: number;
  /** Path of the file to lint: it decides the language. */
  readonly file: string;
  readonly text: string;
  /** Lines, from 1, on which the rules of the policy file must find something; no others. */
  readonly findings: readonly number[];
  /** Ids of the rules under test. */
  readonly rules: readonly string[];
}

export interface CompiledPolicy {
  readonly rules: readonly LintRule[];
  readonly problems: readonly ConfigProblem[];
  readonly tests: readonly PolicyTest[];
}

const RULE_KEYS = ['id', 'severity', 'languages', 'files', 'message', 'docs', 'match', 'where', 'fix'];
const TEST_KEYS = ['name', 'file', 'text', 'findings'];

/**
 * Compiles a policy file: one rule, or `rules:` with several, and `tests:`. A rule that cannot be read is left out and
 * named in `problems` with its line; the others work.
 */
export function compileCustomRule(text: string, path: string): CompiledPolicy {
  const lines = new LineIndex(text);
  const reader = new DataReader(path, (offset) => lines.lineAt(offset));
  const rules: LintRule[] = [];
  const tests: PolicyTest[] = [];
  for (const document of parseYaml(text).documents) {
    for (const problem of document.problems) reader.problem(problem.range, problem.message);
    const { root } = document;
    if (!root || plainValue(root) === null) continue;
    const list = entry(root, 'rules');
    if (list) reader.fields(root, 'A policy file', ['rules', 'tests']);
    const nodes = list ? reader.items(list.value, '`rules`') : [root];
    const ids = new Set(rules.map((rule) => rule.meta.id));
    for (const node of nodes) {
      const rule = compileRule(node, reader, list ? RULE_KEYS : [...RULE_KEYS, 'tests']);
      if (rule && ids.has(rule.meta.id))
        reader.problem(node.range, `\`${rule.meta.id}\` is declared twice: rename one.`);
      else if (rule) {
        ids.add(rule.meta.id);
        rules.push(rule);
      }
    }
    const written = entry(root, 'tests');
    const own = [...ids];
    for (const item of written ? reader.items(written.value, '`tests`') : []) {
      const test = readTest(item, reader);
      if (test) tests.push({ ...test, policy: path, line: lines.lineAt(item.range.start), rules: own });
    }
  }
  return { rules, problems: reader.problems, tests };
}

/** Compiles rules that stand in `customRules` of a configuration file. */
export function compileInlineRules(nodes: readonly DataNode[], text: string, path: string): CompiledPolicy {
  const lines = new LineIndex(text);
  const reader = new DataReader(path, (offset) => lines.lineAt(offset));
  const rules = nodes.map((node) => compileRule(node, reader, RULE_KEYS)).filter((rule) => rule !== undefined);
  return { rules, problems: reader.problems, tests: [] };
}

function readTest(
  node: DataNode,
  reader: DataReader,
): Pick<PolicyTest, 'name' | 'file' | 'text' | 'findings'> | undefined {
  const fields = reader.fields(node, 'A test', TEST_KEYS);
  const read = (key: string): string | undefined => {
    const value = fields.get(key)?.value;
    if (value) return reader.text(value, `\`${key}\``);
    if (asMap(node)) reader.problem(node.range, `A test needs \`${key}\`.`);
    return undefined;
  };
  const [name, file, text] = [read('name'), read('file'), read('text')];
  const expected = fields.get('findings');
  const findings = expected ? reader.items(expected.value, '`findings`').map((item) => plainValue(item)) : [];
  if (!findings.every((line) => typeof line === 'number')) {
    reader.problem(node.range, '`findings` must list line numbers, from 1.');
    return undefined;
  }
  return name === undefined || file === undefined || text === undefined ? undefined : { name, file, text, findings };
}

interface RuleParts {
  readonly meta: RuleMeta<'found'>;
  readonly restricted: readonly Language[] | undefined;
  readonly appliesTo: (path: string) => boolean;
  readonly match: Match;
  readonly condition: Condition;
  readonly fix: FixTemplate | undefined;
}

function compileRule(node: DataNode, reader: DataReader, keys: readonly string[]): LintRule | undefined {
  const before = reader.problems.length;
  const fields = reader.fields(node, 'A rule', keys);
  if (!asMap(node)) return undefined;
  const need = (key: string): DataNode | undefined => {
    const value = fields.get(key)?.value;
    if (!value) reader.problem(node.range, `A rule needs \`${key}\`.`);
    return value;
  };
  const idNode = need('id');
  const id = idNode && reader.text(idNode, '`id`');
  const isId = (text: string): text is `custom/${string}` => /^custom\/[a-z0-9][a-z0-9-]*$/.test(text);
  if (idNode && id !== undefined && !isId(id)) {
    const name = id
      .slice(id.lastIndexOf('/') + 1)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-');
    reader.problem(
      idNode.range,
      `Ids of custom rules are \`custom/name\` in small letters and dashes: write \`custom/${name}\`.`,
    );
  }
  const messageNode = need('message');
  const message = messageNode && reader.text(messageNode, '`message`');
  const matchNode = need('match');
  const match = matchNode && compileMatch(matchNode, reader);
  const severityNode = fields.get('severity')?.value;
  const severity: Severity | undefined = severityNode
    ? reader.choice(severityNode, '`severity`', SEVERITIES)
    : 'warning';
  const languagesNode = fields.get('languages')?.value;
  const restricted = languagesNode && readLanguages(languagesNode, reader);
  const docs = fields.get('docs')?.value;
  const files = fields.get('files')?.value;
  const where = fields.get('where')?.value;
  const condition: Condition | undefined = where ? compileConditions(where, reader) : () => ({ holds: true });
  const fixNode = fields.get('fix')?.value;
  const fix = fixNode && compileFix(fixNode, reader);
  const failed = reader.problems.slice(before).some((problem) => problem.severity === 'error');
  if (failed || id === undefined || !isId(id) || message === undefined || !match || !severity || !condition)
    return undefined;
  const meta: RuleMeta<'found'> = {
    id,
    severity,
    languages: restricted ?? match.languages,
    fix: fix?.level,
    since: '0.1.0',
    recommended: true,
    summary: message.split(/(?<=[.!?])\s/)[0] ?? message,
    peers: [],
    docs: docs && reader.text(docs, '`docs`'),
    messages: { found: message },
  };
  return toRule({
    meta,
    restricted,
    appliesTo: files ? globTest(reader.globs(files, '`files`')) : () => true,
    match,
    condition,
    fix,
  });
}

function readLanguages(node: DataNode, reader: DataReader): readonly Language[] {
  const names = reader.texts(node, '`languages`');
  const known = LANGUAGES.filter((language) => names.includes(language));
  const wrong = names.find((name) => !LANGUAGES.some((language) => language === name));
  if (wrong !== undefined) reader.problem(node.range, `\`${wrong}\` is no language: use ${LANGUAGES.join(', ')}.`);
  return known;
}

function toRule({ meta, restricted, appliesTo, match, condition, fix }: RuleParts): LintRule {
  return defineRule({
    meta,
    create: (context) => {
      const { file } = context;
      if (!appliesTo(file.path) || (restricted && !restricted.some((language) => KINDS[language].includes(file.kind))))
        return {};
      return match.listen(file, (subject) => {
        const verdict = condition(subject.lookup);
        if (verdict.holds !== true) return;
        const data = { value: verdict.value ?? '', name: subject.name, path: verdict.path ?? '' };
        const made = fix && makeFix(fix, subject, data);
        context.report({
          at: verdict.at ?? subject.at,
          anchor: verdict.path === undefined ? subject.anchor : `${subject.anchor}/${verdict.path}`,
          message: 'found',
          data,
          fixes: made ? [made] : [],
        });
      });
    },
  });
}

/** The kinds of file that each language is written in. */
const KINDS: Readonly<Record<Language, readonly string[]>> = {
  dockerfile: ['dockerfile'],
  compose: ['compose'],
  kubernetes: ['kubernetes'],
  helm: ['helm-values', 'helm-chart', 'helm-template'],
  kustomize: ['kustomize'],
  terraform: ['terraform', 'terraform-json', 'terraform-vars'],
  packer: ['packer', 'packer-vars'],
  'packer-json': ['packer-json'],
  workflow: ['workflow', 'action'],
  'cloud-init': ['cloud-init'],
  shell: ['shell'],
};

function makeFix(fix: FixTemplate, subject: Subject, data: Readonly<Record<string, string>>): Fix | undefined {
  const edits = fix.edits(subject, (template) => fillMessage(template, data));
  return edits.length > 0 ? { level: fix.level, title: fillMessage(fix.title, data), edits } : undefined;
}
