import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CancellationToken, Uri } from 'vscode';
import { compareReview } from '../../client/src/review/compare';
import { collectChanges, defaultBranch } from '../../client/src/review/comparison';
import { findGit } from '../../client/src/review/git';
import type { GitApi, GitRepository } from '../../client/src/review/git-api';
import type { ServerLifecycle } from '../../client/src/server/lifecycle';

interface Editor {
  extension: unknown;
  isTrusted: boolean;
  folders: readonly { readonly uri: { readonly scheme: string } }[];
  readonly texts: Map<string, string>;
}

/** What the editor would say; each test sets what it needs. */
const editor = vi.hoisted((): Editor => ({
  extension: undefined,
  isTrusted: true,
  folders: [],
  texts: new Map(),
}));

vi.mock('vscode', () => ({
  extensions: { getExtension: () => editor.extension },
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_match, index: string) => String(values[Number(index)])),
  },
  Uri: { parse: (text: string) => ({ toString: () => text }) },
  workspace: {
    get isTrusted() {
      return editor.isTrusted;
    },
    get workspaceFolders() {
      return editor.folders;
    },
    textDocuments: [],
    fs: {
      readFile: (uri: { toString(): string }) => {
        const text = editor.texts.get(uri.toString());
        return text === undefined
          ? Promise.reject(new Error('no such file'))
          : Promise.resolve(new TextEncoder().encode(text));
      },
    },
  },
}));

const uri = (path: string, scheme = 'file'): Uri =>
  ({ scheme, path, toString: () => `${scheme}:${path}` }) as unknown as Uri;

const repository = (commits: readonly string[], more: Partial<GitRepository> = {}): GitRepository => ({
  rootUri: uri('/w'),
  state: { HEAD: undefined, remotes: [], workingTreeChanges: [] },
  status: () => Promise.resolve(),
  diffWith: () => Promise.resolve([]),
  diffIndexWithHEAD: () => Promise.resolve([]),
  getCommit: (ref) => (commits.includes(ref) ? Promise.resolve({ hash: `#${ref}` }) : Promise.reject(new Error(ref))),
  getMergeBase: (one, other) => Promise.resolve(`${one}...${other}`),
  getRefs: () => Promise.resolve([]),
  ...more,
});

const NOTHING = { dispose: () => undefined };

const api = (more: Partial<GitApi> = {}): GitApi => ({
  state: 'initialized',
  onDidChangeState: () => NOTHING,
  repositories: [repository([])],
  toGitUri: ({ path }, ref) => uri(`${path}@${ref}`, 'git'),
  getRepository: () => null,
  ...more,
});

const extension = (git: () => GitApi, enabled = true) => ({
  activate: () => Promise.resolve({ enabled, getAPI: git }),
});

beforeEach(() => {
  editor.extension = undefined;
  editor.isTrusted = true;
  editor.folders = [{ uri: { scheme: 'file' } }];
  editor.texts.clear();
});

describe('Git of the editor', () => {
  it('is taken when it knows a repository', async () => {
    const git = api();
    editor.extension = extension(() => git);
    expect(await findGit()).toEqual({ git });
  });

  it('says why there is none', async () => {
    const problem = async (): Promise<string> => {
      const found = await findGit();
      return 'problem' in found ? found.problem : 'none';
    };
    expect(await problem()).toMatch(/Git extension of the editor is disabled/);
    editor.folders = [{ uri: { scheme: 'vscode-vfs' } }];
    expect(await problem()).toMatch(/not on a disk that Git can read/);
    editor.isTrusted = false;
    expect(await problem()).toMatch(/not trusted/);
    editor.extension = extension(() => api(), false);
    expect(await problem()).toMatch(/git\.enabled/);
    editor.extension = extension(() => {
      throw new Error('Git model not found');
    });
    expect(await problem()).toMatch(/not found on this machine/);
    editor.extension = extension(() => api({ repositories: [] }));
    expect(await problem()).toMatch(/not in a Git repository/);
  });

  it('is waited for while a window opens', async () => {
    let initialized: (() => void) | undefined;
    const git = api({
      state: 'uninitialized',
      onDidChangeState: (listener) => {
        initialized = () => {
          listener('initialized');
        };
        return NOTHING;
      },
    });
    editor.extension = extension(() => git);
    const found = findGit();
    await vi.waitFor(() => expect(initialized).toBeDefined());
    initialized?.();
    expect(await found).toEqual({ git });
  });
});

