import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunSpec } from '../../../release/src/run/spec';
import { discardReleaseTree } from '../../../release/src/targets/terraform/release-tree';
import type { Target } from '../../../release/src/targets/target';
import { bundleProgram } from '../support/bundles';
import { PowerCut } from '../support/fake-world';
import { missingTool } from '../bakers/packer-support';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE, DECISIONS, TerraformWorld } from './terraform-support';

const skipped = missingTool('terraform') ?? missingTool('packer');

const TEMPLATE = `
source "file" "app" {
  content = file("app.txt")
  target  = "out/app.img"
}
build { sources = ["source.file.app"] }
`;

const PIPELINE = `app: shop
images: { vm: { packer: { template: packer, artifact: { kind: files } } } }
environments:
  local:
    target:
      terraform:
        dir: terraform
        varFiles: [settings.tfvars]
        set: { image: "\${image.vm.id}" }
        read: { image: { output: image } }
`;

/** A machine beside something that belongs to the code. */
function moduleWith(colour: string): string {
  return `
variable "image" { type = string }
variable "size" { type = string }
resource "terraform_data" "fleet" { input = var.image }
resource "terraform_data" "settings" { input = "${colour} \${var.size}" }
output "image" { value = terraform_data.fleet.output }
output "settings" { value = terraform_data.settings.output }
`;
}

let runner: Awaited<ReturnType<typeof bundleProgram>>;
let world: TerraformWorld;

function git(...words: string[]): string {
  const identity = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...words], { cwd: world.workspace, encoding: 'utf8' }).trim();
}

function commit(): RunSpec['git'] {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '-m', 'change');
  return { commit: git('rev-parse', 'HEAD'), branch: 'main', dirty: false, pushed: null };
}

/** A release of an image, of a setting in the code, and of one in the variables. */
async function deploy(run: string, text: string): Promise<void> {
  world.write('packer/app.txt', text);
  world.write('terraform/main.tf', moduleWith(text));
  world.write('settings.tfvars', `size = "${text}"\n`);
  expect(await world.execute(run, { git: commit() })).toMatch(`live: ${run} is live.`);
}

function goBack(run: string, mode: 'image' | 'full', target?: Target): Promise<string> {
  return world.execute(
    run,
    { kind: 'rollback', git: commit(), decisions: { ...DECISIONS, mode } },
    target ? { target } : {},
  );
}

function trees(): string[] {
  return git('worktree', 'list').split('\n');
}

function settings(): unknown {
  return world.outputs()['settings'];
}

