import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { Workspace, type Outcome } from '../../support/cli';
import { farHolder, HELD, Team, type Clone } from './clones';

/** Nothing can be deployed here: what counts happens before. */
const PIPELINE = `app: web
images: { web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: run/local, content: "\${slot.port}" } }
  production:
    protected: true
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8083:80"] }, green: { publish: ["127.0.0.1:8084:80"] } } }] } }
    route: { file: { path: run/production, content: "\${slot.port}" } }
    health: [{ http: { url: "http://127.0.0.1:\${slot.port}/", identity: { header: X-Release, equals: "\${release.id}" } } }]
gates: { lint: off, cleanGit: never }
ledger: { backend: git }
`;

let team: Team;
let ana: Clone;
beforeEach(() => {
  team = new Team();
  ana = member('ana');
});
afterEach(() => team.dispose());

function member(name: string): Clone {
  const clone = team.clone(name);
  writeFileSync(join(clone.workspace, 'immutable.yaml'), PIPELINE);
  return clone;
}

/** Runs the built command line in a clone. */
function cli(clone: Clone, ...words: readonly string[]): Promise<Outcome> {
  const made = new Workspace();
  return made.run(words, { cwd: join('..', clone.workspace.slice(clone.workspace.indexOf('immutable-team-'))) });
}

