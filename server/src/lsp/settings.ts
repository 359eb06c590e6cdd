import { PRESETS } from '../core/config';
import { SEVERITIES, type Severity } from '../core/finding';
import { DEFAULT_SETTINGS, type ReviewShow, type Settings } from './protocol';

/** What was wrong in the settings, as sentences. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly problems: readonly string[];
}

const SHOWS: readonly ReviewShow[] = ['new', 'changed', 'all'];
const RUNS: readonly Settings['run'][] = ['onType', 'onSave'];
const LEVELS: readonly (Severity | 'off')[] = [...SEVERITIES, 'off'];

/** Takes what a client sent for the section `immutableInfra`; what has the wrong type is replaced by its default. */
export function checkSettings(given: unknown): CheckedSettings {
  const reader = new SettingsReader();
  const root = reader.section(given, '');
  const defaults = DEFAULT_SETTINGS;
  const review = reader.section(root['review'], 'review');
  const digests = reader.section(root['digests'], 'digests');
  const settings: Settings = {
    enable: reader.flag(root['enable'], 'enable', defaults.enable),
    run: reader.choice(root['run'], 'run', RUNS, defaults.run),
    preset: reader.choice(root['preset'], 'preset', PRESETS, defaults.preset),
    rules: reader.rules(root['rules']),
    exclude: reader.texts(root['exclude'], 'exclude'),
    review: { show: reader.choice(review['show'], 'review.show', SHOWS, defaults.review.show) },
    digests: {
      enable: reader.flag(digests['enable'], 'digests.enable', defaults.digests.enable),
      registries: reader.texts(digests['registries'], 'digests.registries'),
    },
  };
  return { settings, problems: reader.problems };
}

class SettingsReader {
  readonly problems: string[] = [];

  section(value: unknown, name: string): Readonly<Record<string, unknown>> {
    if (value === undefined || value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
    this.wrong(name, 'an object', value);
    return {};
  }

  flag(value: unknown, name: string, usual: boolean): boolean {
    if (typeof value === 'boolean') return value;
    if (value !== undefined && value !== null) this.wrong(name, 'true or false', value);
    return usual;
  }

  choice<Option extends string>(value: unknown, name: string, options: readonly Option[], usual: Option): Option {
    const found = options.find((option) => option === value);
    if (found !== undefined) return found;
    if (value !== undefined && value !== null) this.wrong(name, `one of ${options.join(', ')}`, value);
    return usual;
  }

  texts(value: unknown, name: string): readonly string[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    this.wrong(name, 'a list of texts', value);
    return [];
  }

  rules(value: unknown): Settings['rules'] {
    const found: Record<string, Severity | 'off'> = {};
    for (const [id, written] of Object.entries(this.section(value, 'rules'))) {
      const level = LEVELS.find((known) => known === written);
      if (level !== undefined) found[id] = level;
      else this.wrong(`rules["${id}"]`, `one of ${LEVELS.join(', ')}`, written);
    }
    return found;
  }

  private wrong(name: string, expected: string, value: unknown): void {
    const setting = name === '' ? 'immutableInfra' : `immutableInfra.${name}`;
    this.problems.push(
      `Setting \`${setting}\` must be ${expected}, not ${JSON.stringify(value).slice(0, 60)}: the default is used.`,
    );
  }
}
