import Ajv from 'ajv';
import { describe, expect, it } from 'vitest';
import { configCandidates } from '../../../server/src/core/config';
import { globTest, nameTest } from '../../../server/src/core/config-globs';
import { buildConfigSchema } from '../../../server/src/core/config-schema';
import type { RuleMeta } from '../../../server/src/core/rule';
import { SUPPRESSION_RULES } from '../../../server/src/core/suppression-rules';
import { parseYaml } from '../../../server/src/lang/data/yaml';
import { loadConfig, parseConfig } from '../../../server/src/workspace/config-file';
import { plainValue } from '../../../server/src/workspace/config-file-reader';

function meta(id: RuleMeta['id'], more: Partial<RuleMeta> = {}): RuleMeta {
  return {
    id,
    severity: 'warning',
    languages: ['dockerfile'],
    since: '0.1.0',
    recommended: true,
    summary: id,
    peers: [],
    messages: {},
    ...more,
  };
}

const METAS = [
  meta('mutable-reference/image-tag'),
  meta('mutable-reference/action', {
    options: {
      policies: {
        type: 'object',
        description: 'd',
        default: {},
        additionalProperties: { type: 'string', enum: ['tag', 'hash'] },
      },
    },
  }),
  meta('interactive-access/ssh'),
  meta('interactive-access/strict-one', { recommended: false }),
  meta('rollout-safety/retention', {
    options: { minImages: { type: 'number', description: 'd', default: 5, minimum: 1 } },
  }),
];

const FULL = `lint:
  extends: [recommended]
  requireReason: true
  environments:
    production: ["deploy/prod/**"]
    dev: ["**/*.play.*", "examples/**"]
  rules:
    mutable-reference/image-tag: error
    interactive-access/ssh: off
    rollout-safety/retention: { severity: error, options: { minImages: 20 }, suppressible: false }
    mutable-reference/action: { options: { policies: { "actions/*": tag } } }
  overrides:
    - files: ["legacy/**"]
      rules: { mutable-reference/*: info, interactive-access/*: hint }
  images: { trustedImmutable: ["*.dkr.ecr.*/**"], digestRequired: ["prod/**"] }
  ignore: ["vendor/**", "!vendor/ours/**"]
`;

const load = (text: string, path = 'immutable.yaml') => loadConfig([{ path, text }], METAS);
const problems = (text: string) =>
  parseConfig(text, 'immutable.yaml', METAS).problems.map(({ line, message }) => `${line + 1}: ${message}`);

