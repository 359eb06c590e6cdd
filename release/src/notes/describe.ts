import { groupPaths, type PathGroup } from '../api/release-notes';
import type { StoredNotes } from './stored-notes';

/** More are counted, not listed. */
const MOST_COMMITS = 30;
const MOST_PATHS = 8;

const HEADINGS: Readonly<Record<PathGroup, string>> = {
  migrations: '! migrations of data',
  image: 'image',
  infrastructure: 'infrastructure',
  configuration: 'configuration',
  app: 'application',
};

/** Notes as lines for people. */
export function describeNotes({ kind, from, to, subject, commits, paths }: StoredNotes): readonly string[] {
  const name = (commit: string | null): string => (commit ?? '').slice(0, 9);
  switch (kind) {
    case 'first':
      return [`The first release: ${name(to)}${subject === null ? '' : ` ${subject}`}`];
    case 'same':
      return [`The commit stays the same: ${name(to)}${subject === null ? '' : ` ${subject}`}`];
    case 'unknown':
      return [
        `What lies between ${name(from)} and ${name(to)} cannot be told: git here does not have both, or neither comes before the other. Somebody may have force-pushed.`,
      ];
    case 'ahead':
    case 'back':
      break;
  }
  const count = commits.length === 1 ? '1 commit' : `${commits.length} commits`;
  const heading =
    kind === 'ahead'
      ? `${count} ${commits.length === 1 ? 'comes' : 'come'} with it, ${name(from)} to ${name(to)}:`
      : `${count} ${commits.length === 1 ? 'disappears' : 'disappear'}, ${name(from)} back to ${name(to)}:`;
  const sign = kind === 'ahead' ? '+' : '-';
  return [
    heading,
    ...commits
      .slice(0, MOST_COMMITS)
      .map((commit) => `  ${sign} ${name(commit.id)} ${commit.subject} (${commit.author})`),
    ...(commits.length > MOST_COMMITS ? [`  … and ${commits.length - MOST_COMMITS} more`] : []),
    ...pathLines(paths),
  ];
}

function pathLines(paths: readonly string[]): readonly string[] {
  const groups = groupPaths(paths);
  const order = Object.keys(HEADINGS) as PathGroup[];
  return order.flatMap((group) => {
    const own = groups.get(group) ?? [];
    if (own.length === 0) return [];
    const more = own.length > MOST_PATHS ? `, and ${own.length - MOST_PATHS} more` : '';
    return [`  ${HEADINGS[group]}: ${own.slice(0, MOST_PATHS).join(', ')}${more}`];
  });
}
