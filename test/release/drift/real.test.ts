import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { detectDrift, type DriftReport } from '../../../release/src/api/detect-drift';
import { missingTool } from '../bakers/packer-support';
import { bundleProgram } from '../support/bundles';
import { ContainersWorld, missingContainers } from '../targets/containers-world';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE, TerraformWorld } from '../targets/terraform-support';
import { kinds, workspaceOf } from './support';

const noContainers = missingContainers();

describe.skipIf(noContainers !== undefined)('drift with podman', { timeout: 240_000 }, () => {
  let world: ContainersWorld;
  beforeAll(async () => {
    world = await ContainersWorld.create();
  });
  afterAll(() => world.dispose());

  const look = (): Promise<DriftReport> =>
    detectDrift(workspaceOf(world.workspace, world.root, world.pipeline), 'local', { own: world.environment });

  it('none after two deployments; then what people do behind its back', async () => {
    expect((await world.run()).outcome).toBe('live');
    world.source('v2');
    expect((await world.run()).outcome).toBe('live');
    const clean = await look();
    expect(clean.differences).toEqual([]);
    expect(clean.instances.map(({ slot, match, hasTraffic }) => [slot, match, hasTraffic]).sort()).toEqual([
      ['blue', 'match', false],
      ['green', 'match', true],
    ]);

    world.podman('kill', 'shop-local-green-web');
    world.podman('rm', '--force', 'shop-local-blue-web');
    const image = world.releases()[0]?.images[0]?.ref ?? '';
    world.podman('create', '--name', 'shop-local-blue-web', '--network', 'host', image);
    appendFileSync(join(world.workspace, 'run/upstream.conf'), '# by hand\n');
    rmSync(join(world.directory, 'registry', 'data'), { recursive: true });
    const drifted = await look();
    expect(kinds(drifted)).toEqual(
      [
        `gone ${world.releases().at(-1)?.images[0]?.ref ?? ''}`,
        'extra shop-local-blue-web',
        'missing shop-local-green-web',
        'route run/upstream.conf',
      ].sort(),
    );
  });
});

const noTerraform = missingTool('terraform') ?? missingTool('packer');

describe.skipIf(noTerraform !== undefined)('drift with Terraform', { timeout: 240_000 }, () => {
  let runner: Awaited<ReturnType<typeof bundleProgram>>;
  let world: TerraformWorld;
  beforeAll(async () => {
    runner = await bundleProgram('release/src/process/step-runner.ts');
  });
  afterAll(() => runner.dispose());
  afterEach(() => world.dispose());

  const TEMPLATE = `
variable "content" { type = string }
source "file" "app" {
  content = "\${var.content} \${file("app.txt")}"
  target  = "out/app.img"
}
build { sources = ["source.file.app"] }
`;
  const STAMPED = `${BLUE_GREEN}
variable "immutable_release" {
  type    = map(string)
  default = {}
}
output "immutable_release" { value = var.immutable_release }
`;

  // A busy machine takes longer than the hurried checks of the fault tests allow.
  const PIPELINE = BLUE_GREEN_PIPELINE.replace('timeout: 100ms', 'timeout: 10s');

  async function deployTwice(): Promise<void> {
    world = new TerraformWorld(runner.path, PIPELINE, STAMPED);
    world.write('packer/app.pkr.hcl', TEMPLATE);
    world.write('healthy', '');
    world.write('packer/app.txt', 'v1');
    expect(await world.execute('one')).toContain('one is live');
    world.write('packer/app.txt', 'v2');
    expect(await world.execute('two')).toContain('two is live');
  }

  const look = (): Promise<DriftReport> => detectDrift(workspaceOf(world.workspace, world.root), 'local');

  const image = (release: string): string => world.history().byId(release)?.images[0]?.id ?? '';

  it('none after two deployments, without a trace where nobody has set Terraform up', async () => {
    await deployTwice();
    const clean = await look();
    expect(clean.differences).toEqual([]);
    expect(clean.instances).toEqual([
      expect.objectContaining({ name: 'blue', image: image('one'), release: 'one', match: 'match', hasTraffic: false }),
      expect.objectContaining({ name: 'green', image: image('two'), release: 'two', match: 'match', hasTraffic: true }),
    ]);
    rmSync(join(world.workspace, 'terraform/.terraform'), { recursive: true, force: true });
    const state = join(world.workspace, 'terraform/terraform.tfstate');
    const before = readFileSync(state, 'utf8');
    const again = await look();
    expect(again.differences).toEqual([]);
    expect(again.isLooked).toBe(true);
    expect(readFileSync(state, 'utf8')).toBe(before);
    expect(() => readFileSync(join(world.workspace, 'terraform/.terraform.lock.hcl'))).toThrow('ENOENT');
    expect(() => readFileSync(join(world.workspace, 'terraform/.terraform/environment'))).toThrow(/ENOENT/);
  });

  it('somebody applied other values, changed the code, or threw the kept image away', async () => {
    await deployTwice();
    const other = JSON.stringify({ blue: image('one'), green: 'sha256:by-hand' });
    world.terraform('apply', '-auto-approve', '-var=active_environment=blue', `-var=images=${other}`);
    rmSync(world.history().byId('two')?.images[0]?.ref ?? '');
    const drifted = await look();
    expect(kinds(drifted)).toEqual(expect.arrayContaining(['image green', 'route output.active_environment']));
    expect(kinds(drifted)).toContain(`gone ${world.history().byId('two')?.images[0]?.ref ?? ''}`);
    // What a plan with the variables of the ledger would put right.
    expect(kinds(drifted)).toContain('config terraform_data.fleet["green"]');

    world.write('terraform/more.tf', 'resource "terraform_data" "more" { input = "more" }\n');
    const more = (await look()).differences.find(({ where }) => where === 'terraform_data.more');
    expect(more).toMatchObject({ kind: 'config', text: expect.stringContaining('would create it') as string });
    expect(more?.action).toContain('Adopt: write it into the code');
  });

  it('a state that is lost, and code that cannot be planned', async () => {
    await deployTwice();
    writeFileSync(join(world.workspace, 'terraform/broken.tf'), 'output "x" { value = var.nobody }\n');
    const broken = await look();
    expect(broken.differences).toEqual([]);
    expect(broken.unseen.join('\n')).toMatch(
      /Whether the configuration is as it was applied: planning failed\. Error: Reference/,
    );
    rmSync(join(world.workspace, 'terraform/broken.tf'));
    rmSync(join(world.workspace, 'terraform/terraform.tfstate'));
    expect(kinds(await look())).toEqual(expect.arrayContaining(['missing green']));
  });
});
