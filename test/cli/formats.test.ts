import { describe, expect, it } from 'vitest';
import { IMMUTABLE_DOCKERFILE, LATEST, MODULE, MUTABLE_DOCKERFILE, TEMPLATE_VERSION, Workspace } from '../support/cli';

const ONLY = ['--only', `${LATEST},${TEMPLATE_VERSION}`];

function workspace(): Workspace {
  return new Workspace({ Dockerfile: MUTABLE_DOCKERFILE, 'ok/Dockerfile': IMMUTABLE_DOCKERFILE, ...MODULE });
}

async function format(name: string, inside: Workspace = workspace()): Promise<string> {
  return (await inside.run(['lint', '--format', name, ...ONLY])).stdout;
}

describe('pretty', () => {
  it('shows the file, the place, the line with marks, the fix and a summary', async () => {
    const text = await format('pretty');
    const lines = text.split('\n');
    expect(lines[0]).toBe('Dockerfile');
    expect(text).toMatch(/^ {2}error `node:latest`/m);
    expect(text).toContain(`  1:6  ${LATEST}`);
    expect(text).toContain('  1 | FROM node:latest\n    |      ^^^^^^^^^^^\n');
    expect(text).toContain('= fix: ');
    expect(text).toContain('1 error, 1 warning in 2 files, 4 files linted.');
    expect(text).toContain('1 finding can be fixed with `immutable-infra fix`');
    expect(text).not.toContain('\u001b[');
  });

  it('uses colour when asked, and says nothing by colour alone', async () => {
    const plain = await workspace().run(['lint', ...ONLY]);
    const coloured = await workspace().run(['lint', ...ONLY, '--color', 'always']);
    expect(coloured.stdout).toContain('\u001b[31m');
    // eslint would have the escape written out, as it is here.
    expect(coloured.stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain.stdout);
  });

  it.each([
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{}, false],
  ])('with %j colour is %s', async (env, expected) => {
    const { stdout } = await workspace().run(['lint', ...ONLY], { env });
    expect(stdout.includes('\u001b[')).toBe(expected);
  });

  it('does not let a file steer the terminal', async () => {
    const inside = new Workspace({ Dockerfile: 'FROM node:latest \u001b]0;owned\u0007\u202e\n' });
    const { stdout } = await inside.run(['lint', ...ONLY, '--color', 'never']);
    expect(stdout).toContain('FROM node:latest');
    expect(stdout).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it('cuts a very long line around the finding', async () => {
    const inside = new Workspace({ Dockerfile: `FROM --platform=${'x'.repeat(5000)} node:latest\n` });
    const { stdout } = await inside.run(['lint', ...ONLY]);
    const line = stdout.split('\n').find((candidate) => candidate.includes('node:latest') && candidate.includes('1 |'));
    expect(line?.length).toBeLessThan(300);
    const marks = stdout.split('\n').find((candidate) => candidate.includes('^'));
    expect(marks?.indexOf('^')).toBe(line?.indexOf('node:latest'));
  });

  it('says so when all is well', async () => {
    const inside = new Workspace({ Dockerfile: IMMUTABLE_DOCKERFILE });
    expect(await format('pretty', inside)).toBe('No findings. 1 file linted.\n');
    expect(await format('pretty', new Workspace())).toBe('No files to lint.\n');
  });

  it('is silent beside the findings with --quiet', async () => {
    const inside = new Workspace({ Dockerfile: IMMUTABLE_DOCKERFILE, 'a.tf': Buffer.from([0, 1, 2]) });
    expect(await inside.run(['lint', '--quiet', ...ONLY])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('counts what it does not show', async () => {
    const inside = new Workspace({
      Dockerfile: `# immutable: ignore[${LATEST}] nightly\n${MUTABLE_DOCKERFILE}`,
      'b.Dockerfile': MUTABLE_DOCKERFILE,
    });
    const args = ['lint', ...ONLY, '--severity-override', `${LATEST}=hint`];
    expect((await inside.run(args)).stdout).toContain('Not shown: 1 suppressed, 1 milder');
    const shown = (await inside.run([...args, '--show-suppressed', '--min-severity', 'hint'])).stdout;
    expect(shown).toContain('= suppressed: nightly');
    expect(shown).not.toContain('Not shown');
  });
});

describe('json', () => {
  it('places findings by line, column and offset, with fixes', async () => {
    const { json, code } = await workspace().lint(ONLY);
    expect(code).toBe(1);
    expect(json.version).toBe(1);
    expect(json.summary).toMatchObject({ files: 4, findings: 2, error: 1, warning: 1, suppressed: 0 });
    expect(
      json.findings.map(({ path, line, column, endLine, endColumn, rule, severity }) => [
        path,
        line,
        column,
        endLine,
        endColumn,
        rule,
        severity,
      ]),
    ).toEqual([
      ['Dockerfile', 1, 6, 1, 17, LATEST, 'error'],
      ['infra/group.tf', 7, 15, 7, 24, TEMPLATE_VERSION, 'warning'],
    ]);
    const fix = json.findings[1]?.fixes[0];
    expect(fix?.level).toBe('safe');
    expect(fix?.edits).toEqual([
      expect.objectContaining({ path: 'infra/group.tf', line: 7, text: 'aws_launch_template.app.latest_version' }),
    ]);
  });

  it('counts columns in UTF-16 code units', async () => {
    const inside = new Workspace({ Dockerfile: 'FROM --platform=🐳 node:latest\n' });
    const { json } = await inside.lint(ONLY);
    expect(json.findings[0]).toMatchObject({ line: 1, column: 20, endColumn: 31 });
  });
});

describe('github', () => {
  it('writes one escaped command a finding', async () => {
    const inside = new Workspace({ 'a,b:c/Dockerfile': MUTABLE_DOCKERFILE });
    const text = await format('github', inside);
    expect(text).toMatch(
      /^::error file=a%2Cb%3Ac\/Dockerfile,line=1,endLine=1,col=6,endColumn=17,title=mutable-reference\/image-latest::`node:latest`/,
    );
    expect(text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is empty without findings', async () => {
    expect(await format('github', new Workspace({ Dockerfile: IMMUTABLE_DOCKERFILE }))).toBe('');
  });
});

describe('gitlab', () => {
  it('is a Code Quality report whose fingerprints differ', async () => {
    const inside = new Workspace({ Dockerfile: 'FROM node:latest AS a\nFROM node:latest AS b\nFROM a\n' });
    const issues = JSON.parse(await format('gitlab', inside)) as {
      check_name: string;
      severity: string;
      fingerprint: string;
      location: { path: string; lines: { begin: number } };
    }[];
    expect(
      issues.map(({ check_name, severity, location }) => [check_name, severity, location.path, location.lines.begin]),
    ).toEqual([
      [LATEST, 'critical', 'Dockerfile', 1],
      [LATEST, 'critical', 'Dockerfile', 2],
    ]);
    expect(new Set(issues.map((issue) => issue.fingerprint)).size).toBe(2);
  });
});

describe('rdjson', () => {
  it('counts columns in bytes and offers fixes of one edit', async () => {
    const inside = new Workspace({ ...MODULE, Dockerfile: 'FROM --platform=🐳 node:latest\n' });
    const { diagnostics } = JSON.parse(await format('rdjson', inside)) as {
      diagnostics: {
        location: { path: string; range: unknown };
        severity: string;
        code: { value: string };
        suggestions: unknown[];
      }[];
    };
    expect(diagnostics[0]).toMatchObject({
      location: { path: 'Dockerfile', range: { start: { line: 1, column: 22 }, end: { line: 1, column: 33 } } },
      severity: 'ERROR',
      code: { value: LATEST },
      suggestions: [],
    });
    expect(diagnostics[1]?.suggestions).toEqual([
      {
        range: { start: { line: 7, column: 15 }, end: { line: 7, column: 24 } },
        text: 'aws_launch_template.app.latest_version',
      },
    ]);
  });
});

describe('junit', () => {
  it('has a suite a file, a failure a finding and passes for clean files', async () => {
    const text = await format('junit');
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="immutable-infra" tests="4" failures="2" errors="0">/,
    );
    expect(text).toContain('<testsuite name="ok/Dockerfile" tests="1" failures="0" errors="0">');
    expect(text).toContain(`name="${LATEST} (1:6)" file="Dockerfile" line="1"`);
    expectWellFormed(text);
  });
});

describe('checkstyle', () => {
  it('lists errors by file', async () => {
    const text = await format('checkstyle');
    expect(text).toContain(
      '  <file name="Dockerfile">\n    <error line="1" column="6" severity="error" message="`node:latest`',
    );
    expect(text).toContain(`source="immutable-infra.${TEMPLATE_VERSION}"`);
    expectWellFormed(text);
  });
});

describe('markdown', () => {
  it('is a table with counts', async () => {
    const text = await format('markdown');
    expect(text).toContain('**1 error, 1 warning** in 2 files, 4 files linted.');
    expect(text).toContain('| error | `Dockerfile:1` | `node:latest`');
    for (const row of text.split('\n').filter((line) => line.startsWith('| ')))
      expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6);
  });

  it('shows what a message quotes as text: no links, no pictures', async () => {
    const policy = [
      'lint:',
      '  customRules:',
      '    - id: custom/evil',
      '      severity: error',
      "      message: 'Use `ours`, ![x](https://evil.example/p.png) <img src=x>.'",
      '      match: { instruction: FROM }',
      '',
    ].join('\n');
    const inside = new Workspace({ 'immutable.yaml': policy, Dockerfile: MUTABLE_DOCKERFILE });
    const { stdout } = await inside.run(['lint', '--format', 'markdown', '--only', 'custom/evil']);
    expect(stdout).toContain('Use `ours`, !\\[x\\](https://evil.example/p.png) &lt;img src=x>.');
  });
});

describe('--output', () => {
  it.each(['json', 'sarif', 'pretty', 'junit'])('writes what --format %s would print', async (name) => {
    const inside = workspace();
    const printed = await inside.run(['lint', '--format', name, ...ONLY]);
    const written = await inside.run(['lint', '--format', name, ...ONLY, '--output', 'report.txt']);
    expect({ stdout: written.stdout, code: written.code }).toEqual({ stdout: '', code: 1 });
    expect(inside.read('report.txt')).toBe(printed.stdout);
  });

  it('says when it cannot', async () => {
    const { code, stderr } = await workspace().run(['lint', '--output', 'no/such/directory.json', ...ONLY]);
    expect(code).toBe(2);
    expect(stderr).toContain('Cannot write no/such/directory.json');
  });
});

/** Every tag is closed in order, and no bare `<` or `&` stands in text. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>/, '');
  for (const [, closing, name = '', selfClosing] of body.matchAll(/<(\/?)([a-z]+)(?:\s+[a-z]+="[^"<]*")*\s*(\/?)>/g)) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (selfClosing === '') open.push(name);
  }
  expect(open).toEqual([]);
  const text = body.replace(/<\/?[a-z]+(?:\s+[a-z]+="[^"<]*")*\s*\/?>/g, '');
  expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#\d+);)/);
}
