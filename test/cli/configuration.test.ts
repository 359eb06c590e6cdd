import { describe, expect, it } from 'vitest';
import { LATEST, MODULE, MUTABLE_DOCKERFILE, TEMPLATE_VERSION, Workspace, type JsonFinding } from '../support/cli';

const FILES = { Dockerfile: MUTABLE_DOCKERFILE, ...MODULE };

async function found(workspace: Workspace, args: readonly string[], env = {}): Promise<readonly JsonFinding[]> {
  return (await workspace.lint(args, { env })).json.findings;
}

function rulesOf(findings: readonly JsonFinding[]): string[] {
  return [...new Set(findings.map((finding) => finding.rule))].sort();
}

describe('which rules run', () => {
  it('--only runs nothing else, by id or by family', async () => {
    const workspace = new Workspace(FILES);
    expect(rulesOf(await found(workspace, ['--only', LATEST]))).toEqual([LATEST]);
    expect(rulesOf(await found(workspace, ['--only', `${LATEST},${TEMPLATE_VERSION}`]))).toEqual([
      LATEST,
      TEMPLATE_VERSION,
    ]);
    const family = rulesOf(await found(workspace, ['--only', 'mutable-reference/*']));
    expect(family).toEqual(expect.arrayContaining([LATEST, TEMPLATE_VERSION]));
    for (const rule of family) expect(rule).toMatch(/^mutable-reference\//);
  });

  it('--skip leaves rules out', async () => {
    const rules = rulesOf(await found(new Workspace(FILES), ['--skip', LATEST]));
    expect(rules).toContain(TEMPLATE_VERSION);
    expect(rules).not.toContain(LATEST);
  });

  it('--only turns on what the configuration turned off', async () => {
    const workspace = new Workspace({ ...FILES, 'immutable.yaml': `lint:\n  rules:\n    ${LATEST}: off\n` });
    expect(rulesOf(await found(workspace, []))).not.toContain(LATEST);
    expect(rulesOf(await found(workspace, ['--only', LATEST]))).toEqual([LATEST]);
  });

  it('does not call a suppression unused whose rule was left out', async () => {
    const workspace = new Workspace({ Dockerfile: `# immutable: ignore[${LATEST}] why\nFROM node:latest\n` });
    expect(rulesOf(await found(workspace, ['--skip', LATEST]))).not.toContain('suppression/unused');
    expect(rulesOf(await found(workspace, ['--only', TEMPLATE_VERSION]))).toEqual([]);
  });

  it('--preset wins over the configuration', async () => {
    const workspace = new Workspace({ ...FILES, 'immutable.yaml': 'lint:\n  extends: [strict]\n' });
    const strict = rulesOf(await found(workspace, []));
    const prototype = rulesOf(await found(workspace, ['--preset', 'prototype']));
    expect(strict.length).toBeGreaterThan(prototype.length);
    for (const rule of prototype) expect(rule).toMatch(/^mutable-reference\//);
  });

  it('--severity-override wins over the configuration', async () => {
    const workspace = new Workspace({ ...FILES, 'immutable.yaml': `lint:\n  rules:\n    ${LATEST}: info\n` });
    const findings = await found(workspace, ['--only', LATEST, '--severity-override', `${LATEST}=warning`]);
    expect(findings.map((finding) => finding.severity)).toEqual(['warning']);
  });

  it('--min-severity hides what is milder and counts it', async () => {
    const { json, code } = await new Workspace(FILES).lint([
      '--only',
      `${LATEST},${TEMPLATE_VERSION}`,
      '--min-severity',
      'error',
    ]);
    expect(rulesOf(json.findings)).toEqual([LATEST]);
    expect({ hidden: json.summary['hidden'], code }).toEqual({ hidden: 1, code: 1 });
  });
});

describe('which configuration holds', () => {
  const off = `lint:\n  rules:\n    ${LATEST}: off\n`;
  const info = `lint:\n  rules:\n    ${LATEST}: info\n`;

  it('is the nearest one upward', async () => {
    const workspace = new Workspace({
      'a/Dockerfile': MUTABLE_DOCKERFILE,
      'a/b/Dockerfile': MUTABLE_DOCKERFILE,
      'c/Dockerfile': MUTABLE_DOCKERFILE,
      'a/immutable.yml': info,
      'a/b/immutable.json': '{"lint": {"rules": {"mutable-reference/image-latest": "off"}}}',
    });
    const findings = await found(workspace, ['--skip', 'mutable-reference/image-tag']);
    const own = findings.filter((finding) => finding.rule === LATEST);
    expect(own.map(({ path, severity }) => [path, severity])).toEqual([
      ['a/Dockerfile', 'info'],
      ['c/Dockerfile', 'error'],
    ]);
  });

  it('is the one of --config, or of IMMUTABLE_CONFIG, for every file', async () => {
    const workspace = new Workspace({ ...FILES, 'immutable.yaml': off, 'ci/other.yaml': info });
    const elsewhere = new Workspace({ 'their.yaml': 'lint:\n  extends: [./shared.yaml]\n', 'shared.yaml': info });
    const severities = async (args: string[], env = {}): Promise<string[]> =>
      (await found(workspace, args, env)).filter(({ rule }) => rule === LATEST).map(({ severity }) => severity);
    expect(await severities([])).toEqual([]);
    expect(await severities(['--config', 'ci/other.yaml'])).toEqual(['info']);
    expect(await severities([], { IMMUTABLE_CONFIG: 'ci/other.yaml' })).toEqual(['info']);
    expect(await severities(['--config', elsewhere.file('their.yaml')])).toEqual(['info']);
  });
});
