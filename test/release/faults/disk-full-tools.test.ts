import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DiskFullError } from '../../../release/src/durable/disk-full';
import type { RunEnd } from '../../../release/src/run/deploy';
import { isMissing, resolveTool } from '../../../release/src/process/resolve-tool';
import { missingTool } from '../bakers/packer-support';
import { bundleProgram } from '../support/bundles';
import { ContainersWorld, missingContainers } from '../targets/containers-world';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE, TerraformWorld } from '../targets/terraform-support';
import { SmallDisk } from './small-disk';

const made = SmallDisk.make('320m');
if (typeof made === 'string' && process.env['CI'] === 'true') throw new Error(made);

/** Programs that a test puts in front of the real ones. */
let bin: string;
/** There while the disk is to be filled. */
let fills: string;
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), 'immutable-full-bin-'));
  fills = join(bin, 'fills');
});
afterEach(() => {
  rmSync(fills, { force: true });
  if (typeof made !== 'string') made.empty();
});
afterAll(() => {
  rmSync(bin, { recursive: true, force: true });
  if (typeof made !== 'string') made.dispose();
});

/** What a world keeps lies on the small disk. */
async function onDisk<World>(disk: SmallDisk, make: () => World | Promise<World>): Promise<World> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = disk.path;
  try {
    return await make();
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/**
 * The real tool, started when somebody else has just taken the last byte of the disk.
 *
 * @param word of the command that this happens to
 * @returns a PATH
 */
function fullFor(tool: string, word: string, disk: SmallDisk): string {
  const real = resolveTool(tool, bin, process.env);
  if (isMissing(real)) throw new Error(real.problem);
  const front = mkdtempSync(join(bin, 'front-'));
  const fill = `[ -e '${fills}' ] && cat /dev/zero > '${disk.path}/ballast' 2> /dev/null`;
  writeFileSync(
    join(front, tool),
    `#!/bin/sh\ncase " $* " in *"${word}"*) ${fill} ;; esac\nexec '${real.path}' "$@"\n`,
  );
  chmodSync(join(front, tool), 0o755);
  return `${front}${delimiter}${process.env['PATH'] ?? ''}`;
}

async function outcomeOf(work: Promise<RunEnd | string>): Promise<string> {
  try {
    const end = await work;
    return typeof end === 'string' ? end : `${end.outcome}: ${end.text}`;
  } catch (error) {
    if (error instanceof DiskFullError) return `interrupted: ${error.message}`;
    throw error;
  }
}

const TEMPLATE = `
source "file" "app" {
  content = file("app.txt")
  target  = "out/app.img"
}
build { sources = ["source.file.app"] }
`;

const noTerraform = typeof made === 'string' ? made : (missingTool('terraform') ?? missingTool('packer'));

describe.skipIf(noTerraform !== undefined)(
  `F28: the disk is full when Terraform saves its plan${noTerraform === undefined ? '' : ` (${noTerraform})`}`,
  { timeout: 480_000 },
  () => {
    it('no half of a plan is shown to anybody; the reason is told, and the run is resumed when there is room', async () => {
      const disk = made as SmallDisk;
      const runner = await bundleProgram('release/src/process/step-runner.ts');
      const pipeline = BLUE_GREEN_PIPELINE.replace(', vars: { content: one }', '').replace(
        'timeout: 100ms',
        'timeout: 60s',
      );
      const world = await onDisk(disk, () => new TerraformWorld(runner.path, pipeline, BLUE_GREEN));
      try {
        world.write('packer/app.pkr.hcl', TEMPLATE);
        world.write('packer/app.txt', 'v1');
        world.write('healthy', '');
        expect(await world.execute('one')).toBe('live: one is live.');
        const before = world.outputs();
        world.write('packer/app.txt', 'v2');
        writeFileSync(fills, '');
        const PATH = fullFor('terraform', '-out=', disk);
        const context = world.context('two', 'local', { ...process.env, PATH });
        expect(await outcomeOf(world.execute('two', {}, { context }))).toMatch(
          /^interrupted: The disk of .* is full, and plan did not succeed\. Make room, then resume the run$/,
        );
        const types = world.journal('two').map(({ type }) => type);
        expect(types.at(-1)).toBe('plan.intent');
        expect(types.filter((type) => type.startsWith('approval') || type.startsWith('apply'))).toEqual([]);
        expect(readdirSync(join(context.directory, 'plan')).filter((name) => /\.(md|tfplan)$/.test(name))).toEqual([]);
        rmSync(fills);
        disk.empty();
        expect(world.outputs()).toEqual(before);
        const again = world.context('two', 'local', { ...process.env, PATH });
        expect(await world.resume('two', { context: again })).toContain('live: two is live.');
        expect(world.oracle()).toEqual([]);
      } finally {
        world.dispose();
        runner.dispose();
      }
    });
  },
);

const noContainers = typeof made === 'string' ? made : missingContainers();

describe.skipIf(noContainers !== undefined)(
  `F28: the disk is full when an image is pushed${noContainers === undefined ? '' : ` (${noContainers})`}`,
  { timeout: 480_000 },
  () => {
    let world: ContainersWorld | undefined;
    afterEach(async () => {
      await world?.dispose();
      world = undefined;
    });

    it('podman finds no room for what it did: interrupted, nothing is deployed, and resumed when there is room', async () => {
      const disk = made as SmallDisk;
      const own = (world = await onDisk(disk, () => ContainersWorld.create()));
      own.environment['PATH'] = fullFor('podman', ' push ', disk);
      writeFileSync(fills, '');
      expect(await outcomeOf(own.run())).toMatch(
        /^interrupted: The disk of .* is full, and push did not succeed\. Make room, then resume the run$/,
      );
      expect(own.releases()).toEqual([]);
      expect(existsSync(join(own.root.run('run1'), 'plan'))).toBe(false);
      rmSync(fills);
      disk.empty();
      expect(own.running()).toEqual([]);
      expect(await outcomeOf(own.resume('run1'))).toBe('live: run1 is live.');
      expect(own.acts.filter((name) => name === 'bake')).toHaveLength(1);
      expect(own.oracle()).toEqual([]);
    });

    it('the registry finds no room: tried three times, then failed by name; the old version serves on', async () => {
      const disk = made as SmallDisk;
      const own = (world = await ContainersWorld.create());
      await own.registry.stop();
      const data = join(own.directory, 'registry', 'data');
      rmSync(data, { recursive: true, force: true });
      symlinkSync(disk.path, data);
      await own.registry.start();
      expect(await outcomeOf(own.run())).toBe('live: run1 is live.');
      own.source('v2');
      own.beforeAct = (name) => {
        if (name === 'push') disk.fill();
      };
      expect(await outcomeOf(own.run())).toMatch(
        /^failed: .*\/shop\/web:\S+ could not be pushed, tried 3 times: .*Nothing was changed: no environment uses the image\./s,
      );
      expect(own.running()).toEqual(['shop-local-blue-web']);
      own.beforeAct = () => undefined;
      disk.empty();
      expect(await outcomeOf(own.run())).toContain('live: run3 is live.');
      expect(own.oracle()).toEqual([]);
    });
  },
);
