import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogOutputChannel } from 'vscode';
import { InventoryView } from '../../client/src/inventory/inventory-view';
import { pinReferences } from '../../client/src/inventory/pin-images';
import type { ServerLifecycle } from '../../client/src/server/lifecycle';
import type { FileEdits, InventoryImage, InventoryReference } from '../../server/src/lsp/protocol';

interface Editor {
  texts: Record<string, { version: number; text: string }>;
  applied: unknown[];
  said: string[];
  contexts: Record<string, unknown>;
  files: string[];
  /** The user cancels when this many requests were answered. */
  cancelAfter: number;
  token: { isCancellationRequested: boolean };
}

/** What the editor would say; each test sets what it needs. */
const editor = vi.hoisted((): Editor => ({
  texts: {},
  applied: [],
  said: [],
  contexts: {},
  files: [],
  cancelAfter: Infinity,
  token: { isCancellationRequested: false },
}));

vi.mock('vscode', () => {
  class Range {
    readonly start: { line: number; character: number };
    readonly end: { line: number; character: number };
    constructor(line: number, character: number, endLine: number, endCharacter: number) {
      this.start = { line, character };
      this.end = { line: endLine, character: endCharacter };
    }
  }
  class WorkspaceEdit {
    readonly changes: unknown[] = [];
    set(uri: { toString(): string }, edits: unknown): void {
      this.changes.push([uri.toString(), edits]);
    }
  }
  class Empty {
    readonly kind = 'empty';
  }
  const say = (text: string): Promise<undefined> => Promise.resolve(void editor.said.push(text));
  return {
    Range,
    WorkspaceEdit,
    EventEmitter: class {
      event = (): void => undefined;
      fire = (): void => undefined;
      dispose = (): void => undefined;
    },
    ThemeIcon: Empty,
    ThemeColor: Empty,
    TreeItem: Empty,
    TreeItemCollapsibleState: {},
    ProgressLocation: {},
    TextEdit: { replace: (range: unknown, text: string) => [range, text] },
    Uri: { parse: (text: string) => ({ toString: () => text }) },
    l10n: {
      t: (text: string, ...values: unknown[]) =>
        text.replace(/\{(\d)\}/g, (_match, index: string) => String(values[Number(index)])),
    },
    commands: {
      executeCommand: (command: string, name: string, value: unknown) => {
        if (command === 'setContext') editor.contexts[name] = value;
        return Promise.resolve();
      },
    },
    window: {
      createTreeView: () => ({}),
      withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) =>
        work({ report: () => undefined }, editor.token),
      showInformationMessage: say,
      showWarningMessage: say,
    },
    workspace: {
      workspaceFolders: [{}],
      asRelativePath: (uri: { toString(): string }) => uri.toString(),
      getConfiguration: () => ({ get: () => true }),
      openTextDocument: (uri: { toString(): string }) => {
        const known = editor.texts[uri.toString()];
        if (!known) return Promise.reject(new Error('no such file'));
        const lineAt = (line: number): unknown => ({ text: known.text.split('\n')[line] });
        return Promise.resolve({ version: known.version, lineCount: known.text.split('\n').length, lineAt });
      },
      applyEdit: (edit: { changes: unknown[] }) => {
        editor.applied.push(...edit.changes);
        return Promise.resolve(true);
      },
    },
  };
});

vi.mock('../../client/src/find-files', () => ({
  findWorkspaceFiles: () => Promise.resolve(editor.files.map((file) => ({ toString: () => file }))),
}));

const log = { warn: () => undefined } as unknown as LogOutputChannel;
const URI = 'file:///w/Dockerfile';

const reference = (text: string, line = 0, more: Partial<InventoryReference> = {}): InventoryReference => ({
  uri: URI,
  range: { start: { line, character: 5 }, end: { line, character: 5 + text.length } },
  text,
  tag: text.split(':')[1] ?? null,
  tagClass: 'version',
  digest: null,
  environment: 'unknown',
  anchor: 'from',
  role: 'used',
  isWhole: true,
  ...more,
});

/** A server that answers every request by the function; what it was asked is kept. */
function serverWith(answer: (params: { readonly references: readonly unknown[]; uris: string[] }) => unknown): {
  readonly server: ServerLifecycle;
  readonly asked: { readonly references: readonly unknown[] }[];
} {
  const asked: { readonly references: readonly unknown[] }[] = [];
  const request = (_message: unknown, params: { references: unknown[]; uris: string[] }): Promise<unknown> => {
    asked.push(params);
    const answered = answer(params);
    if (asked.length >= editor.cancelAfter) editor.token.isCancellationRequested = true;
    return Promise.resolve(answered);
  };
  return { server: { request } as unknown as ServerLifecycle, asked };
}

