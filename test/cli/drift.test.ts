import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateRoot } from '../../release/src/state-root';
import { containerImage, record, release } from '../release/drift/support';
import { Workspace } from '../support/cli';

const PIPELINE = `app: shop
images: { web: { container: { repository: "127.0.0.1:1/shop/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: upstream.conf, content: "server \${slot.port};\\n" } }
`;
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Release v1 is live on blue; podman shows a container whose state is given, under an evil name. */
function deployed(state: string): { made: Workspace; env: Record<string, string> } {
  const made = new Workspace({ 'immutable.yaml': PIPELINE, 'upstream.conf': 'server 8081;\n' });
  made.git('init', '--quiet', '--initial-branch=main');
  const root = new StateRoot(made.file('.git/immutable'));
  mkdirSync(root.path, { recursive: true });
  record(root, 'local', release('v1', [containerImage('web', DIGEST, '127.0.0.1:1/shop/web')]));
  const labels = {
    'dev.immutable.app': 'shop',
    'dev.immutable.environment': 'local',
    'dev.immutable.slot': 'blue',
    'dev.immutable.release': 'v1\u001b]8;;http://evil\u0007',
    'dev.immutable.run': 'run-v1',
    'dev.immutable.port': '8081',
  };
  const answer = [
    {
      Id: 'c1',
      Name: 'shop-local-blue-web',
      State: { Running: true, Status: state },
      Image: DIGEST,
      Config: { Labels: labels },
    },
  ];
  const bin = new Workspace({
    podman: `#!/bin/sh\ncase "$1" in ps) echo c1 shop-local-blue-web ;; inspect) /bin/cat "$0.json" ;; esac\n`,
    'podman.json': JSON.stringify(answer),
  });
  chmodSync(bin.file('podman'), 0o755);
  return { made, env: { PATH: [bin.path, ...(process.env['PATH'] ?? '').split(':')].join(':') } };
}

describe('immutable-infra drift', () => {
  it('ends with 2 and says what differs and what to do; escapes of terminals do not get through', async () => {
    const { made, env } = deployed('running');
    const { code, stdout } = await made.run(['drift', 'local'], { env });
    expect(code).toBe(2);
    expect(stdout).toContain(
      'local: 1 difference; v1 is live on blue\n  ✗ image  shop-local-blue-web: it belongs to v1',
    );
    expect(stdout).toContain('Re-apply: `immutable-infra deploy local`');
    expect(stdout).toContain('Running:\n    ✗ shop-local-blue-web c1  on blue  sha256:aaaaaaaaaaaa  v1');
    expect(stdout).toContain('Not seen:');
    expect(stdout).not.toContain('\u001b');
    const json = JSON.parse((await made.run(['drift', '--json'], { env })).stdout) as {
      environments: { differences: { kind: string }[] }[];
    };
    expect(json.environments[0]?.differences.map(({ kind }) => kind)).toEqual(['image']);
  }, 120_000);

  it('status shows the last look while nothing else became live, and looks itself with --live', async () => {
    const { made, env } = deployed('running');
    expect((await made.run(['status'])).stdout).not.toContain('drift');
    const live = await made.run(['status', '--live'], { env });
    expect(live.code).toBe(0);
    expect(live.stdout).toContain('! drift when looked at just now: image; immutable-infra drift local');
    expect(live.stdout).toContain('  ✗ shop-local-blue-web c1  on blue  sha256:aaaaaaaaaaaa');
    const later = await made.run(['status', '--json'], { env: { PATH: '/nonexistent' } });
    const json = JSON.parse(later.stdout) as {
      environments: { drift: { differences: unknown[] } | null; live: { actor: string } }[];
    };
    expect(json.environments[0]?.drift?.differences).toHaveLength(1);
    expect(json.environments[0]?.live.actor).toBe('Ana <ana@example>');
    expect((await made.run(['status'])).stdout).toContain('just now by Ana <ana@example>');
    const digest = `sha256:${'b'.repeat(64)}`;
    const root = new StateRoot(made.file('.git/immutable'));
    record(root, 'local', release('v2', [containerImage('web', digest, '127.0.0.1:1/shop/web')]));
    expect((await made.run(['status'])).stdout).not.toContain('drift');
  }, 120_000);

  it('ends with 6 when it could not look, and never says that nothing differs', async () => {
    const { made } = deployed('running');
    const { code, stdout } = await made.run(['drift'], { env: { PATH: '/nonexistent' } });
    expect([code, stdout]).toEqual([6, expect.stringContaining('local: not looked at; v1 is live on blue')]);
    expect(stdout).toContain('`podman` is not on PATH');
    expect((await made.run(['drift', 'prod'])).stderr).toContain('no environment `prod`. It has local.');
  }, 120_000);

  it('does not run a podman of the workspace', async () => {
    const { made } = deployed('running');
    made.write('bin/podman', `#!/bin/sh\ntouch "${made.file('ran')}"\n`);
    chmodSync(made.file('bin/podman'), 0o755);
    const { code, stdout } = await made.run(['drift'], { env: { PATH: join(made.path, 'bin') } });
    expect([code, stdout]).toEqual([6, expect.stringContaining('was passed over: it lies in the workspace')]);
    expect(() => made.read('ran')).toThrow('ENOENT');
  }, 120_000);
});
