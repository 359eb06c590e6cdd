import type { Outcome, RunKind } from '../../../../release/src/run/journal-entry';
import { l10n } from '../l10n';
import type { Notice } from '../ask/ask';
import { inEditorWords } from './editor-words';
import { readRefusal } from './refusal';
import { readRetireRefusal } from './retire-refusal';
import { titleOf } from './run-text';

/** What can be done when a run is over. */
export type NextAction =
  | 'rollBack'
  | 'endNew'
  | 'keep'
  | 'showEvidence'
  | 'showFindings'
  | 'override'
  | 'retry'
  | 'resume'
  | 'retireOld'
  | 'retireAllTheSame'
  | 'showLog'
  | 'takeOver'
  | 'showRunning';

/** How a run ended, for whoever asks what comes next. */
export interface EndedRun {
  readonly kind: RunKind;
  readonly environment: string | null;
  readonly outcome: Outcome | undefined;
  /** What the closing record says; undefined for a run that was interrupted. */
  readonly text: string | undefined;
  /** What went wrong before there was a journal. */
  readonly problem: string | undefined;
  /** The slot of a version that is not healthy and has no traffic, when it was kept. */
  readonly keptSlot: string | undefined;
  /** The new version was deployed and is not healthy. */
  readonly isUnhealthy: boolean;
  /** There is a release to go back to. */
  readonly canRollBack: boolean;
  /** The old version still runs in the other slot. */
  readonly hasOldVersion: boolean;
  /** The release that the run made, and what it runs: `web 1272ab34cd56`. */
  readonly made: { readonly id: string; readonly images: string } | undefined;
  readonly isProtected: boolean;
  readonly allowsOverride: boolean;
}

export interface EndNotice extends Omit<Notice, 'buttons'> {
  readonly actions: readonly NextAction[];
}

/** What is told at the end of a run, with what can be done then. */
export function endNotice(run: EndedRun): EndNotice {
  const notice = noticeOf(run);
  return { ...notice, text: inEditorWords(notice.text) };
}

function noticeOf(run: EndedRun): EndNotice {
  const title = titleOf(run.kind, run.environment);
  if (run.outcome === undefined) return interrupted(title, run);
  const text = run.text ?? '';
  switch (run.outcome) {
    case 'live':
    case 'baked':
    case 'retired':
      return {
        severity: 'information',
        text: goodText(run, firstLine(text)),
        // The first is the one that stands out. Nobody shall end the way back because it does.
        actions: run.outcome === 'live' && run.hasOldVersion ? ['showLog', 'retireOld'] : ['showLog'],
      };
    case 'rolled-back':
      return { severity: 'warning', text: `${title}: ${inOneLine(text)}`, actions: ['showEvidence', 'showLog'] };
    case 'refused':
      return refused(title, text, run);
    case 'locked':
      return { severity: 'warning', text: `${title}: ${text}`, actions: ['retry', 'takeOver'] };
    case 'cancelled':
      return { severity: 'information', text: l10n.t('{0} was cancelled. {1}', title, text), actions: ['showLog'] };
    case 'failed':
      return run.isUnhealthy
        ? unhealthy(title, text, run)
        : { severity: 'error', text: `${title}: ${inOneLine(text)}`, actions: ['showLog', 'retry'] };
    case 'partial':
      if (run.isUnhealthy) return unhealthyAndServing(title, text, run);
      return {
        severity: 'error',
        text: l10n.t('{0} was applied in part. Show Evidence tells what is done and what is missing.', title),
        actions: ['retry', ...(run.canRollBack ? (['rollBack'] as const) : []), 'showEvidence'],
      };
    case 'stuck':
      return {
        severity: 'error',
        text: l10n.t(
          '{0} is stuck: {1} Nothing else may change {2} before you have looked. Take Over Lock… ends that.',
          title,
          text,
          run.environment ?? '',
        ),
        actions: ['showEvidence', 'showRunning', 'takeOver'],
      };
    case 'abandoned':
      return { severity: 'information', text: `${title}: ${text}`, actions: ['showLog'] };
  }
}

function goodText(run: EndedRun, text: string): string {
  switch (run.outcome) {
    case 'baked':
      return l10n.t('Baked. {0}', text);
    case 'retired':
      return text;
    default:
      if (run.kind === 'rollback' && run.made)
        return l10n.t('{0} is back on {1}.', run.environment ?? '', run.made.images);
      return run.environment === null ? text : `${run.environment}: ${withImages(text, run.made)}`;
  }
}

