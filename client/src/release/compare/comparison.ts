import type { ReleaseNotes } from '../../../../release/src/api/release-notes';
import { canonicalJson } from '../../../../release/src/durable/canonical-json';
import type { StoredRelease } from '../../../../release/src/ledger/releases';
import { createHash } from 'node:crypto';
import { l10n } from '../l10n';
import { healthText } from '../model/release-rows';
import { inLine, shortId as releaseId } from '../model/run-text';
import { commitLines, nameOf, shortId } from '../plan-document/plan-page';

/** Two releases of one environment. */
export interface ComparedReleases {
  readonly environment: string;
  readonly left: StoredRelease;
  readonly right: StoredRelease;
}

/** Characters that fit beside a wide side bar. */
const NARROW = 64;

/** Two releases as a document: what differs stands first, then what is the same. */
export function comparisonMarkdown(
  { environment, left, right }: ComparedReleases,
  notes: ReleaseNotes | undefined,
): string {
  const rows = [
    row(l10n.t('Live since'), left, right, ({ t }) => `${t.slice(0, 16).replace('T', ' ')} UTC`),
    row(l10n.t('How'), left, right, howOf),
    row(l10n.t('By'), left, right, ({ actor }) => nameOf(textOf(actor['git']) ?? textOf(actor['user']) ?? '–')),
    row(l10n.t('Approved by'), left, right, ({ approvedBy }) => nameOf(approvedBy ?? '–')),
    row(l10n.t('Commit'), left, right, commitOf),
    ...imageNames(left, right).map((name) => row(l10n.t('Image {0}', name), left, right, (one) => imageOf(one, name))),
    row(l10n.t('Configuration'), left, right, configHash),
    row(l10n.t('Plan'), left, right, ({ plan }) => (plan === null ? '–' : shortId(plan))),
    row(l10n.t('Health'), left, right, ({ health }) => `${healthText(health.verdict)} (${health.samples})`),
    row(l10n.t('Slot'), left, right, ({ slot }) => slot ?? '–'),
    row(l10n.t('Can be undone'), left, right, ({ oneWay }) => (oneWay ? l10n.t('⚠ no') : l10n.t('yes'))),
    row(l10n.t('Overrides'), left, right, overridesOf),
  ];
  const differing = rows.filter(({ isSame }) => !isSame);
  const same = rows.filter(({ isSame }) => isSame);
  const parts = [
    `# ${l10n.t('Releases of {0}', environment)}: ${releaseId(left.id)} → ${releaseId(right.id)}`,
    [l10n.t('- before: release {0}', `\`${left.id}\``), l10n.t('- after: release {0}', `\`${right.id}\``)].join('\n'),
    ...section(l10n.t('What differs ({0} of {1})', differing.length, rows.length), differing.map(changedLine)),
    ...section(
      differing.length === 0 ? l10n.t('They do not differ') : l10n.t('What is the same'),
      same.map(({ name, values }) => `- ${name}: ${values[0]}`),
    ),
    ...commitSection(notes),
  ];
  return `${parts.join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')];
}

/** Beside each other where both are short; a line each otherwise, so that an editor of half a window shows them. */
function changedLine({ name, values: [before, after] }: Row): string {
  const line = `- ${name}: ${before} → ${after}`;
  return line.length <= NARROW ? line : `- ${name}:\n  ${before}\n  → ${after}`;
}

/** The configuration that a release recorded, for a diff; undefined when it kept none. */
export function configText({ config }: StoredRelease): string | undefined {
  return config === null ? undefined : `${JSON.stringify(JSON.parse(canonicalJson(config)), null, 2)}\n`;
}

interface Row {
  readonly name: string;
  readonly values: readonly [string, string];
  readonly isSame: boolean;
}

function row(name: string, left: StoredRelease, right: StoredRelease, of: (release: StoredRelease) => string): Row {
  const values: readonly [string, string] = [inLine(of(left)), inLine(of(right))];
  return { name, values, isSame: values[0] === values[1] };
}

function howOf({ kind, rollbackOf }: StoredRelease): string {
  return rollbackOf === null ? kind : l10n.t('{0} to {1}', kind, releaseId(rollbackOf));
}

function commitOf({ git }: StoredRelease): string {
  const commit = textOf(git['commit']);
  if (commit === undefined) return '–';
  return `\`${commit.slice(0, 9)}\`${git['dirty'] === true ? ` ${l10n.t('with changes that are not committed')}` : ''}`;
}

function imageNames(...releases: readonly StoredRelease[]): readonly string[] {
  return [...new Set(releases.flatMap(({ images }) => images.map(({ name }) => name)))];
}

function imageOf({ images }: StoredRelease, name: string): string {
  const image = images.find((one) => one.name === name);
  return image ? shortId(image.id) : '–';
}

function configHash({ config }: StoredRelease): string {
  if (config === null) return '–';
  return shortId(`sha256:${createHash('sha256').update(canonicalJson(config)).digest('hex')}`);
}

function overridesOf({ overrides }: StoredRelease): string {
  const list = overrides.map((one) => `${textOf(one['rule']) ?? '?'}: ${textOf(one['reason']) ?? ''}`);
  return list.length === 0 ? '–' : list.join('; ');
}

function commitSection(notes: ReleaseNotes | undefined): readonly string[] {
  if (notes === undefined || notes.kind === 'same') return [];
  if (notes.kind === 'unknown') {
    return [
      `## ${l10n.t('Commits')}`,
      l10n.t('Git does not have both commits; they may have been replaced by a forced push.'),
    ];
  }
  const title =
    notes.kind === 'ahead'
      ? l10n.t('Commits that came ({0})', notes.commits.length)
      : l10n.t('Commits that disappeared ({0})', notes.commits.length);
  return [`## ${title}`, commitLines(notes.commits).join('\n')];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
