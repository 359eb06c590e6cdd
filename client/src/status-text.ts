import type { DocumentStatus } from '../../server/src/lsp/protocol';
import type { ServerState } from './server/lifecycle';

/** What the status item says: the words stand for themselves, the severity only colours them. */
export interface StatusText {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly detail: string;
  readonly command: 'fixAll' | 'output' | 'settings' | 'configuration';
  readonly isBusy: boolean;
}

/** Puts words to counts, so that they can be translated. */
export interface StatusWords {
  count(severity: 'error' | 'warning' | 'note', count: number): string;
  suppressed(count: number): string;
  readonly clean: string;
  readonly starting: string;
  readonly failed: string;
  readonly off: string;
  readonly oldVersion: string;
  readonly wrongSetting: string;
}

/** The status of the document in the active editor. */
export function statusText(
  state: ServerState,
  isEnabled: boolean,
  status: DocumentStatus | undefined,
  words: StatusWords,
): StatusText {
  const usual = { severity: 'information', command: 'settings', isBusy: false, detail: '' } as const;
  if (state === 'failed') return { ...usual, severity: 'error', text: words.failed, command: 'output' };
  if (!isEnabled) return { ...usual, text: words.off };
  if (state !== 'running' || status === undefined)
    return { ...usual, text: words.starting, isBusy: state === 'starting' };
  if (status.problem !== undefined)
    return { ...usual, severity: 'error', text: status.problem, command: 'configuration' };
  if (status.role === 'base') return { ...usual, text: words.oldVersion };
  if (status.settingsProblem !== undefined) {
    // The sentence is in the log: the line has room for the name.
    const [, name = status.settingsProblem] = /`([^`]+)`/.exec(status.settingsProblem) ?? [];
    return { ...usual, severity: 'warning', text: words.wrongSetting, detail: name };
  }
  const { counts } = status;
  // The line is short: notes and hints are one number.
  const found = [
    ...(counts.error > 0 ? [words.count('error', counts.error)] : []),
    ...(counts.warning > 0 ? [words.count('warning', counts.warning)] : []),
    ...(counts.info + counts.hint > 0 ? [words.count('note', counts.info + counts.hint)] : []),
  ];
  const detail = [
    ...(status.kind === null ? [] : [status.kind]),
    ...(status.suppressed > 0 ? [words.suppressed(status.suppressed)] : []),
  ].join(' · ');
  return {
    ...usual,
    severity: counts.error > 0 ? 'error' : counts.warning > 0 ? 'warning' : 'information',
    text: found.length === 0 ? words.clean : found.join(', '),
    detail,
    command: status.fixable > 0 && status.role === 'work' ? 'fixAll' : 'settings',
  };
}
