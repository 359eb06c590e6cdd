import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Workspace } from '../support/cli';

const PIPELINE = `app: web
images:
  web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
    health: [{ tcp: { host: 127.0.0.1, port: "\${slot.port}" } }]
`;

function workspace(): Workspace {
  const made = new Workspace({ 'immutable.yaml': PIPELINE, Dockerfile: 'FROM scratch\n' });
  made.git('init', '--quiet', '--initial-branch=main');
  return made;
}

describe('the name of an environment', () => {
  it.each([
    ['verify-ledger', 'prodution'],
    ['status', 'prodution'],
    ['drift', 'prodution'],
    ['notes', 'prodution'],
    ['deploy', 'prodution'],
    ['rollback', 'prodution'],
    ['retire', 'prodution', 'blue'],
    ['adopt', 'prodution'],
    ['take-over', 'prodution', '--confirm', 'prodution', '--reason', 'x'],
  ])('is one of the file: %s %s', async (...words) => {
    const { code, stdout, stderr } = await workspace().run(words);
    expect(code).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain('immutable.yaml has no environment `prodution`. It has local.');
  });

  it('is no way out of the folder of locks', async () => {
    const made = workspace();
    made.write('.git/index.lock', 'of git');
    mkdirSync(made.file('.git/immutable/locks'), { recursive: true });
    const { code } = await made.run(['take-over', '../../index', '--confirm', '../../index', '--reason', 'x']);
    expect(code).toBe(64);
    expect(made.read('.git/index.lock')).toBe('of git');
    expect(readdirSync(made.file('.git')).filter((name) => name.startsWith('index'))).toEqual(['index.lock']);
  });

  it('may have left the file: its history can be verified still', async () => {
    const made = workspace();
    mkdirSync(made.file('.git/immutable/ledger'), { recursive: true });
    writeFileSync(made.file('.git/immutable/ledger/staging.jsonl'), '');
    const { code, stdout } = await made.run(['verify-ledger', 'staging']);
    expect(stdout).toBe('staging: 0 records, unbroken.\n');
    expect(code).toBe(0);
  });
});

describe('a lock', () => {
  it('of a program that is gone needs nobody to take it over', async () => {
    const made = workspace();
    mkdirSync(made.file('.git/immutable/locks'), { recursive: true });
    // No process has this number: Linux counts to 4,194,304.
    const holder = { ...(await holderHere(made)), pid: 4_194_305, run: 'gone' };
    made.write('.git/immutable/locks/local.lock', JSON.stringify(holder));
    const { code, stdout } = await made.run(['take-over', 'local', '--confirm', 'local', '--reason', 'x']);
    expect(stdout).toContain('which is gone: the next run passes over it');
    expect(code).toBe(0);
    expect(existsSync(made.file('.git/immutable/locks/local.lock'))).toBe(true);
  });
});

/** A lock as this machine writes it. */
async function holderHere(made: Workspace): Promise<object> {
  const { newHolder } = await import('../../release/src/lock/holder');
  expect(made.path).not.toBe('');
  return newHolder('gone', new Date());
}
