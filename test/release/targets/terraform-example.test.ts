import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingTool } from '../bakers/packer-support';
import { bundleProgram } from '../support/bundles';
import { TerraformWorld } from './terraform-support';

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'pipelines', 'packer-terraform');
const skipped = missingTool('terraform') ?? missingTool('packer');

describe.skipIf(skipped !== undefined)('the example with Packer and Terraform', { timeout: 240_000 }, () => {
  let runner: Awaited<ReturnType<typeof bundleProgram>>;
  let world: TerraformWorld;

  beforeAll(async () => {
    runner = await bundleProgram('release/src/process/step-runner.ts');
    const pipeline = readFileSync(join(EXAMPLE, 'immutable.yaml'), 'utf8');
    world = new TerraformWorld(runner.path, pipeline, '');
    cpSync(EXAMPLE, world.workspace, { recursive: true });
  });
  afterAll(() => {
    world.dispose();
    runner.dispose();
  });

  function edit(path: string, change: (text: string) => string): void {
    const file = join(world.workspace, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  /** Which release serves, as Terraform's state tells it. */
  function serving(): unknown {
    const { active_colour: colour, immutable_release: releases } = world.outputs();
    return `${String(colour)}: ${String((releases as Record<string, string>)[String(colour)])}`;
  }

  it('goes round: version 1, version 2, a broken one that nobody sees, and back', async () => {
    expect(await world.execute('first')).toBe('live: first is live.');
    expect(serving()).toBe('blue: first');

    const shop = 'packer/files/shop.conf';
    edit(shop, (text) => text.replace('version = 1', 'version = 2'));
    expect(await world.execute('second')).toContain('live: second is live.');
    expect(serving()).toBe('green: second');

    edit(shop, (text) => text.replace('ok', 'broken'));
    expect(await world.execute('third')).toMatch(/^rolled-back: .*green still serves; blue was ended\.$/s);
    expect(serving()).toBe('green: second');

    edit(shop, (text) => text.replace('broken', 'ok'));
    expect(await world.execute('back', { kind: 'rollback' })).toBe('live: first is live again, as back.');
    expect(serving()).toBe('blue: back');

    edit(
      'terraform/main.tf',
      (text) => `${text}\nresource "terraform_data" "database" { input = var.active_colour }\n`,
    );
    expect(await world.execute('guarded')).toContain('refused: The plan leaves its scope');
    expect(serving()).toBe('blue: back');
  });
});
