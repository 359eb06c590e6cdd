import { CONFIG_NAMES } from '../core/config';
import { directoryOf } from '../core/paths';
import type { RuleMeta } from '../core/rule';
import type { LintRule } from '../model/facts';
import type { ProjectFiles } from '../model/project';
import { loadConfig, type ConfigProblem, type WorkspaceConfig } from '../workspace/config-file';
import type { Settings } from './protocol';

/** Name of the layer that the settings of the editor make. No file has it. */
export const SETTINGS_LAYER = 'settings.json';

/** The nearest configuration of a directory. */
export interface NearestConfig {
  /** `''` when there is none. */
  readonly path: string;
  readonly text: string;
}

const NONE: NearestConfig = { path: '', text: '' };

/** The configuration of every file of a folder: the nearest `immutable.yaml` upward over the settings. */
export class Configurations {
  private readonly nearest = new Map<string, NearestConfig>();
  private readonly loaded = new Map<string, WorkspaceConfig>();
  /** Files and directories that configurations were read from. */
  private readonly used = new Set<string>();

  constructor(
    private readonly files: ProjectFiles,
    private readonly metas: readonly RuleMeta[],
    private readonly isTrusted: () => boolean,
  ) {}

  /** @param settings of the resource; `settingsKey` is a text that changes when they do */
  for(path: string, settings: Settings, settingsKey: string): WorkspaceConfig {
    const source = this.nearestOf(directoryOf(path));
    const key = `${source.path}\u0000${settingsKey}`;
    let config = this.loaded.get(key);
    if (!config) {
      config = this.load(source, settings);
      this.loaded.set(key, config);
    }
    return config;
  }

  /** The file that holds for a directory. */
  nearestOf(directory: string): NearestConfig {
    let found = this.nearest.get(directory);
    if (!found) {
      found = this.search(directory);
      this.nearest.set(directory, found);
    }
    return found;
  }

  /** True when a file that was used is another one now, or has another text. Then everything must be read anew. */
  isStale(): boolean {
    return [...this.nearest].some(([directory, { path, text }]) => {
      const now = this.search(directory);
      return now.path !== path || now.text !== text;
    });
  }

  /** Whether a changed file may change a configuration: its own file, one that it extends, a policy file. */
  isUsed(path: string): boolean {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return CONFIG_NAMES.includes(name) || this.used.has(path) || this.used.has(directoryOf(path));
  }

  /** What is wrong in the configurations that were used so far. */
  problems(): readonly ConfigProblem[] {
    return [...this.loaded.values()].flatMap(({ problems }) => problems);
  }

  /** Custom rules of the configurations that were used so far. */
  customRules(): readonly LintRule[] {
    return [...this.loaded.values()].flatMap(({ customRules }) => customRules);
  }

  clear(): void {
    this.nearest.clear();
    this.loaded.clear();
    this.used.clear();
  }

  private search(directory: string): NearestConfig {
    for (let at = directory; ; at = directoryOf(at)) {
      const names = this.files.list(at);
      for (const name of CONFIG_NAMES) {
        if (!names?.includes(name)) continue;
        const path = at === '' ? name : `${at}/${name}`;
        const text = this.files.read(path);
        if (text !== undefined) return { path, text };
      }
      if (at === '') return NONE;
    }
  }

  private load(source: NearestConfig, settings: Settings): WorkspaceConfig {
    const lint = { extends: [settings.preset], rules: settings.rules, ignore: settings.exclude };
    const layers = [{ path: SETTINGS_LAYER, text: JSON.stringify({ lint }) }];
    if (source.path !== '') layers.push({ path: source.path, text: source.text });
    const noted: ProjectFiles = {
      read: (path) => {
        this.used.add(path);
        return this.files.read(path);
      },
      list: (directory) => {
        // The root is listed by nobody but a policy that names it; every file below would else be a policy.
        this.used.add(directory === '' ? '.' : directory);
        return this.files.list(directory);
      },
    };
    const config = loadConfig(layers, this.metas, noted);
    // A policy file of an untrusted workspace brings patterns and messages that nobody asked for.
    return this.isTrusted() ? config : { ...config, customRules: [] };
  }
}