describe('loadConfig', () => {
  it('reads every key', () => {
    const config = load(FULL);
    expect(config.problems).toEqual([]);
    expect(config.settings.rule('mutable-reference/image-tag', 'a.tf').severity).toBe('error');
    expect(config.settings.rule('interactive-access/ssh', 'a.tf').severity).toBe('off');
    expect(config.settings.rule('rollout-safety/retention', 'a.tf')).toMatchObject({
      severity: 'error',
      options: { minImages: 20 },
    });
    expect(config.settings.rule('mutable-reference/action', 'a.tf')).toMatchObject({
      severity: undefined,
      options: { policies: { 'actions/*': 'tag' }, trustedImmutable: ['*.dkr.ecr.*/**'], digestRequired: ['prod/**'] },
    });
    expect(config.environmentOf('deploy/prod/test/a.yaml')).toBe('production');
    expect(config.environmentOf('a.play.yaml')).toBe('development');
    expect(config.environmentOf('a.yaml')).toBe('production');
    expect([config.isIgnored('vendor/a.tf'), config.isIgnored('vendor/ours/a.tf'), config.isIgnored('a.tf')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(config.suppression).toMatchObject({ requireReason: true });
    expect([
      config.suppression.unsuppressible('rollout-safety/retention'),
      config.suppression.unsuppressible('interactive-access/ssh'),
    ]).toEqual([true, false]);
  });

  it('lets an override win for its files, and an own id win over its family', () => {
    const config = load(FULL);
    expect(config.settings.rule('mutable-reference/image-tag', 'legacy/x/a.tf').severity).toBe('info');
    expect(config.settings.rule('interactive-access/ssh', 'legacy/a.tf').severity).toBe('hint');
    const both = load('lint:\n  rules:\n    mutable-reference/image-tag: error\n    mutable-reference/*: off\n');
    expect(both.settings.rule('mutable-reference/image-tag', 'a').severity).toBe('error');
    expect(both.settings.rule('mutable-reference/action', 'a').severity).toBe('off');
  });

  it('does not turn a rule on by giving its family a severity', () => {
    const text = 'lint:\n  rules: { interactive-access/*: info }\n';
    expect(load(text).settings.rule('interactive-access/strict-one', 'a').severity).toBeUndefined();
    expect(
      load(text.replace('lint:', 'lint:\n  extends: strict')).settings.rule('interactive-access/strict-one', 'a')
        .severity,
    ).toBe('info');
    expect(
      load('lint:\n  rules: { interactive-access/strict-one: info }\n').settings.rule(
        'interactive-access/strict-one',
        'a',
      ).severity,
    ).toBe('info');
  });

  it('reads globs relative to the file that holds them', () => {
    const config = load(
      'lint:\n  ignore: ["gen/**"]\n  overrides: [{ files: "x/*.tf", rules: { interactive-access/ssh: off } }]\n',
      'team/immutable.yaml',
    );
    expect([config.isIgnored('team/gen/a'), config.isIgnored('gen/a')]).toEqual([true, false]);
    expect(config.settings.rule('interactive-access/ssh', 'team/x/a.tf').severity).toBe('off');
    expect(config.settings.rule('interactive-access/ssh', 'x/a.tf').severity).toBeUndefined();
  });

  it('extends shared files, the nearer one winning, and stops at a loop', () => {
    const files: Record<string, string> = {
      'shared/base.yaml':
        'lint:\n  extends: [strict, ../a/immutable.yaml]\n  rules: { interactive-access/ssh: error, mutable-reference/action: hint }\n',
    };
    const host = { read: (path: string) => files[path], list: () => undefined };
    const text =
      'lint:\n  extends: [../shared/base.yaml, ./gone.yaml, ../../outside.yaml]\n  rules: { interactive-access/ssh: info }\n';
    const config = loadConfig([{ path: 'a/immutable.yaml', text }], METAS, host);
    expect(config.settings.preset).toBe('strict');
    expect(config.settings.rule('interactive-access/ssh', 'x').severity).toBe('info');
    expect(config.settings.rule('mutable-reference/action', 'x').severity).toBe('hint');
    expect(config.problems.map(({ path, line, message }) => `${path}:${line + 1} ${message}`)).toEqual([
      'shared/base.yaml:2 `../a/immutable.yaml` extends itself.',
      'a/immutable.yaml:2 Cannot read `./gone.yaml`.',
      'a/immutable.yaml:2 Cannot read `../../outside.yaml`.',
    ]);
  });

  it('takes policy files of a folder and rules written in place', () => {
    const policy = 'id: custom/one\nmessage: No.\nmatch: { instruction: RUN }\n';
    const files: Record<string, string> = {
      'policies/b.yaml': policy,
      'policies/notes.md': 'x',
      'policies/a.yml': 'id: custom/two\nmatch: {}\n',
    };
    const host = {
      read: (path: string) => files[path],
      list: (directory: string) => (directory === 'policies' ? ['b.yaml', 'notes.md', 'a.yml'] : undefined),
    };
    const text =
      'lint:\n  customRules:\n    - policies/\n    - none/*.yaml\n    - id: custom/inline\n      message: Stop.\n      match: { command: telnet }\n';
    const config = loadConfig([{ path: 'immutable.yaml', text }], METAS, host);
    expect(config.customRules.map((rule) => rule.meta.id)).toEqual(['custom/inline', 'custom/one']);
    expect(config.problems.map(({ path }) => path)).toEqual(['policies/a.yml', 'policies/a.yml', 'immutable.yaml']);
    expect(config.suppression.ruleIds).toContain('custom/one');
  });

  it('tells suppressions which rules ran', () => {
    const { wasRun } = load(FULL).suppression;
    expect([
      wasRun?.('interactive-access/ssh', 'a'),
      wasRun?.('interactive-access/strict-one', 'a'),
      wasRun?.('mutable-reference/action', 'a'),
    ]).toEqual([false, false, true]);
  });
});

describe('problems of a configuration', () => {
  it('names place, expectation and the likely word, and keeps the rest', () => {
    const text = `lint:
  extend: strict
  requireReason: maybe
  rules:
    mutable-reference/image-tags: error
    interactive-access/ssh: eror
    rollout-safety/retention: { options: { minImages: 0, minImage: 3 } }
    mutable-reference/action: { options: { policies: { a: none } }, level: error }
    mutable-reference/image-tag: error
  overrides: { files: a }
  ignore: 7
`;
    expect(problems(text)).toEqual([
      '2: `lint` has no key `extend`. Did you mean `extends`?',
      '3: `requireReason` (or "error") must be true or false, not `maybe`.',
      '5: There is no rule `mutable-reference/image-tags`. Did you mean `mutable-reference/image-tag`?',
      '6: The severity of `interactive-access/ssh` must be one of error, warning, info, hint, off, not `eror`. Did you mean `error`?',
      '7: Option `minImages` must be a number from 1, not `0`.',
      '7: `rollout-safety/retention` has no option `minImage`. Did you mean `minImages`?',
      '8: `mutable-reference/action` has no key `level`.',
      '8: Option `policies` must be a map of texts (tag, hash), not a map.',
      '10: `overrides` must be a list, not a map.',
      '11: `ignore` must be a list, not `7`.',
    ]);
    expect(load(text).settings.rule('mutable-reference/image-tag', 'a').severity).toBe('error');
  });

  it('sees keys outside of lint, other presets and files that are no map', () => {
    expect(problems('rules: {}\n')).toEqual(['1: Put `rules` under the key `lint`.']);
    expect(problems('app: web\nimages: {}\nenvironments: {}\n')).toEqual([]);
    // Half written: `app` comes later.
    expect(problems('images: { web: { container: {} } }\n')).toEqual([]);
    expect(problems('environments: { local: { target: {} } }\n')).toEqual([]);
    expect(problems('environments: { dev: ["a/**"] }\n')).toEqual(['1: Put `environments` under the key `lint`.']);
    expect(problems('images: { trustedImmutable: [a] }\n')).toEqual(['1: Put `images` under the key `lint`.']);
    expect(problems('lint:\n  extends: [recomended]\n')).toEqual([
      expect.stringContaining('Did you mean `recommended`?'),
    ]);
    expect(problems('- a\n')).toEqual([expect.stringContaining('must be a map')]);
    expect(problems('release: {}\n')).toEqual([]);
    expect(problems('')).toEqual([]);
    expect(problems('lint:\n')).toEqual([]);
  });

  it('never throws on a part of a file', () => {
    for (let end = 0; end < FULL.length; end++) expect(() => load(FULL.slice(0, end))).not.toThrow();
  });
});

describe('globs and places', () => {
  it('matches paths and names', () => {
    expect(globTest(['**/*.tf'])('a.tf')).toBe(true);
    expect(globTest(['.github/**'])('.github/workflows/a.yml')).toBe(true);
    expect(globTest(['*.tf'])('a/b.tf')).toBe(false);
    expect(globTest(['a/**', '!a/b/**', 'a/b/c.tf'])('a/b/c.tf')).toBe(true);
    expect(nameTest(['*.dkr.ecr.*'])('1.dkr.ecr.eu.amazonaws.com/x/y')).toBe(true);
    expect(globTest(['x'.repeat(600)])('x'.repeat(600))).toBe(false);
  });

  it('looks for the nearest file first', () => {
    expect(configCandidates('a/b/main.tf').filter((path) => path.endsWith('.yaml'))).toEqual([
      'a/b/immutable.yaml',
      'a/immutable.yaml',
      'immutable.yaml',
    ]);
    expect(configCandidates('main.tf')[0]).toBe('immutable.yaml');
  });
});

describe('buildConfigSchema', () => {
  const validate = new Ajv({ strict: false }).compile(buildConfigSchema([...METAS, ...SUPPRESSION_RULES]));
  const check = (text: string) => {
    const root = parseYaml(text).documents[0]?.root;
    return validate(root ? plainValue(root) : null);
  };
  it('accepts what the reader accepts and refuses what it refuses', () => {
    expect(check(FULL), JSON.stringify(validate.errors)).toBe(true);
    expect(check('lint: { rules: { suppression/unused: off, custom/x: error } }')).toBe(true);
    for (const text of [
      'lint: { extend: strict }',
      'lint: { rules: { mutable-reference/image-tags: error } }',
      'lint: { rules: { interactive-access/ssh: eror } }',
      'lint: { rules: { rollout-safety/retention: { options: { minImages: 0 } } } }',
      'lint: { overrides: { files: a } }',
    ]) {
      expect(check(text), text).toBe(false);
    }
  });
});
