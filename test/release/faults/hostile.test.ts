import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitState } from '../../../release/src/api/git-state';
import { safeGit } from '../../../release/src/api/safe-git';
import { requirePipeline } from '../../../release/src/config/read';
import { StateRoot } from '../../../release/src/state-root';
import { Workspace } from '../../support/cli';

const PIPELINE = `app: web
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
gates: { lint: off }
`;

const EVIL = [
  '../../x',
  '--privileged',
  '$(touch canary)',
  ';rm -rf .',
  'a/b',
  '..',
  'a\\u0000b',
  '\\u001b]8;;http://x\\u0007',
  '__proto__',
  'Web',
  '',
];

describe('F37: names that become files or words', () => {
  it.each(EVIL)('%j is no name of an app, an image, an environment, a container or a slot', (name) => {
    const text = `"${name}"`;
    const places: readonly [string, string][] = [
      ['app: web', `app: ${text}`],
      ['images: { web:', `images: { ${text}:`],
      ['  local:', `  ${text}:`],
      ['name: web', `name: ${text}`],
      ['blue:', `${text}:`],
    ];
    for (const [plain, evil] of places) {
      expect(PIPELINE).toContain(plain);
      expect(() => requirePipeline(PIPELINE.replace(plain, evil), 'immutable.yaml'), evil).toThrow(/immutable\.yaml:/);
    }
  });

  it.each(['--privileged', '$(id)/x', 'a b', '-x', 'x;y'])('%j is no repository of an image', (name) => {
    const text = PIPELINE.replace('127.0.0.1:5000/web', name);
    expect(() => requirePipeline(text, 'immutable.yaml')).toThrow(/immutable\.yaml:/);
  });

  it('whatever is a name stays below the state root', () => {
    const root = new StateRoot('/state');
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 12 }), (name) => {
        let isName = true;
        try {
          const quoted = JSON.stringify(name);
          requirePipeline(PIPELINE.replace('  local:', `  ${quoted}:`), 'immutable.yaml');
        } catch {
          isName = false;
        }
        if (!isName) return;
        for (const path of [root.ledger(name), root.lock(name)]) {
          expect(relative('/state', path)).not.toMatch(/^\.\.|^\//);
          expect(['/state/ledger', '/state/locks']).toContain(dirname(path));
        }
      }),
      { seed: 37, numRuns: 300 },
    );
  });
});

describe('F39: a repository that brings programs of its own', () => {
  let made: Workspace;
  let outside: string;
  beforeEach(() => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-canary-')));
    made = new Workspace({ 'immutable.yaml': PIPELINE, Dockerfile: 'FROM scratch\n' });
    const canary = `#!/bin/sh\ntouch ${outside}/canary\n`;
    for (const name of ['bin/podman', 'bin/git', 'bin/terraform', 'hook', 'pager']) {
      made.write(name, canary);
      chmodSync(made.file(name), 0o755);
    }
    made.write('.vscode/settings.json', JSON.stringify({ 'immutable.podman.path': made.file('bin/podman') }));
    made.commitAll();
    made.git('config', 'core.fsmonitor', made.file('hook'));
    made.git('config', 'core.pager', made.file('pager'));
    made.git('config', 'core.hooksPath', made.file('bin'));
  });
  afterEach(() => rmSync(outside, { recursive: true, force: true }));

  it('git is asked without its hooks, monitor and pager', async () => {
    expect((await gitState(made.path)).git.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(existsSync(join(outside, 'canary'))).toBe(false);
    // The monitor would have been run: the canary is no dead letter.
    made.git('status');
    expect(existsSync(join(outside, 'canary'))).toBe(true);
  });

  it('git checks no signature with a program of the repository', async () => {
    made.git('config', 'log.showSignature', 'true');
    made.git('config', 'gpg.program', made.file('hook'));
    const key = ['gpgsig -----BEGIN PGP SIGNATURE-----', ' ', ' -----END PGP SIGNATURE-----'];
    const commit = made.git('cat-file', 'commit', 'HEAD').split('\n');
    const end = commit.indexOf('');
    made.write('signed', [...commit.slice(0, end), ...key, ...commit.slice(end)].join('\n'));
    const signed = made.git('hash-object', '-t', 'commit', '-w', made.file('signed')).trim();
    made.git('reset', '--quiet', '--soft', signed);
    rmSync(join(outside, 'canary'), { force: true });
    const git = safeGit(made.path);
    expect(await git?.('log', '--format=%H', 'HEAD')).toContain(signed);
    expect(existsSync(join(outside, 'canary'))).toBe(false);
    // The check would have been made: the canary is no dead letter.
    made.git('-c', 'core.fsmonitor=false', 'log', '-1');
    expect(existsSync(join(outside, 'canary'))).toBe(true);
  });

  it('a program of the repository that comes first on PATH is passed over, and named when there is no other', async () => {
    const { code, stdout, stderr } = await made.run(['deploy', 'local', '--approve', 'all'], {
      env: { PATH: `${made.file('bin')}:/nonexistent` },
    });
    expect(code).toBe(3);
    expect(stdout + stderr).toContain(`${made.file('bin/podman')} was passed over: it lies in the workspace`);
    expect(readdirSync(outside)).toEqual([]);
  });
});
