import { l10n, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import type { Against } from './comparison';
import { defaultBranch, upstreamOf } from './comparison';
import type { GitApi, GitRef, GitRepository } from './git-api';

interface AgainstItem extends QuickPickItem {
  readonly against?: Against | 'ask' | 'type' | undefined;
}

/** A repository that a person picks when the window has several. */
export async function pickRepository({ repositories }: GitApi): Promise<GitRepository | undefined> {
  if (repositories.length < 2) return repositories[0];
  const items = repositories.map((repository) => ({
    label: `$(repo) ${repository.rootUri.path.slice(repository.rootUri.path.lastIndexOf('/') + 1)}`,
    description: repository.rootUri.fsPath,
    repository,
  }));
  const title = l10n.t('Review Infrastructure Changes');
  return (await window.showQuickPick(items, { title, placeHolder: l10n.t('Pick a repository') }))?.repository;
}

/** What the changes are compared with. @returns undefined when nothing was picked */
export async function pickComparison(repository: GitRepository): Promise<Against | undefined> {
  const picked = await window.showQuickPick(comparisons(repository), {
    title: l10n.t('Review Infrastructure Changes'),
    placeHolder: l10n.t('Which changes?'),
    matchOnDescription: true,
  });
  return picked?.against === 'ask' ? pickRef(repository) : typed(picked?.against);
}

async function comparisons(repository: GitRepository): Promise<AgainstItem[]> {
  const branch = await defaultBranch(repository);
  const upstream = upstreamOf(repository);
  return [
    {
      label: `$(git-commit) ${l10n.t('Uncommitted Changes')}`,
      description: l10n.t('working tree against HEAD'),
      against: 'workingTree',
    },
    {
      label: `$(diff-added) ${l10n.t('Staged Changes')}`,
      description: l10n.t('index against HEAD'),
      against: 'staged',
    },
    ...(branch === undefined
      ? []
      : [
          {
            label: `$(git-pull-request) ${l10n.t('Changes of This Branch')}`,
            description: l10n.t('working tree against its merge base with {0}', branch),
            against: 'mergeBase' as const,
          },
        ]),
    ...(upstream === undefined
      ? []
      : [
          {
            label: `$(cloud-upload) ${l10n.t('Unpushed Changes')}`,
            description: l10n.t('working tree against {0}', upstream),
            against: 'upstream' as const,
          },
        ]),
    { label: '', kind: QuickPickItemKind.Separator },
    { label: `$(git-branch) ${l10n.t('Another Branch, Tag or Commit…')}`, against: 'ask' },
  ];
}

async function pickRef(repository: GitRepository): Promise<Against | undefined> {
  const picked = await window.showQuickPick(refItems(repository), {
    title: l10n.t('Review Infrastructure Changes'),
    placeHolder: l10n.t('Compare the working tree with'),
  });
  if (picked?.against !== 'type') return typed(picked?.against);
  const ref = await window.showInputBox({
    title: l10n.t('Review Infrastructure Changes'),
    prompt: l10n.t('A commit, for example a1b2c3d or HEAD~2'),
    ignoreFocusOut: true,
  });
  return ref === undefined || ref.trim() === '' ? undefined : { ref: ref.trim() };
}

async function refItems(repository: GitRepository): Promise<AgainstItem[]> {
  const refs = await repository.getRefs({ sort: 'committerdate' });
  const named = refs.flatMap((ref): AgainstItem[] =>
    ref.name === undefined
      ? []
      : [
          {
            label: `${iconOf(ref)} ${ref.name}`,
            ...(ref.commit === undefined ? {} : { description: ref.commit.slice(0, 8) }),
            against: { ref: ref.name },
          },
        ],
  );
  return [{ label: `$(edit) ${l10n.t('Type a Commit…')}`, against: 'type' }, ...named];
}

function iconOf({ type }: GitRef): string {
  return type === 2 ? '$(tag)' : type === 1 ? '$(cloud)' : '$(git-branch)';
}

function typed(against: AgainstItem['against']): Against | undefined {
  return against === 'ask' || against === 'type' ? undefined : against;
}
