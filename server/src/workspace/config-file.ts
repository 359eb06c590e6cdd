import { PRESETS, resolveConfig, type LintConfig, type RuleConfig } from '../core/config';
import { globTest } from '../core/config-globs';
import { didYouMeanText } from '../core/did-you-mean';
import type { Preset } from '../core/engine';
import { SEVERITIES } from '../core/finding';
import { FAMILIES, type OptionSchema, type RuleMeta } from '../core/rule';
import { SUPPRESSION_RULES } from '../core/suppression-rules';
import { LineIndex } from '../core/text';
import { parseJson } from '../lang/data/json';
import { environmentOf } from '../lang/environment';
import { asMap, asScalar, entry, type DataNode } from '../lang/data/tree';
import { parseYaml } from '../lang/data/yaml';
import type { LintRule } from '../model/facts';
import { directoryOf, joinPath } from '../core/paths';
import type { ProjectFiles } from '../model/project';
import { DataReader, kindOf, plainValue, type ConfigProblem } from './config-file-reader';
import { compileCustomRule, compileInlineRules, type PolicyTest } from './custom-rules';
import type { LoadedConfig } from './linter';

export type { ConfigProblem } from './config-file-reader';

/** What one `immutable.yaml` says, with what is wrong in it. */
export interface ParsedConfig {
  readonly config: LintConfig;
  readonly problems: readonly ConfigProblem[];
  /** Custom rules that stand in the file itself. */
  readonly inlineRules: readonly LintRule[];
}

const LINT_KEYS = ['extends', 'requireReason', 'environments', 'rules', 'overrides', 'images', 'ignore', 'customRules'];
const SEVERITY_OR_OFF = [...SEVERITIES, 'off'] as const;

/**
 * Reads the `lint` key of a configuration file. Wrong parts are named and left out; the rest applies.
 *
 * @param metas of all rules, to check ids and options; ids are not checked when there are none
 */
export function parseConfig(text: string, path: string, metas: readonly RuleMeta[] = []): ParsedConfig {
  const lines = new LineIndex(text);
  const reader = new DataReader(path, (offset) => lines.lineAt(offset), true);
  const file = path.endsWith('.json') ? parseJson(text) : parseYaml(text);
  for (const problem of file.documents.flatMap((document) => document.problems))
    reader.problem(problem.range, problem.message);
  const builder = new ConfigBuilder(reader, directoryOf(path), metas);
  const root = file.documents[0]?.root;
  const lint = entry(root, 'lint');
  if (root && !asMap(root) && asScalar(root)?.value !== null)
    reader.problem(root.range, `The file must be a map with a key \`lint\`, not ${kindOf(root)}.`);
  else if (root && !lint) {
    const misplaced = asMap(root)?.entries.find(({ key }) => LINT_KEYS.includes(key) && !isDelivery(root, key));
    if (misplaced) reader.problemBeyondSchema(misplaced.keyRange, `Put \`${misplaced.key}\` under the key \`lint\`.`);
  }
  const isEmpty = lint && asScalar(lint.value)?.value === null;
  const inline = lint && !isEmpty ? builder.read(lint.value, text, path) : undefined;
  return {
    config: builder.config,
    problems: [...reader.problems, ...(inline?.problems ?? [])],
    inlineRules: inline?.rules ?? [],
  };
}

/** Keys that only delivery has. */
const DELIVERY_KEYS = ['app', 'version', 'gates'];

/**
 * `images` and `environments` are keys of delivery too. There they hold a map for each name of the user's choice, and
 * here lists under few fixed names; while somebody writes, `app` may not stand there yet.
 */
function isDelivery(root: DataNode, key: string): boolean {
  if (key !== 'images' && key !== 'environments') return false;
  if (DELIVERY_KEYS.some((name) => entry(root, name))) return true;
  return asMap(entry(root, key)?.value)?.entries.some(({ value }) => asMap(value)) ?? false;
}

