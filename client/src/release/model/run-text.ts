import type { Outcome, RunKind } from '../../../../release/src/run/journal-entry';
import { l10n } from '../l10n';
import { placeOf, type DrawableRun } from './run-steps';

/** What a run does and where, for titles: `Deploy to production`. */
export function titleOf(kind: RunKind, environment: string | null): string {
  const where = environment ?? '';
  switch (kind) {
    case 'bake':
      return l10n.t('Bake images');
    case 'deploy':
      return l10n.t('Deploy to {0}', where);
    case 'rollback':
      return l10n.t('Roll back {0}', where);
    case 'promote':
      return l10n.t('Promote to {0}', where);
    case 'retire':
      return l10n.t('Retire the old version of {0}', where);
    case 'adopt':
      return l10n.t('Adopt what runs in {0}', where);
  }
}

/** `3/10 · Checking health of green` */
export function progressText(run: DrawableRun, told: string): string {
  const place = placeOf(run);
  if (place && run.progress.state === 'AWAITING_APPROVAL')
    return l10n.t('{0}/{1} · {2}', place.number, place.of, l10n.t('the plan waits for your approval'));
  if (!place) return told;
  return told === '' ? `${place.number}/${place.of}` : l10n.t('{0}/{1} · {2}', place.number, place.of, told);
}

/** How a run ended or stands, in a word or two. */
export function endText(run: Pick<DrawableRun, 'status'> & { readonly outcome: Outcome | undefined }): string {
  if (run.status === 'running') return l10n.t('running');
  if (run.status === 'interrupted' || run.outcome === undefined) return l10n.t('interrupted');
  return outcomeText(run.outcome);
}

export function outcomeText(outcome: Outcome): string {
  switch (outcome) {
    case 'live':
      return l10n.t('live');
    case 'baked':
      return l10n.t('baked');
    case 'retired':
      return l10n.t('retired');
    case 'refused':
      return l10n.t('refused');
    case 'locked':
      return l10n.t('locked by somebody else');
    case 'failed':
      return l10n.t('failed');
    case 'partial':
      return l10n.t('partly applied');
    case 'cancelled':
      return l10n.t('cancelled');
    case 'rolled-back':
      return l10n.t('rolled back');
    case 'stuck':
      return l10n.t('stuck');
    case 'abandoned':
      return l10n.t('abandoned');
  }
}

/** `a minute ago`, from milliseconds. */
export function ageText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return l10n.t('just now');
  if (minutes < 60) return minutes === 1 ? l10n.t('a minute ago') : l10n.t('{0} minutes ago', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours === 1 ? l10n.t('an hour ago') : l10n.t('{0} hours ago', hours);
  return l10n.t('{0} days ago', Math.floor(hours / 24));
}

/** A digest, an id of a release or a reference of an image, as short as it can still be told from others. */
export function shortId(id: string): string {
  const digest = /sha256:([0-9a-f]{12})/.exec(id)?.[1];
  if (digest !== undefined) return digest;
  if (/^[0-9a-hjkmnp-tv-z]{26}$/i.test(id)) return id.slice(-8).toLowerCase();
  return id.length > 24 ? `${id.slice(0, 23)}…` : id;
}

/** `1 probe`, `6 probes` */
export function probesText(count: number): string {
  return count === 1 ? l10n.t('1 probe') : l10n.t('{0} probes', count);
}

/** A text that may have line breaks, for a line of a document. */
export function inLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** A text with its digests in short: `sha256:0123456789ab…`. A whole one fills a line of its own. */
export function withShortDigests(text: string): string {
  return text.replace(/\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}