describe('what is compared with', () => {
  it('is the default branch of the remote before the local one', async () => {
    const state = { HEAD: undefined, remotes: [{ name: 'fork' }, { name: 'origin' }], workingTreeChanges: [] };
    expect(await defaultBranch(repository(['main', 'origin/main', 'fork/main'], { state }))).toBe('origin/main');
    expect(await defaultBranch(repository(['master']))).toBe('master');
    expect(await defaultBranch(repository(['feature']))).toBeUndefined();
  });

  it('is the commit that a name means, and never an option of Git', async () => {
    const asked: string[] = [];
    const tagged = repository(['v1'], {
      diffWith: (ref) => {
        asked.push(ref);
        return Promise.resolve([]);
      },
    });
    expect(await collectChanges(api(), tagged, { ref: 'v1' })).toEqual({ title: 'Working tree ↔ v1', files: [] });
    expect(asked).toEqual(['#v1']);
    await expect(collectChanges(api(), tagged, { ref: '--output=x' })).rejects.toThrow('names no commit');
    await expect(collectChanges(api(), tagged, { ref: 'v2' })).rejects.toThrow('Git could not compare: v2');
    await expect(collectChanges(api(), tagged, 'upstream')).rejects.toThrow('no upstream');
    await expect(collectChanges(api(), tagged, 'mergeBase')).rejects.toThrow('No default branch');
    expect(asked).toEqual(['#v1']);
  });

  it('has the index as its new side when it is staged', async () => {
    const change = { uri: uri('/w/a.tf'), originalUri: uri('/w/a.tf'), status: 0 };
    const staged = repository([], { diffIndexWithHEAD: () => Promise.resolve([change]) });
    const { files } = await collectChanges(api(), staged, 'staged');
    expect(files.map(({ base, head }) => [base?.path, head?.path])).toEqual([['/w/a.tf@HEAD', '/w/a.tf@']]);
  });

  it('says what Git said', async () => {
    const broken = repository([], {
      diffWith: () =>
        Promise.reject(Object.assign(new Error('Failed'), { stderr: "fatal: bad revision 'HEAD'\nmore" })),
    });
    await expect(collectChanges(api(), broken, 'workingTree')).rejects.toThrow(
      "Git could not compare: fatal: bad revision 'HEAD'",
    );
  });
});

describe('comparing', () => {
  const file = (name: string) => ({ file: uri(name), base: uri(name, 'git'), head: uri(name) });
  const token = { isCancellationRequested: false } as CancellationToken;
  const server = (answered: (pairs: readonly { readonly file: string }[]) => readonly unknown[]) =>
    ({
      request: (_message: unknown, { pairs }: { readonly pairs: readonly { readonly file: string }[] }) =>
        Promise.resolve({ files: answered(pairs) }),
    }) as unknown as ServerLifecycle;

  it('asks once for all files, and leaves out what is not infrastructure or cannot be read', async () => {
    for (const name of ['file:/a.tf', 'git:/a.tf', 'file:/b.yaml']) editor.texts.set(name, name);
    const asked: (readonly unknown[])[] = [];
    const read = vi.fn();
    const compared = await compareReview(
      [file('/a.tf'), file('/b.yaml'), file('/gone.tf')],
      server((pairs) => {
        asked.push(pairs);
        return pairs.map((pair) => ({ file: pair.file, kind: pair.file.endsWith('.tf') ? 'terraform' : null }));
      }),
      token,
      read,
    );
    expect(asked).toHaveLength(1);
    expect(asked[0]).toEqual(
      expect.arrayContaining([
        {
          file: 'file:/a.tf',
          base: { uri: 'git:/a.tf', text: 'git:/a.tf' },
          head: { uri: 'file:/a.tf', text: 'file:/a.tf' },
        },
        { file: 'file:/b.yaml', base: null, head: { uri: 'file:/b.yaml', text: 'file:/b.yaml' } },
      ]),
    );
    expect(asked[0]).toHaveLength(2);
    expect(compared?.map(({ reviewed }) => reviewed.file.path)).toEqual(['/a.tf']);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('ends when it is cancelled, without asking the server', async () => {
    const cancelled = { isCancellationRequested: true } as CancellationToken;
    const asked = vi.fn(() => []);
    expect(await compareReview([file('/a.tf')], server(asked), cancelled, () => undefined)).toBeUndefined();
    expect(asked).not.toHaveBeenCalled();
  });
});
