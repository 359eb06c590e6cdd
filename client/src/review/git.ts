import { extensions, l10n, workspace } from 'vscode';
import type { GitApi, GitExtension } from './git-api';

/** How long a window that was just opened may take to find its repositories. */
const DISCOVERY_MS = 10_000;

/** Git as the editor has it, or one sentence that says why there is none. */
export type FoundGit = { readonly git: GitApi } | { readonly problem: string };

/** Looks for the editor's Git extension, and waits until it knows the repositories of the workspace. */
export async function findGit(): Promise<FoundGit> {
  const extension = extensions.getExtension<GitExtension>('vscode.git');
  if (!extension) return { problem: whyNoGit() };
  const { enabled, getAPI } = await activated(extension);
  if (!enabled) return { problem: l10n.t('Git is turned off in the settings (git.enabled): nothing can be compared.') };
  let git: GitApi;
  try {
    git = getAPI(1);
  } catch {
    return { problem: l10n.t('Git was not found on this machine: nothing can be compared.') };
  }
  await initialized(git);
  if (git.repositories.length > 0) return { git };
  return { problem: l10n.t('This workspace is not in a Git repository: there is nothing to compare with.') };
}

async function activated(extension: {
  activate(): Thenable<GitExtension>;
}): Promise<{ readonly enabled: boolean; readonly getAPI: GitExtension['getAPI'] }> {
  const git = await extension.activate();
  return { enabled: git.enabled, getAPI: (version) => git.getAPI(version) };
}

function whyNoGit(): string {
  if (!workspace.isTrusted) {
    return l10n.t('The editor keeps Git off in a folder that is not trusted. Trust it to review its changes.');
  }
  if ((workspace.workspaceFolders ?? []).some(({ uri }) => uri.scheme !== 'file')) {
    return l10n.t('This workspace is not on a disk that Git can read. Review its changes in a diff editor instead.');
  }
  return l10n.t('The Git extension of the editor is disabled: nothing can be compared.');
}

async function initialized(git: GitApi): Promise<void> {
  if (git.state === 'initialized') return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      subscription.dispose();
      resolve();
    };
    const timer = setTimeout(done, DISCOVERY_MS);
    const subscription = git.onDidChangeState((state) => {
      if (state === 'initialized') done();
    });
  });
}