describe('the command line in a team', () => {
  it('status of a fresh clone shows what others did, and who acts', async () => {
    ana.run('r1', 'a');
    ana.share().claim(HELD, farHolder('R7'));
    const ben = member('ben');
    const { code, stdout } = await cli(ben, 'status', 'production');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/locked by ben@far since .* \(run R7/)]);
    expect((await cli(ben, 'status', 'production', '--offline')).stdout).not.toContain('locked');
    team.cut();
    const down = await cli(ben, 'status', 'production', '--json');
    const [state] = (JSON.parse(down.stdout) as { environments: { team: unknown }[] }).environments;
    expect(state?.team).toMatchObject({
      remote: 'origin',
      queued: 0,
      problem: expect.stringContaining('reached') as string,
    });
  });

  it('F26: a deployment while somebody else acts ends with 5, and leaves no run that could be resumed', async () => {
    ana.share().claim(HELD, farHolder('R7'));
    const ben = member('ben');
    const { code, stdout } = await cli(ben, 'deploy', 'local', '--json');
    expect(code).toBe(3);
    const refused = await cli(ben, 'deploy', 'production', '--json');
    expect([refused.code, refused.stdout]).toEqual([5, expect.stringContaining('take-over production')]);
    expect(stdout).toContain('"outcome":"refused"');
    expect((await cli(ben, 'runs')).stdout).toMatch(/deploy production +locked/);
    expect((await cli(ben, 'resume')).stderr).toContain('No run is interrupted');
  });

  it('F26: with --wait it goes when the other machine gives the environment back; a run that is stuck never does', async () => {
    const share = ana.share();
    share.claim(HELD, farHolder('R7'));
    const ben = member('ben');
    const waiting = cli(ben, 'deploy', 'production', '--wait');
    setTimeout(() => share.leave(), 2000);
    const { code, stdout, stderr } = await waiting;
    expect(stderr).toMatch(/production is locked by ben@far since .*\. Waiting for it to be free/);
    // Its turn came: the gates refuse it, as they would have without anybody else.
    expect([code, stdout]).toEqual([3, expect.stringContaining('Nothing was changed.')]);
    expect((await cli(ben, 'runs')).stdout.match(/deploy production/g)).toHaveLength(1);
    share.claim(HELD, { ...farHolder('R8'), hold: 'the way back failed' });
    const stuck = await cli(ben, 'deploy', 'production', '--wait');
    expect(stuck.code).toBe(5);
    expect(stuck.stderr).not.toContain('Waiting');
  }, 120_000);

  it('F25: a claim of a machine that is gone is taken over by a person; the team sees the reason', async () => {
    ana.share().claim(HELD, farHolder('R7'));
    const ben = member('ben');
    expect((await cli(ben, 'take-over', 'production')).stderr).toContain('locked by ben@far');
    const words = ['--confirm', 'production', '--reason', 'the machine burnt down'];
    expect(await cli(ben, 'take-over', 'production', ...words)).toMatchObject({ code: 0 });
    ana.share().synchronize(HELD);
    expect(Ledger.read(ana.path).records()).toMatchObject([{ type: 'lock.stolen', because: 'the machine burnt down' }]);
    expect(ana.share().read().claim).toBeUndefined();
  });

  it('F46: without the remote a protected environment refuses and says how to go on; another one warns', async () => {
    ana.run('r1', 'a');
    team.cut();
    ana.write('waits');
    const refused = await cli(ana, 'deploy', 'production');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(
      /ledger: The team's ledger at `origin` cannot be reached: fatal: .*1 record waits here/,
    );
    expect(refused.stdout).toContain('immutable-infra sync-ledger production');
    expect(
      Ledger.read(ana.path)
        .records()
        .map(({ id }) => id),
    ).toContain('waits');
    const other = await cli(ana, 'deploy', 'local');
    expect(other.stdout).toContain('Records wait here; others do not see this run.');
    expect((await cli(ana, 'sync-ledger', 'production')).code).toBe(6);
    team.mend();
    const synced = await cli(ana, 'sync-ledger', 'production');
    expect([synced.code, synced.stdout]).toEqual([0, expect.stringMatching(/^production: \d delivered, 0 came/)]);
    const ben = member('ben');
    expect(ben.share().read().view.records()).toMatchObject(Ledger.read(ana.path).records());
  }, 120_000);

  it('F30: nothing is deployed to a damaged ledger before the damage is accepted, here and in the team', async () => {
    ana.run('r1', 'a', 'b', 'c');
    writeFileSync(ana.path, readFileSync(ana.path, 'utf8').replace('"id":"b"', '"id":"B"'));
    const { code, stdout } = await cli(ana, 'deploy', 'production');
    expect([code, stdout]).toEqual([3, expect.stringContaining('record 2 is not as it was written')]);
    expect(ana.share().read().claim).toBeUndefined();
    const verified = await cli(ana, 'verify-ledger', 'production');
    expect([verified.code, verified.stdout]).toEqual([3, expect.stringContaining('--accept 2 --reason TEXT')]);
    expect((await cli(ana, 'verify-ledger', 'production', '--accept', '2')).code).toBe(64);
    expect((await cli(ana, 'verify-ledger', 'production', '--accept', '1', '--reason', 'x')).code).toBe(3);
    const accepted = await cli(ana, 'verify-ledger', 'production', '--accept', '2', '--reason', 'OPS-12');
    expect([accepted.code, accepted.stdout]).toEqual([0, expect.stringContaining('goes on behind anchor 4')]);
    expect((await cli(ana, 'verify-ledger', 'production')).code).toBe(0);
    expect((await cli(member('ben'), 'verify-ledger', 'production', '--json')).stdout).toContain('"queued": 0');
    // Refused by other gates now, no more by the ledger.
    expect((await cli(ana, 'deploy', 'production')).stdout).not.toContain('as it was written');
  }, 120_000);

  it('F30: the same holds for a ledger that nobody shares', async () => {
    const file = join(ana.workspace, 'immutable.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('backend: git', 'backend: local'));
    ana.write('a', 'b', 'c');
    writeFileSync(ana.path, readFileSync(ana.path, 'utf8').replace('"id":"b"', '"id":"B"'));
    const { code, stdout } = await cli(ana, 'deploy', 'production');
    expect([code, stdout]).toEqual([3, expect.stringContaining('record 2 is not as it was written')]);
    expect((await cli(ana, 'runs')).stdout).toMatch(/deploy production +refused/);
    const accepted = await cli(ana, 'verify-ledger', 'production', '--accept', '2', '--reason', 'OPS-12', '--json');
    expect(JSON.parse(accepted.stdout)).toMatchObject({ anchor: 2, carried: 1 });
    expect(ana.ids()).toEqual(['a', undefined, 'c']);
    expect((await cli(ana, 'deploy', 'production')).stdout).not.toContain('as it was written');
    expect((await cli(ana, 'sync-ledger')).stderr).toContain('ledger: { backend: git }');
  }, 120_000);
});
