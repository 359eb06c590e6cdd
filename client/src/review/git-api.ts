import type { CancellationToken, Uri } from 'vscode';

/**
 * What is used of the editor's own Git extension: `extensions.getExtension('vscode.git').exports`. It runs Git; this
 * extension starts no process. The names are those of its API, version 1.
 */
export interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

export interface GitApi {
  readonly state: 'uninitialized' | 'initialized';
  onDidChangeState(listener: (state: GitApi['state']) => unknown): { dispose(): unknown };
  readonly repositories: readonly GitRepository[];
  /** A version of a file. The ref `''` is the index. */
  toGitUri(uri: Uri, ref: string): Uri;
  getRepository(uri: Uri): GitRepository | null;
}

export interface GitRepository {
  readonly rootUri: Uri;
  readonly state: {
    readonly HEAD: GitHead | undefined;
    readonly remotes: readonly { readonly name: string }[];
    readonly workingTreeChanges: readonly GitChange[];
    /** Undefined in older editors, and empty unless `git.untrackedChanges` is `separate`. */
    readonly untrackedChanges?: readonly GitChange[] | undefined;
  };
  status(): Promise<void>;
  diffWith(ref: string): Promise<readonly GitChange[]>;
  diffIndexWithHEAD(): Promise<readonly GitChange[]>;
  getCommit(ref: string): Promise<{ readonly hash: string }>;
  getMergeBase(one: string, other: string): Promise<string | undefined>;
  getRefs(query: { readonly sort?: 'alphabetically' | 'committerdate' }, token?: CancellationToken): Promise<GitRef[]>;
}

export interface GitHead {
  readonly name?: string | undefined;
  readonly commit?: string | undefined;
  readonly upstream?: { readonly remote: string; readonly name: string } | undefined;
}

export interface GitRef {
  /** 0: a branch, 1: a branch of a remote, 2: a tag. */
  readonly type: number;
  readonly name?: string | undefined;
  readonly commit?: string | undefined;
}

export interface GitChange {
  readonly uri: Uri;
  readonly originalUri: Uri;
  readonly renameUri?: Uri | undefined;
  readonly status: number;
}

/** The values of `GitChange.status` that say which side does not exist, or has another name. */
export const STATUS = {
  added: new Set([1, 7, 9]),
  deleted: new Set([2, 6]),
  renamed: new Set([3, 4, 10]),
  untracked: 7,
} as const;