class ConfigBuilder {
  config: LintConfig;
  private readonly ids: readonly string[];
  private readonly byId: ReadonlyMap<string, RuleMeta>;

  constructor(
    private readonly reader: DataReader,
    directory: string,
    metas: readonly RuleMeta[],
  ) {
    this.config = emptyConfig(directory);
    const known = metas.length > 0 ? [...metas, ...SUPPRESSION_RULES] : [];
    this.byId = new Map(known.map((meta) => [meta.id, meta]));
    this.ids = [...this.byId.keys()];
  }

  /** Fills `config`; gives the custom rules that stand in the file. */
  read(lint: DataNode, text: string, path: string): ReturnType<typeof compileInlineRules> | undefined {
    const { reader } = this;
    const fields = reader.fields(lint, '`lint`', LINT_KEYS);
    const value = (key: string): DataNode | undefined => fields.get(key)?.value;
    const texts = (node: DataNode | undefined, what: string): readonly string[] =>
      node ? reader.texts(node, what) : [];
    const globs = (node: DataNode | undefined, what: string): readonly string[] =>
      node ? reader.globs(node, what) : [];

    const bases = texts(value('extends'), '`extends`');
    const isPreset = (base: string): base is Preset => PRESETS.some((preset) => preset === base);
    for (const base of bases) {
      if (isPreset(base) || /[./]/.test(base)) continue;
      const at = value('extends');
      if (at)
        reader.problemBeyondSchema(
          at.range,
          `\`${base}\` is no preset: use ${PRESETS.join(', ')} or a file such as ./shared.yaml.${didYouMeanText(base, PRESETS)}`,
        );
    }
    const reason = value('requireReason');
    const environments = value('environments');
    const kinds = environments && reader.fields(environments, '`environments`', ['production', 'dev', 'development']);
    const development = kinds?.get('development') ?? kinds?.get('dev');
    const images = value('images');
    const lists = images && reader.fields(images, '`images`', ['trustedImmutable', 'digestRequired']);
    const rules = value('rules');
    const overrides = value('overrides');
    const custom = value('customRules');
    const customItems = custom ? reader.items(custom, '`customRules`') : [];
    this.config = {
      ...this.config,
      preset: bases.findLast(isPreset),
      extends: bases.filter((base) => !isPreset(base) && /[./]/.test(base)),
      requireReason:
        reason &&
        (asScalar(reason)?.value === 'error' ? 'error' : reader.boolean(reason, '`requireReason` (or "error")')),
      production: globs(kinds?.get('production')?.value, '`production`'),
      development: globs(development?.value, '`dev`'),
      rules: rules ? this.rules(rules) : new Map(),
      overrides: overrides ? reader.items(overrides, '`overrides`').map((item) => this.override(item)) : [],
      trustedImmutable: globs(lists?.get('trustedImmutable')?.value, '`trustedImmutable`'),
      digestRequired: globs(lists?.get('digestRequired')?.value, '`digestRequired`'),
      ignore: globs(value('ignore'), '`ignore`'),
      customRules: customItems
        .filter((item) => !asMap(item))
        .flatMap((item) => reader.glob(item, 'Each item of `customRules`') ?? []),
    };
    const inline = customItems.filter((item) => asMap(item));
    return inline.length > 0 ? compileInlineRules(inline, text, path) : undefined;
  }

  private override(node: DataNode): LintConfig['overrides'][number] {
    const fields = this.reader.fields(node, 'An override', ['files', 'rules']);
    const files = fields.get('files');
    const rules = fields.get('rules');
    if (!files && asMap(node))
      this.reader.problem(node.range, 'An override needs `files`: the globs of the paths that it is for.');
    return {
      files: files ? this.reader.globs(files.value, '`files`') : [],
      rules: rules ? this.rules(rules.value) : new Map<string, RuleConfig>(),
    };
  }

