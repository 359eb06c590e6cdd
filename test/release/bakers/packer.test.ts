import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Baker } from '../../../release/src/bakers/baker';
import { createPackerBaker } from '../../../release/src/bakers/packer/packer-baker';
import type { Known } from '../../../release/src/config/interpolate';
import type { ImageConfig } from '../../../release/src/config/types';
import type { JsonObject } from '../../../release/src/durable/canonical-json';
import { RunStoppedError } from '../../../release/src/run/context';
import type { LiveContext } from '../../../release/src/run/live-context';
import { bundleProgram } from '../support/bundles';
import { missingTool, RealWorld, until } from './packer-support';

const skipped = missingTool('packer');

let runner: Awaited<ReturnType<typeof bundleProgram>>;
let world: RealWorld;
beforeAll(async () => {
  runner = await bundleProgram('release/src/process/step-runner.ts');
});
afterAll(() => runner.dispose());
afterEach(() => world.dispose());

const TEMPLATE = `
variable "content" { type = string }
variable "immutable_run" {
  type    = string
  default = ""
}
source "file" "app" {
  content = "image \${var.content}\\n"
  target  = "out/app.img"
}
build {
  sources = ["source.file.app"]
  provisioner "shell-local" { scripts = ["packer/prepare.sh"] }
  post-processor "manifest" {
    output      = "out/manifest.json"
    custom_data = { immutable_run = var.immutable_run }
  }
}
`;

function pipeline(packer: string, rest = ''): string {
  return `app: shop\nimages: { vm: { packer: ${packer}${rest} } }\n`;
}

function hclWorld(script: string, vars = '{ content: "${release.version}" }'): RealWorld {
  world = new RealWorld(runner.path, pipeline(`{ template: packer, vars: ${vars}, artifact: { kind: files } }`));
  world.write('packer/app.pkr.hcl', TEMPLATE);
  world.write('packer/prepare.sh', `#!/bin/sh\n${script}\n`);
  return world;
}

const KNOWN: Known = { release: { version: 'v1' } };

interface Parts {
  readonly context: LiveContext;
  readonly image: ImageConfig;
  readonly baker: Baker;
}

function parts(run: string): Parts {
  const context = world.context(run);
  const image = context.pipeline.images.get('vm');
  if (!image) throw new Error('no image');
  return { context, image, baker: createPackerBaker({ objects: world.root }) };
}

async function failureOf(work: Promise<unknown>): Promise<RunStoppedError> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (!(error instanceof RunStoppedError))
    throw new Error(`expected a stop, got ${JSON.stringify(error)}`, { cause: error });
  return error;
}

