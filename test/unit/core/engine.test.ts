import { describe, expect, it } from 'vitest';
import { runRules, type FactCollector, type LintSettings, type LintSource } from '../../../server/src/core/engine';
import { fillMessage, type Rule } from '../../../server/src/core/rule';
import { LineIndex } from '../../../server/src/core/text';

type TestRule = Rule<object, LintSource, undefined>;

const source = (text: string, environment: 'production' | 'development' = 'production'): LintSource => ({
  path: 'a.txt',
  text,
  environment,
  lines: new LineIndex(text),
});

/** Emits each word as a fact. */
const words: FactCollector<LintSource, undefined> = {
  collect: (file, _project, wants, emit) => {
    if (!wants('word')) return;
    for (const match of file.text.matchAll(/\w+/g))
      emit('word', { start: match.index, end: match.index + match[0].length });
  },
};

const settings = (
  rules: Record<string, 'off' | 'error' | 'hint'> = {},
  preset: LintSettings['preset'] = 'recommended',
): LintSettings => ({
  preset,
  rule: (id) => ({ severity: rules[id], options: {} }),
});

const rule = (
  id: `rollout-safety/${string}` | `mutable-reference/${string}`,
  extra: Partial<TestRule['meta']> = {},
  listen?: (at: { start: number; end: number }) => void,
): TestRule => ({
  meta: {
    id,
    severity: 'warning',
    languages: ['terraform'],
    since: '0.1.0',
    recommended: true,
    summary: 'Words are bad',
    peers: [],
    messages: { bad: 'Remove {what}.' },
    ...extra,
  },
  create: (context) => ({
    word: (at: { start: number; end: number }) => {
      listen?.(at);
      context.report({ at, anchor: 'word', message: 'bad', data: { what: context.file.text.slice(at.start, at.end) } });
    },
  }),
});

describe('runRules', () => {
  it('reports in source order with filled messages and distinct, stable fingerprints', () => {
    const { findings } = runRules(source('b a b'), undefined, [rule('rollout-safety/words')], words, settings());
    expect(findings.map((each) => each.message)).toEqual(['Remove b.', 'Remove a.', 'Remove b.']);
    expect(new Set(findings.map((each) => each.fingerprint)).size).toBe(3);
    const moved = runRules(source('\n\n  b a\nb'), undefined, [rule('rollout-safety/words')], words, settings());
    expect(moved.findings.map((each) => each.fingerprint)).toEqual(findings.map((each) => each.fingerprint));
  });

  it('says the same about the same place once, whatever else is said about it', () => {
    const twice: TestRule = {
      meta: rule('rollout-safety/words').meta,
      create: (context) => ({
        word: (at: { start: number; end: number }) => {
          for (const what of ['one', 'two', 'one'])
            context.report({ at, anchor: 'word', message: 'bad', data: { what } });
        },
      }),
    };
    const rules = [twice, rule('rollout-safety/more')];
    const { findings } = runRules(source('a b'), undefined, rules, words, settings());
    expect(findings.map(({ rule: id, message }) => `${id} ${message}`)).toEqual([
      'rollout-safety/more Remove a.',
      'rollout-safety/words Remove one.',
      'rollout-safety/words Remove two.',
      'rollout-safety/more Remove b.',
      'rollout-safety/words Remove one.',
      'rollout-safety/words Remove two.',
    ]);
  });

  it('a rule that throws is named once and takes no other rule down', () => {
    const broken = rule('rollout-safety/broken', {}, () => {
      throw new Error('no');
    });
    const { findings, errors } = runRules(
      source('a b c'),
      undefined,
      [broken, rule('rollout-safety/words')],
      words,
      settings(),
    );
    expect(errors.map((error) => error.rule)).toEqual(['rollout-safety/broken']);
    expect(findings).toHaveLength(3);
  });

  it('a rule that throws while it is created is an internal error too', () => {
    const broken: TestRule = {
      ...rule('rollout-safety/broken'),
      create: () => {
        throw new Error('no');
      },
    };
    expect(runRules(source('a'), undefined, [broken], words, settings()).errors).toHaveLength(1);
  });

  it('rollout findings are hints in development, mutable references stay', () => {
    const rules = [rule('rollout-safety/words'), rule('mutable-reference/words')];
    const { findings } = runRules(source('a', 'development'), undefined, rules, words, settings());
    expect(findings.map(({ rule: id, severity }) => [id, severity])).toEqual([
      ['mutable-reference/words', 'warning'],
      ['rollout-safety/words', 'hint'],
    ]);
  });

  it('the configuration has the last word on severity', () => {
    const rules = [rule('rollout-safety/words'), rule('mutable-reference/words')];
    const configured = settings({ 'rollout-safety/words': 'error', 'mutable-reference/words': 'off' });
    const { findings } = runRules(source('a', 'development'), undefined, rules, words, configured);
    expect(findings.map((each) => each.severity)).toEqual(['error']);
  });

  it('presets: recommended leaves out the others, strict raises, prototype keeps only errors about references', () => {
    const rules = [
      rule('mutable-reference/error', { severity: 'error' }),
      rule('mutable-reference/warning'),
      rule('rollout-safety/error', { severity: 'error' }),
      rule('rollout-safety/extra', { recommended: false, severity: 'hint', strictSeverity: 'warning' }),
    ];
    const run = (preset: LintSettings['preset']) =>
      runRules(source('a'), undefined, rules, words, settings({}, preset)).findings.map(
        ({ rule: id, severity }) => `${id} ${severity}`,
      );
    expect(run('recommended')).toEqual([
      'mutable-reference/error error',
      'mutable-reference/warning warning',
      'rollout-safety/error error',
    ]);
    expect(run('strict')).toContain('rollout-safety/extra warning');
    expect(run('prototype')).toEqual(['mutable-reference/error error']);
  });
});

describe('fillMessage', () => {
  it('fills placeholders and leaves those without data', () => {
    expect(fillMessage('Remove {what} ({port}).', { what: '`22`', port: 22 })).toBe('Remove `22` (22).');
    expect(fillMessage('{a}{b}', { b: '{a}' })).toBe('{a}{a}');
    expect(fillMessage('a {not a name} $1 $& {}', { not: 'x' })).toBe('a {not a name} $1 $& {}');
    expect(fillMessage('plain', undefined)).toBe('plain');
  });
});
