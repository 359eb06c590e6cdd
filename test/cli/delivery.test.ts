import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Ledger } from '../../release/src/ledger/ledger';
import { newHolder } from '../../release/src/lock/holder';
import { Workspace } from '../support/cli';

/** A pipeline whose target is not there: every run is refused at a gate, and nothing is started. */
const PIPELINE = `app: web
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
  production:
    protected: true
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8083:80"] }, green: { publish: ["127.0.0.1:8084:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
    health: [{ http: { url: "http://127.0.0.1:\${slot.port}/", identity: { header: X-Release, equals: "\${release.id}" } } }]
`;

function workspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const made = new Workspace({ 'immutable.yaml': PIPELINE, Dockerfile: 'FROM scratch\n', ...files });
  made.git('init', '--quiet', '--initial-branch=main');
  return made;
}

/** Where the files of delivery lie in a workspace with git. */
function state(made: Workspace, ...parts: string[]): string {
  return made.file(join('.git', 'immutable', ...parts));
}

function lock(made: Workspace, environment: string, content: string): void {
  const file = state(made, 'locks', `${environment}.lock`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

describe('without a usable pipeline', () => {
  it('says that there is none', async () => {
    const { code, stderr } = await new Workspace().run(['deploy']);
    expect([code, stderr]).toEqual([64, expect.stringContaining('There is no immutable.yaml here or above')]);
  });

  it('names every place that is wrong', async () => {
    const made = workspace({
      'immutable.yaml': PIPELINE.replace('engine: podman', 'engine: lxc').replace('app: web', 'app: Web'),
    });
    const { code, stderr } = await made.run(['status']);
    expect(code).toBe(64);
    expect(stderr).toContain('immutable.yaml:1:6: Use small letters');
    expect(stderr).toContain('immutable.yaml:5:37: Write one of `auto`, `docker`, `podman`.');
  });

  it('says which environment is meant, and which there are', async () => {
    expect((await workspace().run(['deploy'])).stderr).toContain('immutable-infra deploy local|production');
    expect((await workspace().run(['deploy', 'prod'])).stderr).toContain(
      'no environment `prod`. It has local, production.',
    );
  });

  it('asks for a reason when something is overridden', async () => {
    expect((await workspace().run(['deploy', 'local', '--override', 'x'])).stderr).toContain('need `--reason TEXT`');
  });
});

describe('a deployment that is refused', () => {
  it('tells all gates at once, changes nothing, and leaves the environment free', async () => {
    const made = workspace({ Dockerfile: 'FROM node:latest\n' });
    const { code, stdout } = await made.run(['deploy', 'production', '--json'], { env: { PATH: '/nonexistent' } });
    expect(code).toBe(3);
    const closed = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
      type: string;
      outcome: string;
      text: string;
    };
    expect(closed).toMatchObject({ type: 'closed', outcome: 'refused' });
    expect(closed.text).toContain('lint: 1 finding of the linter stops this run');
    expect(closed.text).toContain('git: there is no git commit');
    expect(closed.text).toContain('target: `podman` is not on PATH');
    expect(readdirSync(state(made, 'locks'))).toEqual([]);
    const status = await made.run(['status', 'production']);
    expect(status.stdout).toBe('production\n  nothing was deployed yet\n');
    expect((await made.run(['runs'])).stdout).toContain('deploy production  refused');
  }, 120_000);

  it('keeps why a tree that is not clean was let through', async () => {
    const made = workspace();
    const tools = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-git-only-')));
    symlinkSync(execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim(), join(tools, 'git'));
    onTestFinished(() => rmSync(tools, { recursive: true, force: true }));
    made.commitAll();
    made.write('Dockerfile', 'FROM scratch\nLABEL a=b\n');
    const env = { PATH: tools };
    const { stdout } = await made.run(['deploy', 'production'], { env });
    expect(stdout).toContain('git: files are changed and not committed');
    await made.run(['deploy', 'production', '--allow-dirty', '--reason', 'fire, OPS-9'], { env });
    const notes = Ledger.read(state(made, 'ledger', 'production.jsonl')).records();
    expect(notes).toMatchObject([
      {
        type: 'note',
        what: 'git-override',
        gate: expect.stringContaining('not committed') as string,
        reason: 'fire, OPS-9',
      },
    ]);
  }, 120_000);

  it('an override of the lint gate is not taken by a protected environment', async () => {
    const made = workspace({ Dockerfile: 'FROM node:latest\n' });
    const words = [
      'deploy',
      'production',
      '--override',
      'mutable-reference/image-latest',
      '--reason',
      'we like it so much',
    ];
    const { code, stdout } = await made.run(words, { env: { PATH: '/nonexistent' } });
    expect([code, stdout]).toEqual([3, expect.stringContaining('a protected environment takes no override')]);
  }, 120_000);
});

describe('a lock', () => {
  it('of somebody else is named, with what to do', async () => {
    const made = workspace();
    lock(made, 'local', JSON.stringify({ ...newHolder('R1', new Date(0)), host: 'far', machine: 'far', boot: 'far' }));
    const { code, stderr } = await made.run(['deploy', 'local']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/local is locked by .*@far since 1970-01-01T00:00:00.000Z \(run R1/);
    expect(stderr).toContain('immutable-infra take-over local');
    const { stdout } = await made.run(['deploy', 'local', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ v: 1, type: 'closed', outcome: 'locked' });
  });

  it('that only a person can end is not waited for', async () => {
    const made = workspace();
    lock(made, 'local', JSON.stringify({ ...newHolder('R1', new Date(0)), host: 'far', machine: 'far', boot: 'far' }));
    const { code, stderr } = await made.run(['deploy', 'local', '--wait']);
    expect(code).toBe(5);
    expect(stderr).toContain('immutable-infra take-over local');
    expect(stderr).not.toContain('Waiting');
  });

  it('F25: is taken over when the environment is typed and a reason given; the ledger keeps both', async () => {
    const made = workspace();
    lock(made, 'local', JSON.stringify({ ...newHolder('R1', new Date(0)), host: 'far', machine: 'far', boot: 'far' }));
    expect((await made.run(['take-over', 'local'])).code).toBe(3);
    const { code } = await made.run(['take-over', 'local', '--confirm', 'local', '--reason', 'the machine burnt down']);
    expect(code).toBe(0);
    const [record] = Ledger.read(state(made, 'ledger', 'local.jsonl')).records();
    expect(record).toMatchObject({ type: 'lock.stolen', because: 'the machine burnt down' });
    expect((await made.run(['take-over', 'local'])).stdout).toBe('local is not locked.\n');
    const told = await made.run(['take-over', 'local', '--json']);
    expect(JSON.parse(told.stdout)).toEqual({ version: 1, environment: 'local', holder: null, ended: false });
  });

  it('of a live run is not taken over', async () => {
    const made = workspace();
    lock(made, 'local', JSON.stringify(newHolder('R1', new Date(0))));
    const words = ['take-over', 'local', '--confirm', 'local', '--reason', 'impatience'];
    expect(await made.run(words)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Cancel its run instead') as string,
    });
  });
});

describe('verify-ledger', () => {
  it('F30: names the record that was changed', async () => {
    const made = workspace();
    expect((await made.run(['verify-ledger'])).stdout).toBe('There is no ledger yet.\n');
    const path = state(made, 'ledger', 'local.jsonl');
    const ledger = Ledger.open(path, state(made, 'torn'), { assertHeld: () => undefined });
    for (const text of ['a', 'b']) ledger.append({ type: 'note', run: 'R1', text });
    ledger.close();
    expect(await made.run(['verify-ledger'])).toMatchObject({ code: 0, stdout: 'local: 2 records, unbroken.\n' });
    appendFileSync(path, '{"half');
    expect((await made.run(['verify-ledger'])).code).toBe(0);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"text":"a"', '"text":"x"'));
    const { code, stdout } = await made.run(['verify-ledger']);
    expect([code, stdout]).toEqual([3, expect.stringContaining('record 1 is not as it was written')]);
  });
});

describe('runs', () => {
  it('that are named wrongly, or do not wait, say so', async () => {
    const made = workspace();
    expect((await made.run(['runs'])).stdout).toBe('No run yet.\n');
    expect((await made.run(['cancel'])).stderr).toContain('No run is running.');
    expect((await made.run(['resume', '../../etc'])).stderr).toContain('There is no run ../../etc');
    expect((await made.run(['approve', 'sha256:1'])).stderr).toContain('waiting with the plan sha256:1');
  });
});