  private rules(node: DataNode): ReadonlyMap<string, RuleConfig> {
    const found = new Map<string, RuleConfig>();
    for (const { key, keyRange, value } of this.reader.entries(node, '`rules`')) {
      if (!this.isKnown(key))
        this.reader.problem(keyRange, `There is no rule \`${key}\`.${didYouMeanText(key, this.ids)}`, 'warning');
      const config = this.rule(key, value);
      if (config) found.set(key, config);
    }
    return found;
  }

  private isKnown(id: string): boolean {
    if (this.ids.length === 0 || id.startsWith('custom/') || this.byId.has(id)) return true;
    return id.endsWith('/*') && ['suppression', ...FAMILIES].includes(id.slice(0, -2));
  }

  private rule(id: string, node: DataNode): RuleConfig | undefined {
    const what = `The severity of \`${id}\``;
    if (!asMap(node)) {
      const severity = this.reader.choice(node, what, SEVERITY_OR_OFF);
      return severity && { severity };
    }
    const fields = this.reader.fields(node, `\`${id}\``, ['severity', 'options', 'suppressible']);
    const severity = fields.get('severity');
    const options = fields.get('options');
    const suppressible = fields.get('suppressible');
    return {
      severity: severity && this.reader.choice(severity.value, what, SEVERITY_OR_OFF),
      options: options && this.options(id, options.value),
      suppressible: suppressible && this.reader.boolean(suppressible.value, '`suppressible`'),
    };
  }

  private options(id: string, node: DataNode): Readonly<Record<string, unknown>> {
    const schemas = this.byId.get(id)?.options;
    const found: Record<string, unknown> = {};
    for (const { key, keyRange, value } of this.reader.entries(node, `The options of \`${id}\``)) {
      const schema = schemas?.[key];
      const plain = plainValue(value);
      if (this.byId.has(id) && !schema) {
        this.reader.problem(
          keyRange,
          `\`${id}\` has no option \`${key}\`.${didYouMeanText(key, Object.keys(schemas ?? {}))}`,
          'warning',
        );
      } else if (schema && !fits(plain, schema)) {
        this.reader.problem(value.range, `Option \`${key}\` must be ${described(schema)}, not ${kindOf(value)}.`);
      } else found[key] = plain;
    }
    return found;
  }
}

function fits(value: unknown, schema: OptionSchema): boolean {
  if (schema.type === 'array')
    return Array.isArray(value) && value.every((item) => !schema.items || typeof item === 'string');
  if (schema.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const { additionalProperties } = schema;
    return Object.values(value).every(
      (item) =>
        !additionalProperties || (typeof item === 'string' && (additionalProperties.enum?.includes(item) ?? true)),
    );
  }
  if (schema.type === 'number')
    return typeof value === 'number' && value >= (schema.minimum ?? Number.NEGATIVE_INFINITY);
  return typeof value === schema.type;
}

function described(schema: OptionSchema): string {
  const names = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list of texts',
    object: 'a map of texts',
  };
  const allowed = schema.additionalProperties?.enum;
  return `${names[schema.type]}${schema.minimum === undefined ? '' : ` from ${schema.minimum}`}${allowed ? ` (${allowed.join(', ')})` : ''}`;
}

function emptyConfig(directory: string): LintConfig {
  return {
    directory,
    preset: undefined,
    extends: [],
    requireReason: undefined,
    production: [],
    development: [],
    rules: new Map(),
    overrides: [],
    trustedImmutable: [],
    digestRequired: [],
    ignore: [],
    customRules: [],
  };
}

/** A configuration that is ready for the linter. */
export interface WorkspaceConfig extends LoadedConfig {
  readonly problems: readonly ConfigProblem[];
  /** Tests of the policy files, for `immutable-infra test`. */
  readonly policyTests: readonly PolicyTest[];
  /** Files that are not linted at all. */
  isIgnored(path: string): boolean;
}

/** How many files may extend one another. */
const MAX_EXTENDS = 20;