describe.skipIf(skipped !== undefined)(`the Packer baker${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  it('bakes files, hashes them itself, and keeps them under their hash', async () => {
    hclWorld('exit 0');
    const { context, image, baker } = parts('run1');
    const baked = await baker.bake(image, KNOWN, context);
    const published = await baker.publish(image, baked, KNOWN, context);
    expect(published).toMatchObject({ name: 'vm', kind: 'files', files: ['out/app.img'] });
    expect(published.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(readFileSync(published.ref, 'utf8')).toBe('image v1\n');
    expect(published.provenance).toMatchObject({ builds: ['file.app'], run: 'run1' });
    expect(published.provenance['packerRun']).toMatch(/^[0-9a-f-]{36}$/);
    // The next build writes over the file in the workspace; what was released stays.
    const next = parts('run2');
    await baker.bake(next.image, { release: { version: 'v2' } }, next.context);
    expect(readFileSync(join(world.workspace, 'out/app.img'), 'utf8')).toBe('image v2\n');
    expect(readFileSync(published.ref, 'utf8')).toBe('image v1\n');
    expect(await baker.retrievable(published, context)).toEqual({ is: 'there' });
    writeFileSync(published.ref, 'hand made');
    expect(await baker.retrievable(published, context)).toMatchObject({
      is: 'unknown',
      reason: expect.stringContaining('was changed') as string,
    });
  });

  it('gives its variables in a private file that is gone afterwards, never as words', async () => {
    hclWorld('exit 0');
    const variables = join(world.root.path, 'runs/run1/plan/packer-vm.pkrvars.json');
    world.write(
      'packer/prepare.sh',
      `#!/bin/sh\ncat /proc/[0-9]*/cmdline | tr '\\0' ' ' > cmdline\nls -l ${variables} > mode\n`,
    );
    const { context, image, baker } = parts('run1');
    await baker.bake(image, { release: { version: 'hush-hush' } }, context);
    expect(readFileSync(join(world.workspace, 'out/app.img'), 'utf8')).toContain('hush-hush');
    expect(readFileSync(join(world.workspace, 'mode'), 'utf8')).toMatch(/^-rw------- /);
    expect(readdirSync(join(context.directory, 'plan'))).toEqual([]);
    const words = readFileSync(join(world.workspace, 'cmdline'), 'utf8');
    expect(words).toContain(`-var-file=${variables}`);
    expect(words).not.toContain('hush-hush');
  });

  it('hashes the template, the files that it names and the variables as they are written', async () => {
    hclWorld('exit 0');
    const { context, image, baker } = parts('run1');
    const first = await baker.inputsHash(image, context);
    world.write('unrelated.txt', 'x');
    expect(await baker.inputsHash(image, parts('run2').context)).toBe(first);
    world.write('packer/prepare.sh', '#!/bin/sh\nexit 0 # changed\n');
    const second = await baker.inputsHash(image, context);
    expect(second).not.toBe(first);
    world.write('packer/app.pkr.hcl', `${TEMPLATE}\n# changed\n`);
    expect(await baker.inputsHash(image, context)).not.toBe(second);
  });

  it('never finds the same hash when the template names files that nobody can work out, and says so', async () => {
    hclWorld('exit 0');
    world.write('packer/app.pkr.hcl', TEMPLATE.replace('packer/prepare.sh', '${var.content}.sh'));
    const { image, baker, context } = parts('run1');
    const first = await baker.inputsHash(image, context);
    expect(await baker.inputsHash(image, parts('run2').context)).not.toBe(first);
    expect(world.warnings()[0]).toContain('Name its files with `inputs`');
  });

  it('hashes what `inputs` selects', async () => {
    world = new RealWorld(
      runner.path,
      pipeline(
        '{ template: packer/app.pkr.hcl, artifact: { kind: files } }',
        ', inputs: ["dist/**", "!dist/**/*.map"]',
      ),
    );
    world.write('packer/app.pkr.hcl', TEMPLATE);
    world.write('dist/a/b.js', 'x');
    const { context, image, baker } = parts('run1');
    const first = await baker.inputsHash(image, context);
    world.write('dist/a/b.js.map', 'x');
    expect(await baker.inputsHash(image, context)).toBe(first);
    world.write('dist/a/b.js', 'y');
    expect(await baker.inputsHash(image, context)).not.toBe(first);
  });

  it('bakes a JSON template, with `only` and the files of the last post-processor', async () => {
    world = new RealWorld(
      runner.path,
      pipeline('{ template: app.json, only: [app], vars: { content: "a,b" }, artifact: { kind: files } }'),
    );
    world.write(
      'app.json',
      JSON.stringify({
        variables: { content: '' },
        builders: [
          { type: 'file', name: 'app', content: '{{user `content`}}', target: 'out/a,b.img' },
          { type: 'null', name: 'bad', communicator: 'none' },
        ],
        provisioners: [{ type: 'shell-local', only: ['bad'], inline: ['exit 3'] }],
        'post-processors': [{ type: 'checksum', checksum_types: ['sha256'], output: 'out/sums' }],
      }),
    );
    const { context, image, baker } = parts('run1');
    const published = await baker.publish(image, await baker.bake(image, KNOWN, context), KNOWN, context);
    expect(published.files).toEqual(['out/a,b.img', 'out/sums']);
    expect(published.id).toMatch(/^sha256:/);
    expect(published.digests).toHaveLength(3);
    expect(await baker.retrievable(published, context)).toEqual({ is: 'there' });
  });

  it('says what Packer said of a template that it cannot read', async () => {
    hclWorld('exit 0', '{ content: x }');
    world.write('packer/app.pkr.hcl', TEMPLATE.replace('source.file.app', 'source.file.none'));
    const { context, image, baker } = parts('run1');
    const error = await failureOf(baker.bake(image, KNOWN, context));
    expect(error.kind).toBe('failed');
    expect(error.message).toMatch(/Packer could not bake vm \(exit code 1\)\. See .*out\.log\.\n {2}\S/);
  });

  it('refuses to publish a file that was changed after the build', async () => {
    hclWorld('exit 0');
    const { context, image, baker } = parts('run1');
    const baked = await baker.bake(image, KNOWN, context);
    world.write('out/app.img', 'somebody else');
    expect((await failureOf(baker.publish(image, baked, KNOWN, context))).message).toContain('Bake it again');
  });

  it('F06: cancelling sends one SIGINT to the whole group; no image comes out of it', async () => {
    hclWorld('touch started; sleep 60');
    const { context, image, baker } = parts('run1');
    const failure = failureOf(baker.bake(image, KNOWN, context));
    await until(() => readdirSync(world.workspace).includes('started'));
    context.cancel('Ana');
    const error = await failure;
    expect(error.kind).toBe('cancelled');
    const log = readFileSync(join(context.directory, 'steps/01-packer/out.log'), 'utf8');
    // The script has the signal as soon as Packer: either may end first.
    expect(log).toMatch(/[Cc]leanly cancelled|Script exited with non-zero exit status: -1/);
    expect(readFileSync(join(context.directory, 'steps/01-packer/interrupted'), 'utf8')).toBe('SIGINT');
    await until(() => world.processes().length === 0);
    // The file builder leaves its file, cleanly cancelled or not: it is named, and stays.
    expect(error.message).toBe(
      'Baking vm was cancelled. Half done and left behind; delete it when you do not need it:\n  out/app.img',
    );
    expect(error.evidence['left']).toMatchObject({ orphans: [], files: [{ path: 'out/app.img', size: 9 }], made: [] });
    expect(existsSync(join(world.workspace, 'out/app.img'))).toBe(true);
  });

  it('F06: what lay there before the build is no leftover of it', async () => {
    hclWorld('touch started; sleep 60');
    world.write(
      'packer/app.pkr.hcl',
      TEMPLATE.replace('target  = "out/app.img"', 'target  = "out/${var.content}.img"'),
    );
    world.write('out/v0.img', 'the image before');
    const { context, image, baker } = parts('run1');
    const failure = failureOf(baker.bake(image, KNOWN, context));
    await until(() => readdirSync(world.workspace).includes('started'));
    context.cancel('Ana');
    expect((await failure).message).toMatch(/:\n {2}out\/v1\.img$/);
  });

  /** A build that is held up behind its manifest, or before it. */
  async function killedBuild(
    where: 'before' | 'behind',
    kill: readonly ('tool' | 'runner')[],
  ): Promise<{ readonly baking: Promise<JsonObject>; readonly left: () => number } & Parts> {
    const hold = 'touch started; sleep 2';
    hclWorld(where === 'before' ? hold : 'exit 0');
    if (where === 'behind') {
      const behind = `  post-processor "shell-local" { inline = ["${hold}"] }\n}\n`;
      world.write('packer/app.pkr.hcl', TEMPLATE.replace(/\}\n$/, behind));
    }
    const run = parts('run1');
    const baking = run.baker.bake(run.image, KNOWN, run.context);
    baking.catch(() => undefined);
    await until(() => readdirSync(world.workspace).includes('started'));
    const file = join(run.context.directory, 'steps/01-packer/pid.json');
    const pids = JSON.parse(readFileSync(file, 'utf8')) as Record<'tool' | 'runner', { pid: number }>;
    for (const name of kill) process.kill(pids[name].pid, 'SIGKILL');
    return { baking, left: () => world.processes().length, ...run };
  }

  it('F07: a front process killed behind the manifest: what is left is waited for, the image used, with a warning', async () => {
    const { baking, left } = await killedBuild('behind', ['tool']);
    expect((await baking)['files']).toMatchObject([{ path: 'out/app.img' }]);
    expect(left()).toBe(0);
    expect(world.warnings().join()).toContain('Packer was killed while it baked vm; the build went on by itself');
  });

  it('F07: a front process killed before the manifest: nobody knows what was made, so it is discarded in words', async () => {
    const { baking, left } = await killedBuild('before', ['tool']);
    const error = await failureOf(baking);
    expect(error.message).toMatch(/^Packer was ended while it baked vm: it was ended by SIGKILL\. .* is not used/s);
    expect(left()).toBe(0);
  });

  it('F07: the same after the engine died as well', async () => {
    await killedBuild('behind', ['runner', 'tool']);
    const { baker, image, context } = parts('run1');
    expect(await baker.recoverBake(image, {}, context)).toMatchObject({ kind: 'files', builds: ['file.app'] });
  });

  it('recovers nothing when the power went before Packer started', async () => {
    hclWorld('exit 0');
    const { context, image, baker } = parts('run1');
    expect(await baker.recoverBake(image, {}, context)).toBeUndefined();
  });

  it('does not take the build of another image of the run for the one that was lost', async () => {
    hclWorld('exit 0');
    const { context, image, baker } = parts('run1');
    await baker.bake(image, KNOWN, context);
    const other: ImageConfig = { ...image, name: 'other' };
    writeFileSync(join(context.directory, 'bake-other.json'), JSON.stringify({ manifests: [], packer: '1' }));
    expect(await baker.recoverBake(other, {}, context)).toBeUndefined();
    expect(await baker.recoverBake(image, {}, context)).toMatchObject({ kind: 'files' });
  });

  it('F08: one of two builds fails: the image of the other is named and not used', async () => {
    hclWorld('exit 0');
    world.write(
      'packer/bad.pkr.hcl',
      `source "null" "bad" { communicator = "none" }
build {
  sources = ["source.null.bad"]
  provisioner "shell-local" { inline = ["exit 3"] }
}
`,
    );
    const { context, image, baker } = parts('run1');
    const error = await failureOf(baker.bake(image, KNOWN, context));
    expect(error.kind).toBe('failed');
    expect(error.message).toContain('null.bad: Script exited with non-zero exit status: 3');
    expect(error.evidence['left']).toMatchObject({
      orphans: ['file.app: out/app.img'],
      files: [{ path: 'out/app.img' }],
      made: [],
    });
  });

  it('F09: entries of older runs in the manifest are none of ours', async () => {
    hclWorld('exit 0');
    const old = { name: 'app', builder_type: 'file', files: [{ name: 'old.img' }], packer_run_uuid: 'old' };
    world.write('out/manifest.json', JSON.stringify({ builds: [old], last_run_uuid: 'old' }));
    const { context, image, baker } = parts('run1');
    const baked: JsonObject = await baker.bake(image, KNOWN, context);
    expect(baked).toMatchObject({ builds: ['file.app'] });
    expect(baked['packerRun']).not.toBe('old');
  });
});
