import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CONFIG_NAMES } from '../../server/src/core/config';
import { directoryOf } from '../../server/src/core/paths';
import { didYouMeanText } from '../../server/src/core/did-you-mean';
import type { RuleSetting } from '../../server/src/core/engine';
import { SEVERITIES, type Severity } from '../../server/src/core/finding';
import type { RuleMeta } from '../../server/src/core/rule';
import { SUPPRESSION_RULES } from '../../server/src/core/suppression-rules';
import type { ProjectFiles } from '../../server/src/model/project';
import { loadConfig, type ConfigProblem, type WorkspaceConfig } from '../../server/src/workspace/config-file';
import { UsageError } from './exit-codes';
import { reasonOf } from './notes';
import type { Root } from './workspace-root';

/** What the command line says about rules. Plain data: it goes to the worker threads. */
export interface RuleChoice {
  /** A configuration file to use in place of the nearest one; absolute. */
  readonly config?: string | undefined;
  readonly preset?: string | undefined;
  /** Ids or `family/*`; none means all. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
}

export const NO_CHOICE: RuleChoice = { only: [], skip: [], severities: {} };

/** Name of the layer that the command line makes. No file has it. */
const COMMAND_LINE = 'command-line.json';

/**
 * Checks ids and patterns that were typed.
 *
 * @throws UsageError for one that names no rule
 */
export function checkRuleNames(names: readonly string[], metas: readonly RuleMeta[], option: string): void {
  const ids = [...metas, ...SUPPRESSION_RULES].map((meta) => meta.id);
  const families = new Set(ids.map((id) => `${id.slice(0, id.indexOf('/'))}/*`));
  for (const name of names) {
    if (name.startsWith('custom/') || families.has(name) || ids.some((id) => id === name)) continue;
    throw new UsageError(`\`${option}\`: there is no rule \`${name}\`.${didYouMeanText(name, [...ids, ...families])}`);
  }
}

/**
 * Reads `rule=severity` pairs.
 *
 * @throws UsageError when one is no such pair
 */
export function parseSeverities(pairs: readonly string[]): Record<string, Severity | 'off'> {
  const allowed = [...SEVERITIES, 'off'] as const;
  const found: Record<string, Severity | 'off'> = {};
  for (const pair of pairs) {
    const [rule = '', word = ''] = pair.split('=');
    const severity = allowed.find((known) => known === word);
    if (rule === '' || severity === undefined)
      throw new UsageError(
        `\`--severity-override\` cannot be \`${pair}\`: write rule=severity, with ${allowed.join(', ')}.`,
      );
    found[rule] = severity;
  }
  return found;
}

/** The configuration of every file: the nearest `immutable.yaml` upward, with the command line on top. */
export class Configurations {
  private readonly byDirectory = new Map<string, WorkspaceConfig>();
  private readonly byFile = new Map<string, WorkspaceConfig>();

  /** @param files reads inside the root; `--config` may name a file outside of it */
  constructor(
    private readonly root: Root,
    private readonly files: ProjectFiles,
    private readonly metas: readonly RuleMeta[],
    private readonly choice: RuleChoice,
  ) {}

  for(path: string): WorkspaceConfig {
    const directory = directoryOf(path);
    let config = this.byDirectory.get(directory);
    if (!config) {
      config = this.load(this.choice.config === undefined ? this.nearest(directory) : this.named(this.choice.config));
      this.byDirectory.set(directory, config);
    }
    return config;
  }

  /** What is wrong in the configurations that were used so far. */
  problems(): readonly ConfigProblem[] {
    return [...this.byFile.values()].flatMap((config) => config.problems);
  }

  private nearest(directory: string): ConfigSource {
    for (let at = directory; ; at = directoryOf(at)) {
      for (const name of CONFIG_NAMES) {
        const path = at === '' ? name : `${at}/${name}`;
        if (!this.files.list(at)?.includes(name)) continue;
        const text = this.files.read(path);
        if (text !== undefined) return { path, text, host: this.files };
      }
      if (at === '') return { path: '', text: '', host: this.files };
    }
  }

  private named(file: string): ConfigSource {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new UsageError(`Cannot read the configuration ${file}: ${reasonOf(error)}.`);
    }
    const path = this.root.inside(file);
    if (path !== undefined) return { path, text, host: this.files };
    // Globs of a file from elsewhere are relative to the root; what it extends stands beside it.
    const beside: ProjectFiles = {
      read: (other) => {
        try {
          return readFileSync(join(dirname(file), other), 'utf8');
        } catch {
          return undefined;
        }
      },
      list: (other) => this.files.list(other),
    };
    return { path: file.slice(dirname(file).length + 1), text, host: beside };
  }

  private load({ path, text, host }: ConfigSource): WorkspaceConfig {
    const known = this.byFile.get(path);
    if (known) return known;
    const layers = path === '' ? [] : [{ path, text }];
    const { preset, severities } = this.choice;
    if (preset !== undefined || Object.keys(severities).length > 0) {
      const lint = { ...(preset === undefined ? {} : { extends: [preset] }), rules: severities };
      layers.push({ path: COMMAND_LINE, text: JSON.stringify({ lint }) });
    }
    const config = chosen(loadConfig(layers, this.metas, host), this.choice, this.metas);
    this.byFile.set(path, config);
    return config;
  }
}

interface ConfigSource {
  readonly path: string;
  readonly text: string;
  readonly host: ProjectFiles;
}

/** Applies `--only` and `--skip`: what is named runs even when the preset leaves it out, the rest is off. */
function chosen(config: WorkspaceConfig, choice: RuleChoice, metas: readonly RuleMeta[]): WorkspaceConfig {
  const { only, skip } = choice;
  if (only.length === 0 && skip.length === 0) return config;
  const usual = new Map<string, Severity>(
    [...metas, ...SUPPRESSION_RULES, ...config.customRules.map((rule) => rule.meta)].map((meta) => [
      meta.id,
      meta.severity,
    ]),
  );
  const isOff = (id: string): boolean => matches(skip, id) || (only.length > 0 && !matches(only, id));
  const severityOf = (id: string, path: string): Severity | 'off' | undefined => {
    if (isOff(id)) return 'off';
    const { severity } = config.settings.rule(id, path);
    const isForced = only.includes(id) && (severity === 'off' || !config.suppression.wasRun?.(id, path));
    return isForced ? usual.get(id) : severity;
  };
  return {
    ...config,
    settings: {
      preset: config.settings.preset,
      rule: (id, path): RuleSetting => ({
        severity: severityOf(id, path),
        options: config.settings.rule(id, path).options,
      }),
    },
    suppression: {
      ...config.suppression,
      wasRun: (id, path) => !isOff(id) && (only.includes(id) || (config.suppression.wasRun?.(id, path) ?? true)),
      severityOf,
    },
  };
}

function matches(patterns: readonly string[], id: string): boolean {
  const family = `${id.slice(0, id.indexOf('/'))}/*`;
  return patterns.some((pattern) => pattern === id || pattern === family);
}

/** The file that `--config` or `IMMUTABLE_CONFIG` names, absolute. */
export function namedConfig(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): string | undefined {
  const named = given ?? env['IMMUTABLE_CONFIG'];
  return named === undefined || named === '' ? undefined : resolve(cwd, named);
}