beforeEach(() => {
  const fresh = { texts: {}, applied: [], said: [], contexts: {}, files: [], cancelAfter: Infinity };
  Object.assign(editor, fresh, { token: { isCancellationRequested: false } });
});

describe('pinning images', () => {
  const one = reference('nginx:1.27');
  const edits = (version: number | null): FileEdits[] => [
    { uri: URI, version, edits: [{ range: one.range, line: 'FROM nginx:1.27', newText: 'nginx:1.27@sha256:ab' }] },
  ];

  it('asks for what can be pinned, with the text that is expected there', async () => {
    const { server, asked } = serverWith(() => ({ edits: [], failed: [] }));
    const built = reference('acme/web:1', 1, { role: 'built' });
    const part = reference('acme/api:2.0', 2, { isWhole: false });
    await pinReferences(server, [one, built, part, reference('a:1', 3, { digest: 'sha256:ab' })], log);
    expect(asked).toEqual([{ references: [{ uri: URI, range: one.range, text: 'nginx:1.27' }] }]);
    await pinReferences(server, [built, part], log);
    expect(asked).toHaveLength(1);
  });

  it.each([
    [1, 1],
    [null, 7],
  ])('changes the version %s that the edits are for', async (version, now) => {
    editor.texts[URI] = { version: now, text: 'FROM nginx:1.27\n' };
    await pinReferences(serverWith(() => ({ edits: edits(version), failed: [] })).server, [one], log);
    expect(editor.applied).toMatchObject([[URI, [[one.range, 'nginx:1.27@sha256:ab']]]]);
  });

  it.each([
    ['was typed in since', 1, { version: 2, text: 'FROM nginx:1.27\n' }],
    ['is not as it was on the disk', null, { version: 1, text: 'FROM nginx:1.27.3\n' }],
    ['is shorter now', null, { version: 1, text: '' }],
    ['is gone', null, undefined],
  ])('changes nothing in a file that %s', async (_what, version, now) => {
    if (now) editor.texts[URI] = now;
    await pinReferences(serverWith(() => ({ edits: edits(version), failed: [] })).server, [one], log);
    expect(editor.applied).toEqual([]);
    expect(editor.said).toEqual(['A file changed meanwhile: nothing was pinned. Try again.']);
  });
});

describe('the inventory view', () => {
  const images = (...references: InventoryReference[]): { images: InventoryImage[] } => ({
    images: [{ repository: 'docker.io/library/nginx', references }],
  });

  it('keeps what it showed when a reading is cancelled', async () => {
    editor.files = Array.from({ length: 100 }, (_, index) => `file:///w/${index}`);
    editor.cancelAfter = 1;
    const partly = new InventoryView(serverWith(() => images(reference('nginx:1'))).server);
    await partly.refresh();
    expect([partly.getChildren(), editor.contexts]).toEqual([[], {}]);

    editor.token = { isCancellationRequested: false };
    editor.cancelAfter = Infinity;
    const view = new InventoryView(serverWith(() => images(reference('nginx:1'), reference('nginx:2', 1))).server);
    await view.refresh();
    expect(view.references()).toHaveLength(2);
    editor.token = { isCancellationRequested: true };
    await view.refresh();
    expect(view.references()).toHaveLength(2);
  });

  it('offers Pin All only when something can be pinned', async () => {
    editor.files = [URI];
    const offered = async (...references: InventoryReference[]): Promise<unknown> => {
      await new InventoryView(serverWith(() => images(...references)).server).refresh();
      return editor.contexts['immutableInfra.inventoryHasUnpinned'];
    };
    const built = reference('nginx:1', 0, { role: 'built' });
    const part = reference('nginx:1', 1, { isWhole: false });
    expect(await offered(built, part, reference('nginx:1', 2, { digest: 'sha256:ab' }))).toBe(false);
    expect(await offered(built, reference('nginx:1', 2))).toBe(true);
  });

  it.each<[Partial<InventoryReference>, boolean]>([
    [{}, true],
    [{ role: 'built' }, false],
    [{ isWhole: false }, false],
    [{ digest: 'sha256:ab' }, false],
  ])('offers Pin for a row with %j: %s', async (more, isOffered) => {
    editor.files = [URI];
    const view = new InventoryView(serverWith(() => images(reference('nginx:1', 0, more))).server);
    await view.refresh();
    const [repository] = view.getChildren();
    const [tag] = view.getChildren(repository);
    const [row] = view.getChildren(tag);
    const rows = [repository, tag, row].flatMap((node) => (node ? [view.getTreeItem(node).contextValue] : []));
    // As package.json has it.
    expect(rows.map((value) => /^(repository|tag|reference)$/.test(value ?? ''))).toEqual(
      [1, 2, 3].map(() => isOffered),
    );
    expect(rows.map((value) => value?.split('.')[0])).toEqual(['repository', 'tag', 'reference']);
  });
});
