import { describe, expect, it } from 'vitest';
import { processesOfRun } from '../../release/src/machine/marked-processes';
import { Workspace } from '../support/cli';
import { missingTool } from './bakers/packer-support';
import { missingContainers } from './targets/containers-world';

const missing = missingContainers();

describe.skipIf(missing !== undefined)('immutable-infra demo', () => {
  it('shows the whole loop with containers: deploy, a broken version, the way back', async () => {
    const { code, stdout, stderr } = await new Workspace().run(['demo'], { timeout: 240_000 });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const seen = [...stdout.matchAll(/which says: This is (v\d)/g)].map(([, version]) => version);
    expect(seen).toEqual(['v1', 'v1', 'v3', 'v1']);
    expect(stdout).toContain('blue still serves; green was ended.');
    expect(stdout).toMatch(/● \S+ +\S+ +rollback on blue, confirmed/);
    const [run = ''] = /[0-9a-z]{26}/.exec(stdout) ?? [];
    expect(processesOfRun(run.toUpperCase())).toEqual([]);
  }, 300_000);
});

const missingTools = missingTool('packer') ?? missingTool('terraform');

describe.skipIf(missingTools !== undefined)('immutable-infra demo packer', () => {
  it('shows the whole loop with Packer and Terraform', async () => {
    const { code, stdout, stderr } = await new Workspace().run(['demo', 'packer'], { timeout: 240_000 });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const seen = [...stdout.matchAll(/The router points to (\w+), which runs (\S+)\./g)].map((match) => match.slice(1));
    const [first, second, third, fourth] = seen;
    expect(seen.map(([colour]) => colour)).toEqual(['blue', 'blue', 'green', 'blue']);
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
    expect(fourth).toEqual(first);
  }, 300_000);
});
