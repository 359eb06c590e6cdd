import { groupPaths, type Commit, type PathGroup, type ReleaseNotes } from '../../../../release/src/api/release-notes';
import type { StoredPlan } from '../../../../release/src/api/stored-plan';
import { differenceSection } from '../../../../release/src/plan/difference-markdown';
import { planDocument, type PlanDocument, type PlanSection } from '../../../../release/src/plan/markdown';
import { l10n } from '../l10n';
import { withShortDigests } from '../model/run-text';

/** How many paths of a group are named. */
const NAMED = 8;

/** The document of a stored plan: what the command line shows, below what is known around it. */
export function planPage(stored: StoredPlan, notes: ReleaseNotes | undefined): PlanDocument {
  const { prepared, run, step } = stored;
  const { shown } = prepared;
  const lines = [
    decisionLine(stored),
    ...targetLines(stored),
    ...imageLines(stored),
    ...commitLine(stored),
    l10n.t('Step {0} of {1} {2}, asked by {3}', step, run.spec.kind, `\`${run.run}\``, actorOf(stored)),
    ...(shown?.lines ?? []).map(withShortDigests),
  ];
  const heading = {
    environment: run.spec.environment ?? '',
    lines,
    sections: [...sinceSections(prepared), ...notesSections(notes)],
  };
  // What changes no resource has its own text only.
  if (!shown) return { text: belowTitle(prepared.document, lines), marks: [] };
  return planDocument(shown.plan, heading, prepared.violations);
}

/** A document with what is known around it, behind its title. */
function belowTitle(document: string, lines: readonly string[]): string {
  const list = lines.map((line) => `- ${line}`);
  const [title = '', ...rest] = document.split('\n');
  if (!title.startsWith('# ')) return [...list, '', document].join('\n');
  return [title, '', ...list, '', ...rest.slice(rest[0] === '' ? 1 : 0)].join('\n');
}

/** Whether somebody may decide on it now. */
export function isWaiting({ decision }: StoredPlan): boolean {
  return decision.kind === 'waiting';
}

function decisionLine({ decision }: StoredPlan): string {
  switch (decision.kind) {
    case 'waiting': {
      const until = decision.expires === undefined ? '' : ` ${l10n.t('until {0}', timeOf(decision.expires))}`;
      return `**${l10n.t('Waits for approval')}**${until}`;
    }
    case 'approved':
      return `**${l10n.t('Approved by {0}', nameOf(decision.by))}**`;
    case 'denied':
      return `**${l10n.t('Discarded by {0}', nameOf(decision.by))}**. ${l10n.t('Nothing was changed.')}`;
    case 'refused':
      return `**${l10n.t('Refused')}**. ${l10n.t('Nothing was changed.')}`;
    case 'lost':
      return `**${l10n.t('Not decided: its run ended')}**. ${l10n.t('A new run makes a new plan.')}`;
    case 'open':
      return l10n.t('Nobody is asked to approve it yet');
  }
}

function targetLines({ fingerprint }: StoredPlan): readonly string[] {
  const known = Object.entries(fingerprint).map(([name, value]) => `${name} \`${value}\``);
  return known.length === 0 ? [] : [l10n.t('Target: {0}', known.join(', '))];
}

function imageLines({ images, before }: StoredPlan): readonly string[] {
  return images.map((image) => {
    const old = before?.images.find(({ name }) => name === image.name);
    if (old?.id === image.id) return l10n.t('Image {0}: {1}, as before', image.name, shortId(image.id));
    const was = old === undefined ? l10n.t('none') : shortId(old.id);
    return l10n.t('Image {0}: {1} → {2}', image.name, was, shortId(image.id));
  });
}

function commitLine({ commits: { from, to, isDirty }, run }: StoredPlan): readonly string[] {
  // What ends brings no commit.
  if (to === null || run.spec.kind === 'retire') return [];
  const dirty = isDirty ? ` ${l10n.t('with changes that are not committed')}` : '';
  if (from === to && dirty === '') return [l10n.t('Commit: {0}, as before', `\`${to.slice(0, 9)}\``)];
  const was = from === null ? '' : `\`${from.slice(0, 9)}\` → `;
  return [l10n.t('Commit: {0}', `${was}\`${to.slice(0, 9)}\`${dirty}`)];
}

function sinceSections({ since }: StoredPlan['prepared']): readonly PlanSection[] {
  return since ? [differenceSection(since)] : [];
}

function notesSections(notes: ReleaseNotes | undefined): readonly PlanSection[] {
  if (notes === undefined || notes.kind === 'same') return [];
  if (notes.kind === 'unknown') {
    return [
      {
        title: l10n.t('Commits'),
        lines: [l10n.t('Git does not have both commits; they may have been replaced by a forced push.')],
      },
    ];
  }
  const { commits, paths } = notes;
  if (commits.length === 0) return [];
  const title =
    notes.kind === 'ahead'
      ? l10n.t('What comes ({0})', commits.length)
      : l10n.t('⚠ What disappears ({0})', commits.length);
  const groups = [...groupPaths(paths)].map(([group, names]) => {
    const shown = names.slice(0, NAMED).map((name) => `\`${name}\``);
    const more = names.length > NAMED ? `, ${l10n.t('and {0} more', names.length - NAMED)}` : '';
    return `- ${groupName(group)}: ${shown.join(', ')}${more}`;
  });
  return [
    { title, lines: commitLines(commits) },
    ...(groups.length === 0 ? [] : [{ title: l10n.t('Changed files'), lines: groups }]),
  ];
}

/** One line a commit, newest first. */
export function commitLines(commits: readonly Commit[]): readonly string[] {
  return commits.map(({ id, author, subject }) => `- \`${id.slice(0, 9)}\` ${escape(subject)}, ${escape(author)}`);
}

function groupName(group: PathGroup): string {
  const names: Readonly<Record<PathGroup, string>> = {
    migrations: l10n.t('⚠ Migrations of data'),
    image: l10n.t('Image'),
    infrastructure: l10n.t('Infrastructure'),
    configuration: l10n.t('Configuration'),
    app: l10n.t('Application'),
  };
  return names[group];
}

function actorOf({ run }: StoredPlan): string {
  const { actor } = run.spec;
  return nameOf(actor.git ?? actor.user);
}

/** Local time, without seconds. */
function timeOf(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** `sha256:0123456789ab…` */
export function shortId(id: string): string {
  return `\`${id.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, '$1…')}\``;
}

/** `Ana <ana@example.com>` is Ana. */
export function nameOf(identity: string): string {
  return escape(identity.replace(/ <[^>]*>$/, ''));
}

/** A subject of a commit is a text: no link, no HTML, no code. */
function escape(text: string): string {
  return text.replace(/[\\`[<]/g, '\\$&');
}
