import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lintWorkspace, type GateFinding } from '../../release/src/gates/lint-worker';
import { Workspace } from '../support/cli';

const ROOT = join(import.meta.dirname, '..', '..');
const BUNDLE = join(ROOT, 'dist', 'cli.js');

interface Written {
  readonly rule: string;
  readonly severity: GateFinding['severity'];
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fixes: readonly { readonly title: string }[];
}

/** What `immutable-infra lint` says in a folder. */
function linted(folder: string): GateFinding[] {
  const words = [BUNDLE, 'lint', '--format', 'json', '--fail-on', 'never', '--min-severity', 'hint', '--', '.'];
  const text = execFileSync(process.execPath, words, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const { findings } = JSON.parse(text) as { readonly findings: readonly Written[] };
  return findings.map(({ rule, severity, path, line, column, message, fixes }) => ({
    rule,
    severity,
    path,
    line,
    column,
    message,
    fix: fixes[0]?.title ?? null,
  }));
}

const never = new AbortController().signal;

describe('the linter inside the engine', () => {
  beforeAll(() => {
    if (!existsSync(BUNDLE)) throw new Error('dist/cli.js is missing: run `npm run build`.');
  });

  it.each(['examples', 'examples/mutable', 'examples/immutable'])(
    'says of %s what `lint` says',
    async (path) => {
      const folder = join(ROOT, path);
      const answer = await lintWorkspace(BUNDLE, folder, never);
      expect(answer).toEqual({ findings: linted(folder) });
    },
    60_000,
  );

  it('takes the configuration and the suppressions of the workspace', async () => {
    const made = new Workspace({
      'immutable.yaml': 'lint: { rules: { mutable-reference/image-latest: warning } }\n',
      Dockerfile: 'FROM node:latest\n',
      'b/Dockerfile': '# immutable: ignore[mutable-reference/image-latest] old vendor image\nFROM node:latest\n',
    });
    const answer = await lintWorkspace(BUNDLE, made.path, never);
    expect(answer).toEqual({ findings: linted(made.path) });
    expect('findings' in answer && answer.findings).toContainEqual(
      expect.objectContaining({ path: 'Dockerfile', rule: 'mutable-reference/image-latest', severity: 'warning' }),
    );
    expect(answer).not.toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ path: 'b/Dockerfile', rule: 'mutable-reference/image-latest' }),
      ]) as unknown,
    });
  }, 60_000);

  it('says that nobody can tell when the configuration is broken', async () => {
    const made = new Workspace({ 'immutable.yaml': 'lint: { rules: [' });
    expect(await lintWorkspace(BUNDLE, made.path, never)).toEqual({
      problem: expect.stringContaining('immutable.yaml:1') as string,
    });
  }, 60_000);

  it('ends with the run that is cancelled', async () => {
    const abort = new AbortController();
    const asked = lintWorkspace(BUNDLE, join(ROOT, 'examples'), abort.signal);
    abort.abort(new Error('cancelled by Ana'));
    await expect(asked).rejects.toThrow('cancelled by Ana');
  });
});
