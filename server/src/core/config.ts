import type { LintSettings, Preset, RuleSetting } from './engine';
import { globTest, type PathTest } from './config-globs';
import type { Environment } from './environment';
import type { Severity } from './finding';
import type { RuleMeta } from './rule';

export const PRESETS: readonly Preset[] = ['recommended', 'strict', 'prototype'];

/** What a configuration file says about a rule or a family. */
export interface RuleConfig {
  readonly severity?: Severity | 'off' | undefined;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** `false`: no comment may silence it. */
  readonly suppressible?: boolean | undefined;
}

/** Rule ids and `family/*` in the order in which they are written. */
export type RuleConfigs = ReadonlyMap<string, RuleConfig>;

/** The `lint` key of one `immutable.yaml`, checked. Absent keys leave what another layer says. */
export interface LintConfig {
  /** Directory of the file, `''` for the root: globs are relative to it. */
  readonly directory: string;
  readonly preset?: Preset | undefined;
  /** Other configuration files, relative to this one. */
  readonly extends: readonly string[];
  readonly requireReason?: boolean | 'error' | undefined;
  readonly production: readonly string[];
  readonly development: readonly string[];
  readonly rules: RuleConfigs;
  readonly overrides: readonly { readonly files: readonly string[]; readonly rules: RuleConfigs }[];
  readonly trustedImmutable: readonly string[];
  readonly digestRequired: readonly string[];
  readonly ignore: readonly string[];
  /** Paths or globs of policy files, relative to this one. */
  readonly customRules: readonly string[];
}

/** What holds for a workspace once all layers are put together. */
export interface ResolvedConfig extends LintSettings {
  readonly requireReason: boolean | 'error';
  environmentOf(path: string): Environment;
  /** Files that are not linted at all. */
  isIgnored(path: string): boolean;
  isSuppressible(rule: string): boolean;
  /** Whether a rule runs on a file, by its preset and configuration. True for rules that nobody described. */
  isOn(rule: string, path: string): boolean;
}

/** The names under which `immutable.yaml` may stand in a directory, in order of preference. */
export const CONFIG_NAMES: readonly string[] = ['immutable.yaml', 'immutable.yml', 'immutable.json'];

/**
 * Where the configuration of a file may stand, nearest first.
 *
 * @param path of a file, relative to the workspace root
 */
export function configCandidates(path: string): string[] {
  const found: string[] = [];
  const steps = path.split('/').slice(0, -1);
  for (let depth = steps.length; depth >= 0; depth--) {
    const directory = steps.slice(0, depth).join('/');
    for (const name of CONFIG_NAMES) found.push(directory === '' ? name : `${directory}/${name}`);
  }
  return found;
}

/** One place that says something about rules: the `rules` of a layer, or one of its overrides. */
interface Statement {
  readonly applies: PathTest;
  readonly rules: RuleConfigs;
}

/**
 * Puts configuration layers together. A later layer wins over an earlier one; in a layer an override wins over `rules`,
 * and a rule's own id over `family/*`.
 *
 * @param layers from the farthest (a shared file, a preset) to the nearest
 * @param metas of all rules: a family's severity then changes only the rules that the preset turns on
 * @param byPath the environment of a file about which no layer says anything
 */
export function resolveConfig(
  layers: readonly LintConfig[],
  metas: readonly RuleMeta[] = [],
  byPath: (path: string) => Environment = () => 'production',
): ResolvedConfig {
  const preset = layers.findLast((layer) => layer.preset)?.preset ?? 'recommended';
  const statements: Statement[] = layers.flatMap((layer) => [
    { applies: () => true, rules: layer.rules },
    ...layer.overrides.map(({ files, rules }) => ({ applies: globTest(files, layer.directory), rules })),
  ]);
  const byId = new Map<string, RuleMeta>(metas.map((meta) => [meta.id, meta]));
  const ignored = layers.map((layer) => globTest(layer.ignore, layer.directory));
  const environments = layers.flatMap((layer) => [
    { environment: 'development' as const, test: globTest(layer.development, layer.directory) },
    { environment: 'production' as const, test: globTest(layer.production, layer.directory) },
  ]);
  const images = {
    trustedImmutable: layers.flatMap((layer) => layer.trustedImmutable),
    digestRequired: layers.flatMap((layer) => layer.digestRequired),
  };
  const cache = new Map<string, RuleSetting>();
  const dependsOnPath = layers.some((layer) => layer.overrides.length > 0);

  const onByPreset = (id: string): boolean => {
    const meta = byId.get(id);
    if (!meta || preset === 'strict') return true;
    return meta.recommended && (preset === 'recommended' || id.startsWith('mutable-reference/'));
  };
  const settle = (id: string, path: string): RuleSetting => {
    let severity: Severity | 'off' | undefined;
    let options: Record<string, unknown> = { ...images };
    const family = `${id.slice(0, id.indexOf('/'))}/*`;
    for (const { applies, rules } of statements) {
      const general = rules.get(family);
      const own = rules.get(id);
      if ((!general && !own) || !applies(path)) continue;
      if (general?.severity && (general.severity === 'off' || onByPreset(id))) severity = general.severity;
      severity = own?.severity ?? severity;
      options = { ...options, ...general?.options, ...own?.options };
    }
    return { severity, options };
  };
  const rule = (id: string, path: string): RuleSetting => {
    // Without overrides a setting is the same for every file: one look-up instead of one a file and rule.
    const key = dependsOnPath ? `${id}\u0000${path}` : id;
    let setting = cache.get(key);
    if (!setting) {
      if (cache.size > MAX_CACHED) cache.clear();
      setting = settle(id, path);
      cache.set(key, setting);
    }
    return setting;
  };

  return {
    preset,
    rule,
    uniform: !dependsOnPath,
    requireReason: layers.findLast((layer) => layer.requireReason !== undefined)?.requireReason ?? false,
    environmentOf: (path) => environments.findLast(({ test }) => test(path))?.environment ?? byPath(path),
    isIgnored: (path) => ignored.some((test) => test(path)),
    isSuppressible: (id) => {
      const said = statements.flatMap(({ rules }) => [rules.get(`${id.slice(0, id.indexOf('/'))}/*`), rules.get(id)]);
      return said.findLast((config) => config?.suppressible !== undefined)?.suppressible ?? true;
    },
    isOn: (id, path) => {
      const { severity } = rule(id, path);
      return severity === 'off' ? false : severity !== undefined || onByPreset(id);
    },
  };
}

/** Settings kept for pairs of rule and file. */
const MAX_CACHED = 20_000;
