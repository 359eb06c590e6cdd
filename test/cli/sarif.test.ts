import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Log, Result, Run } from 'sarif';
import { describe, expect, it } from 'vitest';
import { LATEST, MODULE, MUTABLE_DOCKERFILE, ROOT, TEMPLATE_VERSION, Workspace } from '../support/cli';

const MULTITOOL = join(ROOT, 'node_modules/@microsoft/sarif-multitool-linux');
const ONLY = ['--only', `${LATEST},${TEMPLATE_VERSION},suppression/*`];

/** A workspace that uses everything that the format can say. */
function full(): Workspace {
  return new Workspace({
    ...MODULE,
    Dockerfile: MUTABLE_DOCKERFILE,
    'with space#1/Dockerfile': `# immutable: ignore[${LATEST}] nightly "build"\nFROM node:latest\n`,
    // The finding lies in another file than the one that uses it.
    'module/main.tf':
      'resource "aws_autoscaling_group" "b" {\n  launch_template {\n    id = "lt-0123456789abcdef0"\n    version = var.v\n  }\n}\n',
    'module/variables.tf': 'variable "v" {\n  default = "$Latest"\n}\n',
    'immutable.yaml': 'lint:\n  rules:\n    mutable-reference/image-latst: error\n',
    'broken.tf': Buffer.from([0x23, 0xff, 0xfe, 0x0a]),
  });
}

async function sarif(workspace: Workspace, ...args: string[]): Promise<{ readonly text: string; readonly run: Run }> {
  const { stdout } = await workspace.run(['lint', '--format', 'sarif', ...args]);
  const [run] = (JSON.parse(stdout) as Log).runs;
  if (!run) throw new Error('no run');
  return { text: stdout, run };
}

function resultAt(run: Run, uri: string): Result {
  const found = run.results?.find((result) => result.locations?.[0]?.physicalLocation?.artifactLocation?.uri === uri);
  if (!found) throw new Error(`no result at ${uri}`);
  return found;
}

