import { mkdirSync } from 'node:fs';
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

describe('immutable-infra notes', () => {
  it('shows what a deployment would bring, and what going back would take away', async () => {
    const made = new Workspace({ 'immutable.yaml': PIPELINE });
    const git = (...words: string[]): string => made.git(...words).trim();
    git('init', '--quiet', '--initial-branch=main');
    const commit = (subject: string): string => {
      git('commit', '--quiet', '--allow-empty', '-m', subject);
      return git('rev-parse', 'HEAD');
    };
    const first = commit('One');
    const root = new StateRoot(made.file('.git/immutable'));
    mkdirSync(root.path, { recursive: true });
    const image = containerImage('web', `sha256:${'a'.repeat(64)}`, '127.0.0.1:1/shop/web');
    record(root, 'local', release('r1', [image], { git: { commit: first } }));
    const second = commit('Two\u001b[31m');
    const { code, stdout } = await made.run(['notes']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `1 commit comes with it, ${first.slice(0, 9)} to ${second.slice(0, 9)}:\n  + ${second.slice(0, 9)} Two (A)\n`,
    );
    record(root, 'local', release('r2', [image], { git: { commit: second }, supersedes: 'r1' }));
    expect((await made.run(['notes', 'local', 'r1', '--back'])).stdout).toContain('1 commit disappears');
    const json = JSON.parse((await made.run(['notes', 'local', 'r2', '--json'])).stdout) as { notes: { kind: string } };
    expect(json.notes.kind).toBe('ahead');
    expect(await made.run(['notes', 'local', 'r9'])).toMatchObject({ code: 64 });
    expect((await made.run(['notes', 'local', '--back'])).stderr).toContain('Say which release');
  }, 120_000);
});
