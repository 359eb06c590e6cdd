import type { StoredRelease } from '../../../../release/src/ledger/releases';
import { l10n } from '../l10n';
import { ageText, shortId } from './run-text';

/** A release as a row shows it. */
export interface ReleaseRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly isLive: boolean;
  readonly health: string;
  /** Why nobody can go back to it; undefined when one can. */
  readonly unavailable: string | undefined;
  readonly details: readonly string[];
}

/** An environment as a row shows it. */
export interface EnvironmentRow {
  readonly name: string;
  readonly description: string;
  readonly tooltip: string;
  /** For `when` of menus: `environment.live`, with `.promotable`, `.rollback`, `.slots`. */
  readonly context: string;
  readonly releases: readonly ReleaseRow[];
}

export interface EnvironmentFacts {
  readonly name: string;
  readonly isProtected: boolean;
  readonly target: string;
  readonly promoteFrom: string | undefined;
  readonly hasSlots: boolean;
  /** Newest first. */
  readonly releases: readonly StoredRelease[];
  readonly live: StoredRelease | undefined;
  readonly whyNot: (release: StoredRelease) => string | undefined;
  readonly rollbackTo: StoredRelease | undefined;
  readonly lock: string | undefined;
  /** What is wrong with the ledger; undefined when nothing is. */
  readonly damage: string | undefined;
  /** What somebody found when health was asked last in this window. */
  readonly healthNow?: { readonly text: string; readonly age: number } | undefined;
  /** Drift that was found last in this window. */
  readonly drift?: string | undefined;
}

const SHOWN_RELEASES = 20;

/** Rows of one environment. */
export function environmentRow(facts: EnvironmentFacts, now: number): EnvironmentRow {
  const { live, releases } = facts;
  const rows = releases.slice(0, SHOWN_RELEASES).map((release) => releaseRow(release, facts, now));
  return {
    name: facts.name,
    description: descriptionOf(facts, now),
    tooltip: tooltipOf(facts),
    context: [
      'environment',
      ...(live ? ['live'] : []),
      ...(facts.promoteFrom === undefined ? [] : ['promotable']),
      ...(facts.rollbackTo ? ['rollback'] : []),
      ...(facts.hasSlots ? ['slots'] : []),
      ...(facts.lock === undefined ? [] : ['locked']),
    ].join('.'),
    releases: rows,
  };
}

function descriptionOf({ live, healthNow, drift, damage }: EnvironmentFacts, now: number): string {
  const parts = live
    ? [`${imagesText(live)} · ${ageText(now - Date.parse(live.t))}`]
    : [l10n.t('nothing was deployed yet')];
  if (live) parts.push(healthNow ? healthNow.text : healthText(live.health.verdict));
  if (drift !== undefined) parts.push(drift);
  if (damage !== undefined) parts.push(l10n.t('the ledger is damaged'));
  return parts.join(' · ');
}

function tooltipOf(facts: EnvironmentFacts): string {
  const { live, rollbackTo, lock } = facts;
  return [
    facts.isProtected ? l10n.t('{0}, protected', facts.name) : facts.name,
    facts.target,
    live
      ? l10n.t(
          'Live: release {0} since {1}, approved by {2}',
          shortId(live.id),
          live.t,
          live.approvedBy ?? l10n.t('nobody'),
        )
      : l10n.t('Nothing is live.'),
    ...(live?.slot ? [l10n.t('Slot: {0}', live.slot)] : []),
    ...(rollbackTo ? [l10n.t('Roll Back… goes to release {0}', shortId(rollbackTo.id))] : []),
    ...(lock === undefined ? [] : [l10n.t('Locked by {0}', lock)]),
    ...(facts.damage === undefined ? [] : [facts.damage]),
  ].join('\n');
}

function releaseRow(release: StoredRelease, facts: EnvironmentFacts, now: number): ReleaseRow {
  const isLive = release.seq === facts.live?.seq;
  const unavailable = isLive ? undefined : facts.whyNot(release);
  const commit = textOf(release.git['commit']);
  return {
    id: release.id,
    label: imagesText(release),
    description: [
      ...(isLive ? [l10n.t('live')] : []),
      kindText(release.kind),
      ageText(now - Date.parse(release.t)),
      healthText(release.health.verdict),
      ...(unavailable === undefined ? [] : [l10n.t('no way back: {0}', unavailable)]),
    ].join(' · '),
    isLive,
    health: release.health.verdict,
    unavailable,
    details: [
      l10n.t('Release: {0}', release.id),
      l10n.t('When: {0}', release.t),
      l10n.t('Approved by: {0}', release.approvedBy ?? l10n.t('nobody')),
      ...(commit === undefined ? [] : [l10n.t('Commit: {0}', commit.slice(0, 12))]),
      ...(release.slot === null ? [] : [l10n.t('Slot: {0}', release.slot)]),
      ...release.images.map(({ name, ref }) => `${name}: ${ref}`),
      ...(release.oneWay ? [l10n.t('It cannot be undone: it migrates data.')] : []),
    ],
  };
}

/** `web 1272ab…`, for each image. */
export function imagesText({ images }: Pick<StoredRelease, 'images'>): string {
  return images.map(({ name, id }) => `${name} ${shortId(id)}`).join(', ');
}

function kindText(kind: StoredRelease['kind']): string {
  switch (kind) {
    case 'deploy':
      return l10n.t('deployed');
    case 'rollback':
      return l10n.t('rolled back to');
    case 'promote':
      return l10n.t('promoted');
    case 'adopt':
      return l10n.t('adopted');
  }
}

/** What health checks proved, in words. */
export function healthText(verdict: StoredRelease['health']['verdict']): string {
  switch (verdict) {
    case 'confirmed':
      return l10n.t('healthy');
    case 'unconfirmed':
      return l10n.t('healthy, but another version answered');
    case 'unchecked':
      return l10n.t('healthy, version not checked');
    case 'unhealthy':
      return l10n.t('not healthy');
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
