import fc from 'fast-check';
import picomatch from 'picomatch/posix';
import { describe, expect, it } from 'vitest';
import { globTest, nameTest } from '../../../server/src/core/config-globs';
import { globProblem } from '../../../server/src/core/glob';
import { compileCustomRule } from '../../../server/src/workspace/custom-rules';
import { loadConfig, parseConfig } from '../../../server/src/workspace/config-file';
import { cpuTime } from '../../support/cpu-time';

/** Each of these keeps a matcher that goes back on its steps busy for hours. */
const HOSTILE = [
  '**/+(*a*)b',
  '**/+(+(a))b',
  '(a+)+b',
  '(a|a)+b',
  '{*a*,*a*}+b',
  '*a*a*a*a*a*a*a*a*a*a*a*a*b',
  `**/${'*a'.repeat(120)}*b`,
  `${'**/a*'.repeat(60)}/b`,
  `${'{a,a*}'.repeat(60)}b`,
  `${'{'.repeat(200)}a,b`,
  '[a]+[a]+[a]+[a]+[a]+[a]+[a]+b',
];

/** Milliseconds of computing that no test here comes near. */
const GUARD = 3000;

describe('globs that a repository gives', () => {
  it('are tested in a time that does not explode', () => {
    const before = cpuTime();
    const paths = [`${'a'.repeat(250)}.tf`, 'a'.repeat(250), `${'a/'.repeat(300)}a`];
    for (const glob of HOSTILE) {
      const inPath = globTest([glob, `!${glob}`]);
      const inName = nameTest([glob]);
      for (const path of paths) expect([glob, inPath(path), inName(path)]).toEqual([glob, false, false]);
    }
    expect(cpuTime() - before).toBeLessThan(GUARD);
  });

  it('match as before', () => {
    const piece = fc.constantFrom('a', 'b', '.tf', '*', '?', '[ab]', '[^a]', '[a-c]', '{a,b}', '{a,bc*}', '-', '\\*');
    const segment = fc.oneof(
      { weight: 3, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')) },
      { weight: 1, arbitrary: fc.constant('**') },
    );
    const globs = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    const name = fc
      .array(fc.constantFrom('a', 'b', 'c', '-', '.tf', '*', '.'), { minLength: 1, maxLength: 4 })
      .map((chars) => chars.join(''))
      .filter((text) => !/^\.{1,2}$/.test(text));
    const paths = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(globs, paths, (glob, path) => {
        // Runs of stars inside of a segment are one star; picomatch takes a star after a bracket for a repetition.
        fc.pre(!/[^/]\*\*|\*\*[^/]|\]\*/.test(glob));
        const wanted = picomatch(glob, { dot: true, nonegate: true })(path);
        expect([glob, path, globTest([glob])(path)]).toEqual([glob, path, wanted]);
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('read what people write', () => {
    const yes: readonly (readonly [string, string])[] = [
      ['**', 'a/b.tf'],
      ['**/*.tf', 'a.tf'],
      ['**/*.tf', 'a/b/c.tf'],
      ['node_modules/**', 'node_modules/a/b'],
      ['node_modules/**', 'node_modules'],
      ['a/**/b', 'a/b'],
      ['a/**/b', 'a/x/y/b'],
      ['app/[id]/main.tf', 'app/[id]/main.tf'],
      ['**/[id]/*.tf', 'app/[id]/main.tf'],
      ['env/{dev,test}/**', 'env/test/a.tf'],
      ['{**/*.yaml,**/*.yml}', 'a/b.yml'],
      ['{a..c}.tf', 'b.tf'],
      ['old (2).tf', 'old (2).tf'],
      ['**/old (2)/*.tf', 'x/old (2)/a.tf'],
      ['a\\(b|c\\).tf', 'a(b|c).tf'],
      ['./a.tf', 'a.tf'],
      ['**/**/a.tf', 'a.tf'],
    ];
    for (const [glob, path] of yes) expect([glob, path, globTest([glob])(path)]).toEqual([glob, path, true]);
    const no: readonly (readonly [string, string])[] = [
      ['*.tf', 'a/b.tf'],
      ['a/*', 'a/b/c'],
      ['node_modules/**', 'node_modules2/a'],
      ['a?b', 'a/b'],
      ['a[!x]b', 'a/b'],
      ['', ''],
    ];
    for (const [glob, path] of no) expect([glob, path, globTest([glob])(path)]).toEqual([glob, path, false]);
    expect(nameTest(['ghcr.io/*'])('ghcr.io/acme/web')).toBe(true);
    expect(nameTest(['*'])('')).toBe(false);
  });

  it('say what cannot be read', () => {
    for (const glob of ['+(a)', '**/!(b)/x', '*.(yml|yaml)', '{1..12}.tf', 'x'.repeat(501)])
      expect(globProblem(glob), glob).toMatch(/^(Write|Split) /);
    for (const glob of ['**/*.{yml,yaml}', 'a (2).tf', '\\+(a)', '[+](a)', 'C++/(x)', '{a..f}'])
      expect(globProblem(glob), glob).toBeUndefined();
  });
});

describe('a glob that cannot be read', () => {
  const lines = [
    'lint:',
    "  ignore: ['**/+(*a*)b', '!+(b)']",
    '  environments:',
    "    production: '+(c)'",
    "    dev: ['+(d)']",
    '  images:',
    "    trustedImmutable: ['+(e)']",
    "    digestRequired: ['+(f)']",
    '  overrides:',
    "    - files: ['+(g)']",
    '      rules: { mutable-reference/image-latest: off }',
    "  customRules: ['policy/+(h).yaml']",
    '',
  ];

  it('is a problem of the configuration at its place, wherever it stands', () => {
    const text = lines.join('\n');
    const { problems, config } = parseConfig(text, 'immutable.yaml');
    expect(problems.map(({ range }) => text.slice(range.start, range.end).replaceAll("'", ''))).toEqual(
      expect.arrayContaining(['**/+(*a*)b', '!+(b)', '+(c)', '+(d)', '+(e)', '+(f)', '+(g)', 'policy/+(h).yaml']),
    );
    expect(problems.every(({ severity, isInSchema }) => severity === 'error' && isInSchema !== true)).toBe(true);
    expect(config.ignore).toEqual([]);
    expect(loadConfig([{ path: 'immutable.yaml', text }], []).problems).toHaveLength(problems.length);
  });

  it('is a problem of a policy file', () => {
    const rule = (match: string, files = ''): string =>
      `rules:\n  - id: custom/x\n    severity: error\n    message: Use ours.\n${files}    match: ${match}\n`;
    const broken = [
      rule('{ instruction: RUN }', "    files: ['+(a)']\n"),
      rule("{ instruction: '+(RUN)' }"),
      rule("{ image: { repository: '+(a)' } }"),
      rule("{ command: { name: curl, args: ['+(a)'] } }"),
      rule("{ block: { kind: resource, labels: ['+(a)'] } }"),
      rule("{ step: { uses: '+(a)' } }"),
    ];
    for (const text of broken)
      expect(compileCustomRule(text, 'policy/x.yaml').problems.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^Write `\{a,b\}` in the glob/),
      ]);
  });
});
