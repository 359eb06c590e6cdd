import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoredRelease } from '../../../release/src/ledger/releases';
import type { StateRoot } from '../../../release/src/state-root';
import { missingTool } from '../bakers/packer-support';
import { bundleProgram } from '../support/bundles';
import { ContainersWorld, missingContainers } from '../targets/containers-world';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE, TerraformWorld } from '../targets/terraform-support';

function loseLedger(root: StateRoot): void {
  rmSync(join(root.path, 'ledger'), { recursive: true });
}

function told({ id, kind, slot, images: [image] }: StoredRelease): string {
  return `${kind} ${id} in ${slot ?? 'nothing'}: ${image?.ref ?? 'nothing'}`;
}

describe.skipIf(missingContainers() !== undefined)('adopt, with containers', { timeout: 240_000 }, () => {
  let world: ContainersWorld;
  beforeAll(async () => {
    world = await ContainersWorld.create();
  });
  afterAll(() => world.dispose());

  async function served(slot: 'blue' | 'green'): Promise<string> {
    return (await fetch(`http://127.0.0.1:${world.ports[slot]}/`)).text();
  }

  it('rebuilds both releases from their labels, and rolls back to the one before', async () => {
    await world.run();
    world.source('v2');
    await world.run();
    const [first, second] = world.releases().map(({ images }) => images[0]);
    loseLedger(world.root);
    const before = world.running();
    expect(await world.run({ kind: 'adopt' })).toMatchObject({
      outcome: 'live',
      text: expect.stringMatching(/^run2 is live/) as string,
    });
    expect(world.running()).toEqual(before);
    expect(world.releases().map(told)).toEqual([
      `adopt run1 in blue: ${first?.ref}`,
      `adopt run2 in green: ${second?.ref}`,
    ]);
    const back = await world.run({ kind: 'rollback' });
    expect(back.text).toBe('run1 is live again, as run4.');
    expect(await served('blue')).toBe('v1\n');
    world.source('v3');
    expect((await world.run()).outcome).toBe('live');
    expect(await served('green')).toBe('v3\n');
  });

  it('takes a container that somebody started by hand from a tag, by the digest that it has', async () => {
    const live = world.releases().at(-1);
    const ref = live?.images[0]?.ref ?? '';
    const name = 'shop-local-green-web';
    const tag = `${ref.split('@')[0] ?? ''}:by-hand`;
    world.podman('rm', '--force', '--time', '0', name);
    world.podman('tag', ref, tag);
    const words = ['--runtime', 'runc', 'run', '--detach', '--pull=never', '--network', 'host', '--name', name];
    world.podman(...words, '--env', `PORT=${world.ports.green}`, '--env', 'RELEASE=none', tag);
    loseLedger(world.root);
    const end = await world.run({ kind: 'adopt' });
    const [adopted] = world.releases();
    expect(end.text).toBe(`${adopted?.id ?? ''} is live: it was adopted. Nothing on the target was changed.`);
    expect(adopted?.id).toMatch(/^run\d+$/);
    expect(adopted?.images[0]?.digests).toContain(live?.running[0]);
    expect(adopted?.images[0]?.ref).toMatch(/\/shop\/web@sha256:[0-9a-f]{64}$/);
  });
});

const missing = missingTool('packer') ?? missingTool('terraform');

describe.skipIf(missing !== undefined)('adopt, with Terraform', { timeout: 240_000 }, () => {
  const runner = bundleProgram('release/src/process/step-runner.ts');
  let world: TerraformWorld | undefined;
  afterEach(() => world?.dispose());
  afterAll(async () => (await runner).dispose());

  /** The same module, with a place for the stamp. */
  const STAMPED = `${BLUE_GREEN}
variable "immutable_release" {
  type    = map(string)
  default = {}
}
output "immutable_release" { value = var.immutable_release }
`;

  it('rebuilds both releases from the stamp in the state, and rolls back to the one before', async () => {
    const shop = (world = new TerraformWorld((await runner).path, BLUE_GREEN_PIPELINE, STAMPED));
    shop.write('packer/main.pkr.hcl', PACKER);
    shop.write('packer/app.txt', 'v1');
    shop.write('healthy', '');
    expect(await shop.execute('run1')).toContain('live: run1');
    shop.write('packer/app.txt', 'v2');
    expect(await shop.execute('run2')).toContain('live: run2');
    const ids = shop
      .history()
      .releases()
      .map(({ images }) => images[0]?.id);
    const outputs = shop.outputs();
    loseLedger(shop.root);
    expect(await shop.execute('run3', { kind: 'adopt' })).toContain('live: run2 is live: it was adopted.');
    expect(shop.outputs()).toEqual(outputs);
    expect(shop.history().releases().map(told)).toEqual([
      `adopt run1 in blue: ${ids[0] ?? ''}`,
      `adopt run2 in green: ${ids[1] ?? ''}`,
    ]);
    expect(await shop.execute('run4', { kind: 'rollback' })).toBe('live: run1 is live again, as run4.');
    expect(shop.outputs()['active_environment']).toBe('blue');
    expect(shop.violations('run3')).toEqual([]);
  });

  it('gives what somebody applied by hand a name, and deploys beside it', async () => {
    const shop = (world = new TerraformWorld((await runner).path, BLUE_GREEN_PIPELINE, BLUE_GREEN));
    shop.write('packer/main.pkr.hcl', PACKER);
    shop.write('packer/app.txt', 'v1');
    shop.write('healthy', '');
    shop.terraform('init', '-input=false');
    const images = JSON.stringify({ blue: 'ami-by-hand' });
    shop.terraform(
      'apply',
      '-input=false',
      '-auto-approve',
      '-var',
      'active_environment=blue',
      '-var',
      `images=${images}`,
    );
    expect(await shop.execute('run1', { kind: 'adopt' })).toContain('live: run1 is live: it was adopted.');
    expect(shop.history().live()).toMatchObject({ slot: 'blue', images: [{ name: 'vm', id: 'ami-by-hand' }] });
    expect(await shop.execute('run2')).toContain('live: run2');
    expect(shop.outputs()['active_environment']).toBe('green');
    // The image that nobody here baked cannot be had again, and nothing is stopped before that is known.
    expect(await shop.execute('run3', { kind: 'rollback' })).toMatch(
      /^refused: run1 cannot be gone back to now: .*not kept/,
    );
  });
});

const PACKER = `variable "content" { type = string }
source "file" "vm" {
  content = "\${var.content} \${file("app.txt")}"
  target  = "vm.img"
}
build { sources = ["source.file.vm"] }
`;
