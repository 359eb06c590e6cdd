import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CancellationToken } from 'vscode';
import { MAX_FILES, searchWorkspace } from '../../client/src/workspace-search';
import { learnFiles } from '../../server/src/lsp/protocol';

const editor = vi.hoisted(() => ({
  files: [] as string[],
  token: { isCancellationRequested: false },
  increments: [] as number[],
  messages: [] as string[],
  warnings: [] as string[],
}));

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_match, index: string) => String(values[Number(index)])),
  },
  ProgressLocation: { Notification: 15 },
  window: {
    withProgress: (
      _options: unknown,
      work: (
        progress: { report(value: { readonly increment?: number; readonly message?: string }): void },
        token: unknown,
      ) => Promise<unknown>,
    ) => {
      const report = ({ increment, message }: { readonly increment?: number; readonly message?: string }): void => {
        if (increment !== undefined) editor.increments.push(increment);
        if (message !== undefined && message !== editor.messages.at(-1)) editor.messages.push(message);
      };
      return work({ report }, editor.token);
    },
    showWarningMessage: (text: string) => Promise.resolve(void editor.warnings.push(text)),
  },
}));

vi.mock('../../client/src/find-files', () => ({
  findWorkspaceFiles: (limit: number) =>
    Promise.resolve(editor.files.slice(0, limit).map((file) => ({ toString: () => file }))),
}));

/** What was done with which files, in its order. */
let calls: { readonly what: string; readonly uris: readonly string[] }[];
const note = (what: string, uris: readonly string[]): void => void calls.push({ what, uris });

const server = {
  request: (request: unknown, { uris }: { readonly uris: readonly string[] }) => {
    note(request === learnFiles ? 'learn' : 'another request', uris);
    return Promise.resolve({ read: uris.length });
  },
} as unknown as Parameters<typeof searchWorkspace>[2];

const visit = (uris: readonly string[]): Promise<void> => Promise.resolve(note('visit', uris));

/** `count` files, in no order. */
function filesOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `file:///w/${String((index * 7) % count).padStart(5, '0')}.tf`);
}

const done = (what: string): readonly string[] =>
  calls.filter((call) => call.what === what).flatMap(({ uris }) => uris);

beforeEach(() => {
  calls = [];
  Object.assign(editor, { files: filesOf(100), increments: [], messages: [], warnings: [] });
  editor.token.isCancellationRequested = false;
});

describe('a search through the workspace', () => {
  it('learns from every file before it visits the first: what is found in one may depend on any other', async () => {
    expect(await searchWorkspace('Linting', visit, server)).toBe('done');
    const sorted = [...editor.files].sort();
    expect(done('learn')).toEqual(sorted);
    expect(done('visit')).toEqual(sorted);
    expect(calls.map(({ what, uris }) => `${what} ${uris.length}`)).toEqual([
      'learn 40',
      'learn 40',
      'learn 20',
      'visit 40',
      'visit 40',
      'visit 20',
    ]);
    expect(editor.increments.reduce((sum, one) => sum + one)).toBeCloseTo(100);
    expect(editor.messages).toEqual([
      'learning what the files say of each other',
      '0 of 100 files',
      '40 of 100 files',
      '80 of 100 files',
    ]);
  });

  it('passes through the files once where the visits are what is learned from', async () => {
    expect(await searchWorkspace('Reading', visit)).toBe('done');
    expect(new Set(calls.map(({ what }) => what))).toEqual(new Set(['visit']));
    expect(done('visit')).toHaveLength(100);
    expect(editor.increments.reduce((sum, one) => sum + one)).toBeCloseTo(100);
  });

  it('visits nothing when it is cancelled while it learns, and takes the request that failed then for no error', async () => {
    const stopping = {
      request: (_request: unknown, { uris }: { readonly uris: readonly string[] }) => {
        note('learn', uris);
        if (calls.length < 2) return Promise.resolve({ read: uris.length });
        editor.token.isCancellationRequested = true;
        return Promise.reject(new Error('Request was cancelled.'));
      },
    } as unknown as typeof server;
    expect(await searchWorkspace('Linting', visit, stopping)).toBe('cancelled');
    expect(calls.map(({ what }) => what)).toEqual(['learn', 'learn']);
  });

  it('stops between two batches', async () => {
    const stop = async (uris: readonly string[], token: CancellationToken): Promise<void> => {
      await visit(uris);
      editor.token.isCancellationRequested = true;
      expect(token.isCancellationRequested).toBe(true);
    };
    expect(await searchWorkspace('Linting', stop, server)).toBe('cancelled');
    expect(done('visit')).toHaveLength(40);
  });

  it('fails when the server does, which nobody asked for', async () => {
    const broken = { request: () => Promise.reject(new Error('The server is gone.')) } as unknown as typeof server;
    await expect(searchWorkspace('Linting', visit, broken)).rejects.toThrow('The server is gone.');
    expect(calls).toEqual([]);
  });

  it('learns and visits the same files where there are too many, and says so', async () => {
    editor.files = filesOf(MAX_FILES + 20);
    expect(await searchWorkspace('Linting', visit, server)).toBe('done');
    expect(done('visit')).toHaveLength(MAX_FILES);
    expect(done('learn')).toEqual(done('visit'));
    expect(editor.warnings).toEqual([
      'Only the first 5000 files were looked at. Use the command line for larger workspaces, or exclude folders.',
    ]);
  });

  it('says that there is nothing, and asks the server nothing', async () => {
    editor.files = [];
    expect(await searchWorkspace('Linting', visit, server)).toBe('empty');
    expect(calls).toEqual([]);
    expect(editor.warnings).toEqual([]);
  });
});
