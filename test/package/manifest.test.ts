import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, COMMANDS, SETTINGS_SECTION } from '../../server/src/lsp/protocol';

interface Setting {
  readonly default: unknown;
  readonly scope: string;
  readonly order: number;
  readonly markdownDescription: string;
}

interface Manifest {
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly configuration: readonly {
      readonly title: string;
      readonly properties: Readonly<Record<string, Setting>>;
    }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly media: { readonly markdown: string }; readonly completionEvents: string[] }[];
    }[];
    readonly yamlValidation: readonly { readonly url: string }[];
  };
}

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const text = read('package.json');
const manifest = JSON.parse(text) as Manifest;
const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;
const editorPage = read('docs/editor.md');
const settings = Object.assign({}, ...contributes.configuration.map(({ properties }) => properties)) as Record<
  string,
  Setting
>;

describe('the manifest', () => {
  it('has a text for every placeholder, and no text that nobody shows', () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    expect([...used].sort()).toEqual(Object.keys(texts).sort());
  });

  it('has the settings of the protocol with their defaults, one that only the client reads, and no others', () => {
    const expected = new Map<string, unknown>([[`${SETTINGS_SECTION}.codeLens.enable`, false]]);
    for (const [name, value] of Object.entries(DEFAULT_SETTINGS)) {
      if (name === 'review' || name === 'digests') {
        for (const [inner, usual] of Object.entries(value as object))
          expected.set(`${SETTINGS_SECTION}.${name}.${inner}`, usual);
      } else expected.set(`${SETTINGS_SECTION}.${name}`, value);
    }
    expect(Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting.default]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it('describes every setting, in order, for single folders', () => {
    for (const [name, setting] of Object.entries(settings)) {
      expect(setting.scope, name).toBe('resource');
      expect(setting.order, name).toBeGreaterThan(0);
      expect(setting.markdownDescription, name).toMatch(/^%.+%$/);
    }
  });

  it('has every command of the protocol, and no menu entry without a command', () => {
    const commands = new Set(contributes.commands.map(({ command }) => command));
    expect([...commands]).toEqual(expect.arrayContaining(Object.values(COMMANDS)));
    for (const entry of Object.values(contributes.menus).flat()) expect(commands).toContain(entry.command);
    for (const { category } of contributes.commands) expect(category).toBe('%category%');
  });

  it('welcomes in every view', () => {
    for (const { id } of Object.values(contributes.views).flat())
      expect(contributes.viewsWelcome.filter(({ view }) => view === id).length, id).toBeGreaterThan(1);
  });

  it('names only files that are there', () => {
    const files = [
      manifest.icon,
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
      ...contributes.yamlValidation.map(({ url }) => url),
    ];
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
  });

  it('ticks every step of the walkthrough by itself', () => {
    for (const step of contributes.walkthroughs.flatMap(({ steps }) => steps))
      expect(step.completionEvents.length).toBeGreaterThan(0);
  });

  it('is typed for the oldest editor that it supports', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });
});

describe('docs/editor.md', () => {
  it.each(Object.entries(settings))('names the setting %s with its default', (name, setting) => {
    const row = editorPage.split('\n').find((line) => line.startsWith(`| \`${name}\``));
    expect(row).toContain(`\`${JSON.stringify(setting.default)}\``);
  });
});
