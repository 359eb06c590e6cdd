import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workspace, type Outcome } from '../../support/cli';
import { missingTool } from '../bakers/packer-support';
import { Team } from '../shared-ledger/clones';

const missing = missingTool('terraform');

describe.skipIf(missing !== undefined)('adopt in a team, with Terraform', { timeout: 240_000 }, () => {
  let team: Team;
  beforeEach(() => {
    team = new Team();
  });
  afterEach(() => team.dispose());

  /** A clone whose Terraform has the state of all of them. */
  function member(name: string): string {
    const { workspace } = team.clone(name);
    mkdirSync(join(workspace, 'terraform'));
    writeFileSync(join(workspace, 'terraform', 'main.tf'), moduleOf(join(team.directory, 'shared.tfstate')));
    writeFileSync(join(workspace, 'immutable.yaml'), PIPELINE);
    return workspace;
  }

  function cli(workspace: string, ...words: readonly string[]): Promise<Outcome> {
    return new Workspace().run(words, { cwd: join('..', workspace.slice(workspace.indexOf('immutable-team-'))) });
  }

  /** Events that `--json` prints. */
  function events(text: string): { readonly type: string; readonly plan?: string; readonly text?: string }[] {
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
  }

  it('a protected environment asks for its name; others are kept out meanwhile, and see the release then', async () => {
    const ana = member('ana');
    const ben = member('ben');
    terraform(ana, 'init', '-input=false');
    terraform(ana, 'apply', '-input=false', '-auto-approve', '-var', 'image=ami-1');

    const asked = await cli(ana, 'adopt', 'production', '--json', '--approve', 'all');
    expect(asked.code, asked.stdout + asked.stderr).toBe(4);
    const hash = events(asked.stdout).find(({ type }) => type === 'approval')?.plan ?? '';
    expect(hash).toMatch(/^sha256:/);
    const kept = await cli(ben, 'adopt', 'production');
    expect([kept.code, kept.stdout]).toEqual([
      5,
      expect.stringMatching(/production is locked by .* \(run \w+, process/),
    ]);

    expect((await cli(ana, 'approve', hash)).code).not.toBe(0);
    expect((await cli(ana, 'approve', hash, '--confirm', 'production')).code).toBe(0);
    const state = await untilLive(ben);
    expect(state).toMatchObject({ kind: 'adopt', images: ['ami-1'], health: 'unchecked', slot: 'live' });
    expect((await cli(ana, 'status', '--offline', '--json')).stdout).toContain(state.id);

    const again = await cli(ben, 'adopt', 'production', '--json');
    expect(events(again.stdout).at(-1)?.text).toBe(`${state.id} is live, and is what runs. Nothing was recorded.`);
    const back = await cli(ben, 'rollback', 'production', '--json');
    expect([back.code, events(back.stdout).at(-1)?.text]).toEqual([
      3,
      expect.stringContaining('no earlier release was healthy'),
    ]);
  });

  it('F46: the remote goes while a run waits: the release is kept here, nothing new starts, then the team gets it', async () => {
    const ana = member('ana');
    terraform(ana, 'init', '-input=false');
    terraform(ana, 'apply', '-input=false', '-auto-approve', '-var', 'image=ami-1');
    const asked = await cli(ana, 'adopt', 'production', '--json');
    const hash = events(asked.stdout).find(({ type }) => type === 'approval')?.plan ?? '';
    team.cut();
    expect((await cli(ana, 'approve', hash, '--confirm', 'production')).code).toBe(0);
    const { id } = await untilLive(ana);
    expect((await cli(ana, 'status', 'production')).stdout).toMatch(
      /cannot be reached[^]*\d records? waits? to be delivered/,
    );
    const next = await cli(ana, 'adopt', 'production');
    expect([next.code, next.stdout]).toEqual([3, expect.stringContaining('nothing starts before the team can see it')]);
    team.mend();
    const ben = member('ben');
    // The engine that was refused may deliver at its end, when the remote is there again by then.
    expect([0, 5]).toContain((await cli(ana, 'sync-ledger')).code);
    expect(await untilLive(ben)).toMatchObject({ id });
  });

  interface Shown {
    readonly id: string;
    readonly kind: string;
  }

  async function untilLive(workspace: string): Promise<Shown> {
    for (let round = 0; round < 60; round++) {
      const { stdout } = await cli(workspace, 'status', 'production', '--json');
      const [found] = (JSON.parse(stdout) as { environments: { live: Shown | null; lock: string | null }[] })
        .environments;
      if (found?.live && found.lock === null) return found.live;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error('nothing got live');
  }
});

function terraform(workspace: string, ...words: readonly string[]): void {
  const env = { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
  execFileSync('terraform', words, { cwd: realpathSync(join(workspace, 'terraform')), env, stdio: 'pipe' });
}

function moduleOf(state: string): string {
  return `terraform {
  backend "local" { path = "${state}" }
}
variable "image" { type = string }
resource "terraform_data" "app" { input = var.image }
output "image" { value = terraform_data.app.output }
`;
}

const PIPELINE = `app: shop
images:
  vm: { packer: { template: packer, artifact: { kind: ami, region: eu-west-1 } } }
environments:
  production:
    protected: true
    target:
      terraform:
        dir: terraform
        set: { image: "\${image.vm.id}" }
        read: { image: { output: image } }
    health: [{ command: { argv: ["true"] } }]
gates: { lint: off, cleanGit: never }
ledger: { backend: git }
`;
