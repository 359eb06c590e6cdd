import { LANGUAGES, type RuleMeta } from './rule';

export const UNKNOWN_RULE = {
  id: 'suppression/unknown-rule',
  severity: 'warning',
  languages: LANGUAGES,
  fix: 'suggestion',
  since: '0.1.0',
  recommended: true,
  summary: 'A suppression must name rules that exist and be written so that it works',
  peers: [],
  messages: {
    unknown: 'No rule is called `{rule}`, so this suppresses nothing.{guess}',
    malformed: '{hint} As written, this suppresses nothing.',
  },
} as const satisfies RuleMeta;

export const UNUSED = {
  id: 'suppression/unused',
  severity: 'warning',
  languages: LANGUAGES,
  fix: 'suggestion',
  since: '0.1.0',
  recommended: true,
  summary: 'A suppression must silence a finding',
  peers: [],
  messages: {
    unused: 'Remove `{rule}`: it silences nothing here.',
    unsuppressible: 'Fix the finding instead: immutable.yaml does not let `{rule}` be suppressed.',
  },
} as const satisfies RuleMeta;

export const EXPIRED = {
  id: 'suppression/expired',
  severity: 'warning',
  languages: LANGUAGES,
  fix: 'suggestion',
  since: '0.1.0',
  recommended: true,
  summary: 'A suppression must not be past its date',
  peers: [],
  messages: {
    expired: 'This suppression ended on {date}. Fix what it hid, or give it a new date and say why.',
  },
} as const satisfies RuleMeta;

export const MISSING_REASON = {
  id: 'suppression/missing-reason',
  severity: 'warning',
  languages: LANGUAGES,
  since: '0.1.0',
  recommended: true,
  summary: 'A suppression must say why, where immutable.yaml asks for it',
  peers: [],
  messages: {
    missing: 'Say why after the bracket: `ignore[{rules}] reason`.',
  },
} as const satisfies RuleMeta;

/** The rules about suppressions. They run with the suppressions, not in the engine; their severities are configured alike. */
export const SUPPRESSION_RULES: readonly RuleMeta[] = [UNKNOWN_RULE, UNUSED, EXPIRED, MISSING_REASON];