describe.skipIf(skipped !== undefined)(
  `Terraform: what a rollback brings back${skipped ? ` (${skipped})` : ''}`,
  () => {
    beforeAll(async () => {
      runner = await bundleProgram('release/src/process/step-runner.ts');
    });
    afterAll(() => runner.dispose());
    beforeEach(() => newWorld());
    afterEach(() => world.dispose());

    function newWorld(pipeline = PIPELINE): void {
      world = new TerraformWorld(runner.path, pipeline, moduleWith('none'));
      world.write('packer/app.pkr.hcl', TEMPLATE);
      world.write('.gitignore', 'out/\n*.tfstate\n*.tfstate.backup\n.terraform/\n');
      git('init', '--quiet', '--initial-branch=main');
      // A hook of the repository must not run, whatever git is asked.
      world.write('.git/hooks/post-checkout', '#!/bin/sh\ntouch hooked\n');
      execFileSync('chmod', ['+x', join(world.workspace, '.git/hooks/post-checkout')]);
    }

    it('image: the old image with the code of today', async () => {
      await deploy('one', 'v1');
      await deploy('two', 'v2');
      expect(await goBack('back', 'image')).toBe('live: one is live again, as back.');
      expect(world.outputs()['image']).toBe(world.history().byId('one')?.images[0]?.id);
      expect(settings()).toBe('v2 v2');
      expect(world.history().live()).toMatchObject({ id: 'back', mode: 'image' });
      expect(world.history().live()?.config).toMatchObject({ commit: git('rev-parse', 'HEAD') });
    });

    it('full: the old image with its own code and variables, from a work tree that is removed', async () => {
      await deploy('one', 'v1');
      const first = git('rev-parse', 'HEAD');
      await deploy('two', 'v2');
      const state = readFileSync(join(world.workspace, 'terraform/main.tf'), 'utf8');
      expect(await goBack('back', 'full')).toBe('live: one is live again, as back.');
      expect(world.outputs()['image']).toBe(world.history().byId('one')?.images[0]?.id);
      expect(settings()).toBe('v1 v1');
      expect(world.history().live()).toMatchObject({
        id: 'back',
        mode: 'full',
        rollbackOf: 'one',
        config: { kind: 'terraform', commit: first },
      });
      // Whoever works here notices nothing of it.
      expect(readFileSync(join(world.workspace, 'terraform/main.tf'), 'utf8')).toBe(state);
      expect(git('status', '--porcelain')).toBe('');
      expect(existsSync(join(world.root.run('back'), 'tree/hooked'))).toBe(false);
      expect(trees()).toHaveLength(2);
      await discardReleaseTree(world.context('back', 'local'));
      expect(trees()).toHaveLength(1);
      expect(existsSync(join(world.root.run('back'), 'tree'))).toBe(false);
      expect(world.violations('back')).toEqual([]);
    });

    it('full: after a rollback of a rollback the newer code is back', async () => {
      await deploy('one', 'v1');
      await deploy('two', 'v2');
      await goBack('back', 'full');
      const end = await world.execute('again', {
        kind: 'rollback',
        release: 'two',
        git: commit(),
        decisions: { ...DECISIONS, mode: 'full' },
      });
      // Somebody went back from it, so it is no way back by itself.
      expect(end).toMatch(/^refused: two cannot be gone back to: it was rolled back from/);
      await deploy('three', 'v3');
      expect(await goBack('four', 'full')).toBe('live: back is live again, as four.');
      expect(settings()).toBe('v1 v1');
    });

    it('full, with colours: the deployment and the route are planned with the same old code', async () => {
      const router = BLUE_GREEN.replace(
        'input = terraform_data.fleet',
        'input = "VERSION ${terraform_data.fleet',
      ).replace('[var.active_environment].output', '[var.active_environment].output}"');
      const colours = (text: string): string =>
        `${router.replace('VERSION', text)}output "router" { value = terraform_data.router.output }\n`;
      world.dispose();
      newWorld(BLUE_GREEN_PIPELINE.replace(', vars: { content: one }', ''));
      world.write('healthy', '');
      for (const run of ['v1', 'v2', 'v3']) {
        world.write('packer/app.txt', run);
        // The code of the router belongs to the route step alone, so it changes with no deployment.
        world.write('terraform/main.tf', colours('same'));
        expect(await world.execute(run, { git: commit() })).toContain(`live: ${run} is live.`);
      }
      expect(await goBack('back', 'full')).toBe('live: v2 is live again, as back.');
      expect(world.outputs()['router']).toBe(`same ${world.history().byId('v2')?.images[0]?.id}`);
      expect(world.history().live()).toMatchObject({ mode: 'full' });
    });

    it('full: resumed after a crash, with the work tree lost in between', async () => {
      await deploy('one', 'v1');
      await deploy('two', 'v2');
      const target = world.target();
      const cut: Target = Object.create(target, {
        apply: {
          value: () => {
            throw new PowerCut('before the apply');
          },
        },
      }) as Target;
      await expect(goBack('back', 'full', cut)).rejects.toThrow(PowerCut);
      expect(settings()).toBe('v2 v2');
      rmSync(join(world.root.run('back'), 'tree'), { recursive: true });
      // The intent is written, and nobody knows whether the plan was used: it was not.
      expect(await world.resume('back')).toBe('failed: Nothing was applied. the plan was never used');
      expect(await goBack('once-more', 'full')).toBe('live: one is live again, as once-more.');
      expect(settings()).toBe('v1 v1');
      for (const run of ['back', 'once-more']) await discardReleaseTree(world.context(run, 'local'));
      expect(trees()).toHaveLength(1);
    });

    it('full: resumed after the plan was approved: it is applied from a work tree that was made again', async () => {
      await deploy('one', 'v1');
      await deploy('two', 'v2');
      const target = world.target();
      const context = world.context('by-hand', 'local');
      const one = world.history().byId('one');
      const images = new Map((one?.images ?? []).map((image) => [image.name, image]));
      const known = { images: new Map([['vm', { id: images.get('vm')?.id ?? '' }]]) };
      const wanted = { id: 'by-hand', images, known, config: one?.config ?? undefined };
      const plan = await target.planDeploy(wanted, await target.observe(context), context);
      rmSync(join(world.root.run('by-hand'), 'tree'), { recursive: true });
      const fresh = world.context('by-hand', 'local');
      expect(await world.target().apply(plan, fresh)).toMatchObject({ outcome: 'all' });
      expect(settings()).toBe('v1 v1');
      await discardReleaseTree(fresh);
      expect(trees()).toHaveLength(1);
    });

    it.each([
      [
        'it was deployed with changes that were not committed',
        () => {
          world.write('terraform/extra.tf', 'output "extra" { value = 1 }\n');
        },
        () => undefined,
      ],
      [
        '.terraform.lock.hcl is not in its commit',
        () => undefined,
        () => writeFileSync(join(world.workspace, 'terraform/.terraform.lock.hcl'), '# made later\n'),
      ],
      [
        'the state was written by version 99.0.0, and here is',
        () => undefined,
        () => {
          world.witness = Object.create(world.witness, {
            writtenBy: { value: () => '99.0.0' },
          }) as typeof world.witness;
        },
      ],
      [
        'cannot be checked out',
        () => undefined,
        () => {
          git('update-ref', 'refs/heads/main', git('commit-tree', '-m', 'new history', 'HEAD^{tree}'));
          git('reflog', 'expire', '--expire=now', '--all');
          git('gc', '--quiet', '--prune=now');
        },
      ],
    ])('full falls back to the image and says why: %s', async (why, before, after) => {
      world.write('packer/app.txt', 'v1');
      world.write('terraform/main.tf', moduleWith('v1'));
      world.write('settings.tfvars', 'size = "v1"\n');
      const first = commit();
      before();
      expect(await world.execute('one', { git: first })).toBe('live: one is live.');
      await deploy('two', 'v2');
      after();
      const end = await goBack('back', 'full');
      expect(world.warnings().join('\n')).toContain(`Only the image is brought back, with today's code: `);
      expect(world.warnings().join('\n')).toContain(why);
      expect(end).toBe('live: one is live again, as back.');
      expect(settings()).toBe('v2 v2');
      expect(world.history().live()).toMatchObject({ mode: 'image', rollbackOf: 'one' });
      await discardReleaseTree(world.context('back', 'local'));
      expect(trees()).toHaveLength(1);
    });

    it('full: a variable file that was never committed is taken as it is today, and that is said', async () => {
      world.write('.gitignore', 'out/\n*.tfstate*\n.terraform/\nsettings.tfvars\n');
      await deploy('one', 'v1');
      await deploy('two', 'v2');
      expect(await goBack('back', 'full')).toBe('live: one is live again, as back.');
      expect(settings()).toBe('v1 v2');
      expect(world.warnings().join()).toContain(
        "settings.tfvars is not in the commit of the release; today's is used.",
      );
    });
  },
);
