import { existsSync, statSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { leftByDeploys, noteOfLeftovers } from '../../../release/src/ledger/left-behind';
import { Ledger } from '../../../release/src/ledger/ledger';
import type { LedgerRecord } from '../../../release/src/ledger/record';
import { StateRoot } from '../../../release/src/state-root';
import { Workspace } from '../../support/cli';
import { record, release } from '../drift/support';

const PIPELINE = `app: shop
images: { vm: { packer: { template: packer, artifact: { kind: files } } }, web: { container: { repository: "127.0.0.1:5000/web", insecureRegistry: true } } }
environments:
  local:
    target: { containers: { engine: podman, run: [{ name: web, image: web, slots: { blue: { publish: ["127.0.0.1:8081:80"] }, green: { publish: ["127.0.0.1:8082:80"] } } }] } }
    route: { file: { path: run/upstream.conf, content: "\${slot.port}" } }
`;

let made: Workspace;
let root: StateRoot;
beforeEach(() => {
  made = new Workspace({ 'immutable.yaml': PIPELINE, 'out/half.img': 'half', 'out/kept.img': 'kept' });
  made.git('init', '--quiet', '--initial-branch=main');
  root = new StateRoot(made.file('.git/immutable'));
  root.prepare();
});

function left(path: string): { path: string; size: number; modified: number } {
  const { size, mtimeMs } = statSync(made.file(path));
  return { path, size, modified: Math.trunc(mtimeMs) };
}

function note(files: readonly ReturnType<typeof left>[], machines: readonly string[] = []): LedgerRecord {
  const found = noteOfLeftovers('R1', 'vm', { orphans: [], files, made: machines });
  if (!found) throw new Error('nothing was left');
  return found;
}

const attempt = (id: string, slot: string | null): LedgerRecord => ({
  type: 'attempt',
  run: `run-${id}`,
  id,
  images: [],
  reason: 'Cancelled by Ana.\nMore.',
  slot,
});

describe('F06: what a run left behind', () => {
  it('is told by `status` and `doctor`, and deleted by `prune --delete` and by nothing else', async () => {
    record(root, 'local', note([left('out/half.img'), left('out/kept.img')], ['amazon-ebs.app: instance i-0b']));
    // A later build wrote its image here: that is no leftover.
    writeFileSync(made.file('out/kept.img'), 'the image of another build');

    const { stdout } = await made.run(['status']);
    expect(stdout).toContain('! left behind: out/half.img: a bake of vm left it; no release uses it\n');
    expect(stdout).toContain('immutable-infra prune --delete');
    expect(stdout).toContain('! left behind: amazon-ebs.app: instance i-0b: a bake of vm made it');
    expect(stdout).not.toContain('kept.img');
    const json = JSON.parse((await made.run(['status', '--json'])).stdout) as {
      environments: { leftBehind: { what: string }[] }[];
    };
    expect(json.environments[0]?.leftBehind.map(({ what }) => what)).toEqual([
      'out/half.img',
      'amazon-ebs.app: instance i-0b',
    ]);
    expect((await made.run(['doctor'])).stdout).toMatch(/warn left out\/half\.img: a bake of vm left it/);
    expect((await made.run(['prune'])).stdout).toBe('out/half.img  left behind by a bake; no release uses it\n');
    expect(existsSync(made.file('out/half.img'))).toBe(true);

    expect((await made.run(['prune', '--delete'])).stdout).toBe('out/half.img  deleted\n');
    expect(existsSync(made.file('out/half.img'))).toBe(false);
    expect(existsSync(made.file('out/kept.img'))).toBe(true);
    expect((await made.run(['status'])).stdout).not.toContain('half.img');
  }, 60_000);

  it('of a bake for no environment is told too', async () => {
    record(root, 'images', note([left('out/half.img')]));
    const { stdout } = await made.run(['status']);
    expect(stdout).toMatch(/\n\nimages\n {2}! left behind: out\/half\.img: /);
  }, 60_000);

  it('a ledger that names a file elsewhere deletes nothing there', async () => {
    const other = new Workspace({ 'precious.txt': 'x' });
    const { size, mtimeMs } = statSync(other.file('precious.txt'));
    for (const path of [other.file('precious.txt'), `../${other.path.split('/').at(-1) ?? ''}/precious.txt`]) {
      record(root, 'local', note([{ path, size, modified: Math.trunc(mtimeMs) }]));
    }
    expect((await made.run(['prune', '--delete'])).stdout).toBe('Nothing to delete.\n');
    expect(existsSync(other.file('precious.txt'))).toBe(true);
  }, 60_000);

  it('a version that was applied and did not become live is told until it is replaced or ended', async () => {
    record(root, 'local', release('r1', []), attempt('r2', 'green'));
    expect((await made.run(['status', 'local'])).stdout).toContain(
      '! left behind: green: r2 was applied in green and did not become live; it may still run: Cancelled by Ana.\n      End it: immutable-infra retire local green',
    );
    record(root, 'local', { type: 'retired', run: 'R3', slot: 'green', release: 'r2', left: ['shop-local-green-web'] });
    expect((await made.run(['status', 'local'])).stdout).toContain(
      'r2 in green was to be ended, and this is left of it: shop-local-green-web',
    );
    record(root, 'local', { type: 'retired', run: 'R4', slot: 'green', release: 'r2', left: [] });
    expect((await made.run(['status', 'local'])).stdout).not.toContain('left behind');
  }, 60_000);

  it.each([
    ['a release in the same slot', [release('r3', [], { slot: 'green' })], []],
    ['a release in the other slot', [release('r3', [])], ['r2']],
    ['the next attempt in it', [attempt('r3', 'green')], ['r3']],
  ])('%s decides what is left of an attempt', (_name, records, ids) => {
    record(root, 'local', release('r1', []), attempt('r2', 'green'), ...records);
    expect(leftByDeploys(Ledger.read(root.ledger('local'))).map(({ id }) => id)).toEqual(ids);
  });
});