/** Nothing configured: the recommended preset. */
export function defaultConfig(metas: readonly RuleMeta[] = []): WorkspaceConfig {
  return loadConfig([], metas);
}

/**
 * Puts configuration files together, reads what they extend and compiles their custom rules.
 *
 * @param files from the farthest to the nearest; usually just the nearest
 * @param metas of all built-in rules
 * @param host reads shared configurations and policy files; without it they are reported as missing
 */
export function loadConfig(
  files: readonly { readonly path: string; readonly text: string }[],
  metas: readonly RuleMeta[],
  host: ProjectFiles = { read: () => undefined, list: () => undefined },
): WorkspaceConfig {
  const layers: LintConfig[] = [];
  const problems: ConfigProblem[] = [];
  const customRules: LintRule[] = [];
  const policyTests: PolicyTest[] = [];
  const open = new Set<string>();

  const missing = (from: string, text: string, written: string, message: string): void => {
    const start = Math.max(0, text.indexOf(written));
    const line = new LineIndex(text).lineAt(start);
    problems.push({ path: from, range: { start, end: start + written.length }, line, message, severity: 'error' });
  };
  const add = (path: string, text: string): void => {
    open.add(path);
    const parsed = parseConfig(text, path, metas);
    problems.push(...parsed.problems);
    for (const base of parsed.config.extends) {
      const target = joinPath(parsed.config.directory, base);
      const isLoop = target !== undefined && open.has(target);
      const shared = target === undefined || isLoop || open.size > MAX_EXTENDS ? undefined : host.read(target);
      if (shared === undefined || target === undefined)
        missing(path, text, base, isLoop ? `\`${base}\` extends itself.` : `Cannot read \`${base}\`.`);
      else add(target, shared);
    }
    layers.push(parsed.config);
    customRules.push(...parsed.inlineRules);
    for (const glob of parsed.config.customRules) {
      const pattern = joinPath(parsed.config.directory, glob);
      const found = pattern === undefined ? [] : policyFiles(pattern, host);
      if (found.length === 0) missing(path, text, glob, `No policy file at \`${glob}\`.`);
      for (const policy of found) {
        const compiled = compileCustomRule(policy.text, policy.path);
        customRules.push(...compiled.rules);
        problems.push(...compiled.problems);
        policyTests.push(...compiled.tests);
      }
    }
    open.delete(path);
  };
  for (const file of files) add(file.path, file.text);

  const all = [...metas, ...SUPPRESSION_RULES, ...customRules.map((rule) => rule.meta)];
  const resolved = resolveConfig(layers, all, environmentOf);
  return {
    settings: resolved,
    environmentOf: (path) => resolved.environmentOf(path),
    isIgnored: (path) => resolved.isIgnored(path),
    customRules,
    suppression: {
      requireReason: resolved.requireReason,
      unsuppressible: (rule) => !resolved.isSuppressible(rule),
      ruleIds: all.map((meta) => meta.id),
      wasRun: (rule, path) => resolved.isOn(rule, path),
      severityOf: (rule, path) => resolved.rule(rule, path).severity,
    },
    problems,
    policyTests,
  };
}

/** The policy files that a path, a directory or a glob in one directory names. */
function policyFiles(pattern: string, host: ProjectFiles): { readonly path: string; readonly text: string }[] {
  const isGlob = /[*?{[]/.test(pattern);
  const isFile = !isGlob && /\.(ya?ml|json)$/.test(pattern);
  const directory = isGlob ? directoryOf(pattern) : pattern;
  const accepts = isGlob ? globTest([pattern]) : (path: string) => /\.ya?ml$/.test(path);
  const paths = isFile
    ? [pattern]
    : [...(host.list(directory) ?? [])]
        .sort()
        .map((name) => (directory === '' ? name : `${directory}/${name}`))
        .filter(accepts);
  return paths.flatMap((path) => {
    const text = host.read(path);
    return text === undefined ? [] : [{ path, text }];
  });
}
