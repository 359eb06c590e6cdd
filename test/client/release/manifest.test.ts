import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DELIVERY_COMMANDS, RELEASES_VIEW, RUNS_VIEW } from '../../../client/src/release/command-table';

interface Entry {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly icon: string;
  readonly enablement?: string | undefined;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly Entry[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command: string; readonly when?: string | undefined }[]>
    >;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
  };
}

const root = new URL('../../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest;
const texts = JSON.parse(readFileSync(new URL('package.nls.json', root), 'utf8')) as Record<string, string>;
const { commands, menus, viewsWelcome } = manifest.contributes;

describe('the manifest of delivery', () => {
  it.each(Object.entries(DELIVERY_COMMANDS))('has %s as the table says', (id, { needs, readsOnly }) => {
    const entry = commands.find(({ command }) => command === id);
    expect(entry).toBeDefined();
    expect(entry?.category).toBe('%category%');
    expect(entry?.icon).toMatch(/^\$\([a-z-]+\)$/);
    expect(texts[entry?.title.slice(1, -1) ?? '']).toBeDefined();
    const enablement = entry?.enablement ?? '';
    // What runs something is not even offered in a workspace that nobody trusts.
    expect(enablement.includes('isWorkspaceTrusted'), enablement).toBe(!readsOnly);
    if (needs === 'folder') expect(enablement).toContain('!virtualWorkspace');
    else expect(enablement).toMatch(/immutableInfra\.(?:canDeliver|planWaits|hasOpenRun)/);
  });

  it('says something in every empty state of its views', () => {
    for (const view of [RELEASES_VIEW, RUNS_VIEW]) {
      const own = viewsWelcome.filter((welcome) => welcome.view === view);
      for (const state of ['isWorkspaceTrusted', 'immutableInfra.pipeline'])
        expect(
          own.some(({ when }) => when.includes(state)),
          `${view} ${state}`,
        ).toBe(true);
      for (const { contents } of own) expect(texts[contents.slice(1, -1)]).toBeDefined();
    }
  });

  it('links only to commands that there are', () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const [key, text] of Object.entries(texts)) {
      if (!key.startsWith('welcome.')) continue;
      for (const [, command] of text.matchAll(/\(command:(immutableInfra\.\w+)/g))
        expect(known.has(command ?? ''), key).toBe(true);
    }
  });

  it('offers a run in menus only where it can run', () => {
    for (const where of ['explorer/context', 'editor/title', 'editor/title/context']) {
      const own = (menus[where] ?? []).filter(({ command }) => command in DELIVERY_COMMANDS);
      expect(own.length, where).toBeGreaterThan(0);
      for (const { command, when = '' } of own) {
        expect(when).toContain('resourceScheme == file');
        if (!DELIVERY_COMMANDS[command as keyof typeof DELIVERY_COMMANDS].readsOnly)
          expect(when, command).toContain('isWorkspaceTrusted');
      }
    }
  });

  it('wakes up where there is a pipeline', () => {
    expect(manifest.activationEvents).toContain('workspaceContains:immutable.yaml');
  });
});
