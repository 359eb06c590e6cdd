import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ITEM_IDS } from '../../server/src/workspace/checklist/items';
import { ROOT, Workspace } from '../support/cli';

interface Item {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
  readonly next: string | null;
  readonly evidence: readonly { readonly path: string; readonly line: number }[];
  readonly findings: readonly { readonly path: string; readonly line: number; readonly rule: string }[];
}

async function checklist(workspace: Workspace, ...args: string[]): Promise<ReadonlyMap<string, Item>> {
  const { code, stdout } = await workspace.run(['checklist', '--json', ...args]);
  expect(code).toBe(0);
  return new Map((JSON.parse(stdout) as { items: readonly Item[] }).items.map((item) => [item.id, item]));
}

/** The shop, twice, as its README says: meant as production. */
function shop(): Workspace {
  const workspace = new Workspace();
  cpSync(join(ROOT, 'examples'), workspace.path, { recursive: true });
  return workspace;
}

describe('checklist', () => {
  it('finds nearly everything open in the mutable shop, with the findings that block it', async () => {
    const items = await checklist(shop(), 'mutable');
    expect([...items.keys()]).toEqual([...ITEM_IDS]);
    const open = [...items.values()].filter(({ status }) => status === 'open');
    expect(open.length).toBeGreaterThanOrEqual(11);
    for (const { id, findings, next } of open) {
      expect(findings.length, id).toBeGreaterThan(0);
      expect(next, id).not.toBeNull();
      expect(findings.every(({ path, line }) => path.startsWith('mutable/') && line > 0)).toBe(true);
    }
    expect(items.get('access')?.findings.map(({ rule }) => rule)).toContain('interactive-access/ssh-ingress');
  });

  it('finds everything done in its immutable twin, with evidence', async () => {
    const items = await checklist(shop(), 'immutable');
    for (const { id, status, findings } of items.values()) expect([id, status, findings]).toEqual([id, 'done', []]);
    const tests = items.get('tests')?.evidence ?? [];
    expect(tests.map(({ path }) => path)).toContain('immutable/packer/shop.pkr.hcl');
    expect(items.get('rollback')?.reason).toContain('Whether it was ever tried');
  });

  it('reads the pipeline and its ledger', async () => {
    const items = await checklist(shop(), 'pipelines/containers');
    expect(items.get('pipeline')?.reason).toContain('`web`');
    expect(items.get('tests')?.status).toBe('done');
    expect(items.get('rollback')).toMatchObject({ status: 'open' });
    expect(items.get('rollback')?.reason).toContain('Nothing was released yet');
  });

  it('does not mind a pipeline that is broken, nor a workspace without anything', async () => {
    const broken = await checklist(
      new Workspace({ 'immutable.yaml': 'app: web\nimages: { web: {} }\n', Dockerfile: 'FROM scratch\n' }),
    );
    expect(broken.get('pipeline')?.status).toBe('unknown');
    const empty = await checklist(new Workspace({ 'readme.txt': 'hello' }));
    expect(new Set([...empty.values()].map(({ status }) => status))).toEqual(new Set(['not-applicable']));
  });

  it('runs nothing of the workspace', async () => {
    const workspace = new Workspace({ Dockerfile: 'FROM scratch\n' });
    execFileSync('git', ['init', '-q'], { cwd: workspace.path });
    workspace.write('.git/config', '[core]\n\tfsmonitor = "touch touched; false"\n\thooksPath = hooks\n');
    await checklist(workspace);
    expect(() => workspace.read('touched')).toThrow('ENOENT');
  });

  it('is a list for people, with what to do next', async () => {
    const { stdout } = await shop().run(['checklist', 'mutable'], { env: { NO_COLOR: '1' } });
    expect(stdout).toContain('Phase 5: Close the doors  0 of 1 done.');
    expect(stdout).toContain('✗ Logs leave the machine: open');
    expect(stdout).toMatch(/mutable\/cloud-init\/api\.yaml:\d+ .* local-state\/log-to-file/);
    expect(stdout).toMatch(/and \d+ more/);
    expect(stdout).toContain('Next: ');
  });
});