/** What runs says more to a person than the id of a release. */
function withImages(text: string, made: EndedRun['made']): string {
  return made === undefined ? text : text.replaceAll(made.id, made.images);
}

function interrupted(title: string, { problem }: EndedRun): EndNotice {
  if (problem !== undefined) return { severity: 'error', text: `${title}: ${problem}`, actions: ['showLog', 'retry'] };
  return {
    severity: 'warning',
    text: l10n.t(
      '{0} was interrupted: the process that ran it is gone. Resume it: it goes on from what really happened.',
      title,
    ),
    actions: ['resume', 'showLog'],
  };
}

function refused(title: string, text: string, run: EndedRun): EndNotice {
  const guarded = run.kind === 'retire' ? readRetireRefusal(text) : undefined;
  if (guarded)
    return {
      severity: 'warning',
      text: `${title}: ${guarded.reason}`,
      actions: ['retireAllTheSame', 'showRunning', 'showLog'],
    };
  const { findings, isOnlyLint } = readRefusal(text);
  if (findings.length === 0) {
    const asksToRetire = run.kind !== 'retire' && text.includes('`immutable-infra retire ');
    const actions: readonly NextAction[] = ['showLog', 'retry'];
    return {
      severity: 'warning',
      text: `${title}: ${text}`,
      actions: asksToRetire ? ['retireOld', ...actions] : actions,
    };
  }
  const first = findings[0];
  const where = first === undefined ? '' : `${first.path}:${first.line}: ${first.message}`;
  const more = findings.length > 1 ? ` ${l10n.t('and {0} more', findings.length - 1)}` : '';
  const mayOverride = isOnlyLint && (!run.isProtected || run.allowsOverride);
  return {
    severity: 'warning',
    text: l10n.t('{0} was refused before anything was changed. {1}{2}', title, where, more),
    actions: ['showFindings', ...(mayOverride ? (['override'] as const) : []), 'showEvidence'],
  };
}

/** Health has failed and nothing was done by itself: a question. */
function unhealthy(title: string, text: string, run: EndedRun): EndNotice {
  const back: NextAction | undefined = run.keptSlot !== undefined ? 'endNew' : run.canRollBack ? 'rollBack' : undefined;
  return {
    severity: 'warning',
    text: `${title}: ${firstLine(text)} ${lastLine(text)}`.trim(),
    actions: [...(back === undefined ? [] : [back]), 'keep', 'showEvidence'],
  };
}

/** Nothing is worse: visitors get it. */
function unhealthyAndServing(title: string, text: string, { canRollBack }: EndedRun): EndNotice {
  return {
    severity: 'error',
    text: `${title}: ${firstLine(text)}`,
    actions: [...(canRollBack ? (['rollBack'] as const) : []), 'keep', 'showEvidence'],
  };
}

/** A message has one line: what stood on lines of its own becomes sentences. */
function inOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line, at, all) => (at === all.length - 1 || /[.:;,!?…]$/.test(line) ? line : `${line}.`))
    .join(' ');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function lastLine(text: string): string {
  const lines = text.split('\n');
  return lines.length > 1 ? (lines.at(-1) ?? '').trim() : '';
}

/** The words on the button of an action. */
export function actionText(action: NextAction): string {
  switch (action) {
    case 'rollBack':
      return l10n.t('Roll Back…');
    case 'endNew':
      return l10n.t('End the New Version…');
    case 'keep':
      return l10n.t('Keep Both');
    case 'showEvidence':
      return l10n.t('Show Evidence');
    case 'showFindings':
      return l10n.t('Show Findings');
    case 'override':
      return l10n.t('Override…');
    case 'retry':
      return l10n.t('Try Again');
    case 'resume':
      return l10n.t('Resume');
    case 'retireOld':
      return l10n.t('Retire Old…');
    case 'retireAllTheSame':
      return l10n.t('End It All the Same…');
    case 'showLog':
      return l10n.t('Show Log');
    case 'takeOver':
      return l10n.t('Take Over Lock…');
    case 'showRunning':
      return l10n.t('Show What Is Running');
  }
}