function validator(): (log: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  const schema = JSON.parse(readFileSync(join(MULTITOOL, 'sarif-2.1.0.json'), 'utf8')) as object;
  const validate = ajv.compile(schema);
  return (log) =>
    validate(log) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

describe('SARIF 2.1.0', () => {
  it('is valid by the official schema', async () => {
    const validate = validator();
    expect(validate({ version: '2.1.0', runs: [{}] })).not.toEqual([]);
    const workspace = full();
    expect(validate(JSON.parse((await sarif(workspace, ...ONLY)).text))).toEqual([]);
    expect(validate(JSON.parse((await sarif(workspace)).text))).toEqual([]);
    expect(validate(JSON.parse((await sarif(new Workspace())).text))).toEqual([]);
    workspace.commitAll();
    workspace.write('Dockerfile', 'FROM scratch\n');
    expect(validate(JSON.parse((await sarif(workspace, '--diff-base', 'HEAD')).text))).toEqual([]);
    await workspace.run(['lint', '--write-baseline']);
    expect(validate(JSON.parse((await sarif(workspace, '--baseline', '.immutable-baseline.json')).text))).toEqual([]);
  });

  it.skipIf(!canRun(join(MULTITOOL, 'Sarif.Multitool')))('is accepted by the SARIF Multitool', async () => {
    const workspace = full();
    await workspace.run(['lint', '--format', 'sarif', '--output', 'out.sarif']);
    execFileSync(
      join(MULTITOOL, 'Sarif.Multitool'),
      [
        'validate',
        'out.sarif',
        '--output',
        'checked.sarif',
        '--log',
        'ForceOverwrite',
        '--level',
        'Error;Warning',
        '--kind',
        'Fail',
      ],
      {
        cwd: workspace.path,
        stdio: 'ignore',
        env: {
          ...process.env,
          DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
          DOTNET_BUNDLE_EXTRACT_BASE_DIR: workspace.path,
        },
      },
    );
    const checked = JSON.parse(workspace.read('checked.sarif').replace(/^\uFEFF/, '')) as Log;
    const complaints = (checked.runs[0]?.results ?? []).filter((result) => (result.level ?? 'warning') !== 'note');
    // The home page of the tool is not known before it is published (package.json has no `homepage`).
    expect(complaints.filter((result) => result.ruleId !== 'SARIF2005').map((result) => result.ruleId)).toEqual([]);
  });

  it('describes the tool, every rule and how columns are counted', async () => {
    const { run } = await sarif(full(), ...ONLY);
    const { driver } = run.tool;
    expect(driver.name).toBe('Immutable Infra');
    expect(run.columnKind).toBe('utf16CodeUnits');
    const rule = driver.rules?.find((candidate) => candidate.id === LATEST);
    expect(rule).toMatchObject({ defaultConfiguration: { level: 'error', enabled: true } });
    const page = readFileSync(join(ROOT, 'docs/rules', `${LATEST}.md`), 'utf8');
    expect(rule?.help?.markdown).toBe(page);
    for (const { ruleId, ruleIndex } of run.results ?? []) expect(driver.rules?.[ruleIndex ?? -1]?.id).toBe(ruleId);
  });

  it('places results by URIs relative to the working directory', async () => {
    const workspace = full();
    const { run } = await sarif(workspace, ...ONLY);
    expect(run.originalUriBaseIds?.['SRCROOT']?.uri).toBe(`${pathToFileURL(workspace.path).href}/`);
    const result = resultAt(run, 'Dockerfile');
    expect(result).toMatchObject({ ruleId: LATEST, level: 'error' });
    expect(result.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'Dockerfile', uriBaseId: 'SRCROOT' },
      region: { startLine: 1, startColumn: 6, endLine: 1, endColumn: 17, snippet: { text: 'node:latest' } },
    });
    expect(resultAt(run, 'with%20space%231/Dockerfile').ruleId).toBe(LATEST);
  });

  it('carries the fingerprint that baselines use', async () => {
    const workspace = full();
    const { run } = await sarif(workspace, ...ONLY);
    const { json } = await workspace.lint(ONLY);
    const own = json.findings.find((finding) => finding.path === 'Dockerfile');
    expect(resultAt(run, 'Dockerfile').partialFingerprints).toEqual({ 'immutableInfra/v1': own?.fingerprint });
  });

  it('offers fixes as replacements', async () => {
    const { run } = await sarif(full(), ...ONLY);
    expect(resultAt(run, 'infra/group.tf').fixes?.[0]?.artifactChanges).toEqual([
      {
        artifactLocation: { uri: 'infra/group.tf', uriBaseId: 'SRCROOT' },
        replacements: [
          {
            deletedRegion: { startLine: 7, startColumn: 15, endLine: 7, endColumn: 24 },
            insertedContent: { text: 'aws_launch_template.app.latest_version' },
          },
        ],
      },
    ]);
  });

  it('keeps suppressed results with their reason', async () => {
    const { run } = await sarif(full(), ...ONLY);
    expect(resultAt(run, 'with%20space%231/Dockerfile').suppressions).toEqual([
      { kind: 'inSource', status: 'accepted', justification: 'nightly "build"' },
    ]);
    expect(resultAt(run, 'Dockerfile').suppressions).toBeUndefined();
  });

  it('tells what a change did', async () => {
    const workspace = new Workspace({ 'a/Dockerfile': MUTABLE_DOCKERFILE, 'b/Dockerfile': MUTABLE_DOCKERFILE });
    workspace.commitAll();
    workspace.remove('a/Dockerfile');
    workspace.write('c/Dockerfile', 'FROM alpine:latest\n');
    const { run } = await sarif(workspace, '--diff-base', 'HEAD', '--only', LATEST);
    const states = run.results?.map((result) => [
      result.locations?.[0]?.physicalLocation?.artifactLocation?.uri,
      result.baselineState,
    ]);
    expect(states).toEqual([
      ['c/Dockerfile', 'new'],
      ['b/Dockerfile', 'unchanged'],
      ['a/Dockerfile', 'absent'],
    ]);
  });

  it('notes what was not linted and what is wrong in the configuration', async () => {
    const { run } = await sarif(full(), ...ONLY);
    const [invocation] = run.invocations ?? [];
    expect(invocation?.executionSuccessful).toBe(true);
    expect(invocation?.toolExecutionNotifications?.map((notification) => notification.message.text)).toEqual([
      expect.stringContaining('Not valid UTF-8'),
    ]);
    expect(invocation?.toolConfigurationNotifications).toMatchObject([
      { level: 'warning', locations: [{ physicalLocation: { region: { startLine: 3 } } }] },
    ]);
  });
});

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return process.platform === 'linux' && process.arch === 'x64';
  } catch {
    return false;
  }
}
