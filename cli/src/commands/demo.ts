import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arguments, Command } from '../command-line';
import { containersScene, missingForContainers } from '../demo/containers-demo';
import type { DemoScene, DemoStep } from '../demo/demo-scene';
import { missingForPacker, packerScene } from '../demo/packer-demo';
import { EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { styleFor, wantsColor, type Style } from '../terminal';

export const demo: Command = {
  name: 'demo',
  summary: 'Show the whole loop in a temporary folder: deploy, a broken version, the way back.',
  usage: '[containers | packer] [options]',
  options: { keep: { type: 'boolean', help: 'Leave the folder to look at.' } },
  notes: [
    'containers: podman, buildah and docker-registry on loopback, with a store of their own. packer: Packer and Terraform, without a cloud. Both run real tools, and touch nothing of yours.',
  ],
  run: runDemo,
};

const SCENES = {
  containers: { missing: missingForContainers, make: containersScene },
  packer: { missing: missingForPacker, make: packerScene },
} as const;

async function runDemo(args: Arguments, io: Io): Promise<ExitCode> {
  const kind = args.positionals[0] ?? 'containers';
  if (kind !== 'containers' && kind !== 'packer') {
    throw new UsageError(`There is no demo \`${kind}\`: use ${Object.keys(SCENES).join(' or ')}.`);
  }
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-demo-')));
  let scene: DemoScene | undefined;
  try {
    const missing = SCENES[kind].missing(directory, io.env);
    if (missing.length > 0)
      throw new UsageError(`This demo needs ${missing.join(', ')}. Install them, or try the other one.`);
    scene = await SCENES[kind].make(directory, io.env);
    return await playAll(scene, io);
  } finally {
    await scene?.end();
    if (args.flag('keep')) io.stdout.write(`The folder is kept: ${directory}\n`);
    else if (!(await removeFolder(directory)))
      io.stdout.write(`The folder could not be removed: ${directory}
`);
  }
}

/** What podman starts to clean up after its containers may still write: the folder is walked again until it is gone. */
async function removeFolder(directory: string): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt++) {
    try {
      rmSync(directory, { recursive: true, force: true });
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  return false;
}

async function playAll(scene: DemoScene, io: Io): Promise<ExitCode> {
  const style = styleFor(wantsColor(undefined, io.stdout.isTty, io.env));
  io.stdout.write(`Everything happens in ${scene.workspace}, with programs that listen on loopback only.\n`);
  for (const [index, step] of scene.steps.entries()) {
    const code = await play(step, index + 1, scene, io, style);
    if (code === step.expect) continue;
    io.stderr.write(`\nThe command ended with ${code}, expected ${step.expect}. That is a bug: please report it.\n`);
    return EXIT.internal;
  }
  io.stdout.write('\nThat is the whole loop. docs/release.md tells how to set it up for your own repository.\n');
  return EXIT.ok;
}

async function play(step: DemoStep, number: number, scene: DemoScene, io: Io, style: Style): Promise<number> {
  io.stdout.write(`\n${style.bold(`${number}. ${step.title}`)}\n${step.text}\n\n`);
  step.prepare();
  io.stdout.write(`${style.cyan(`$ immutable-infra ${step.command.join(' ')}`)}\n`);
  const code = await runSelf(step.command, scene, io);
  if (code !== step.expect) return code;
  const seen = await step.after();
  if (seen !== '') io.stdout.write(`${style.green('→')} ${seen}\n`);
  return code;
}

/** The command line itself, as a user would run it. */
function runSelf(words: readonly string[], scene: DemoScene, io: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [__filename, ...words], {
      cwd: scene.workspace,
      env: { ...io.env, ...scene.environment, XDG_STATE_HOME: join(scene.workspace, '..', 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (part: Buffer) => io.stdout.write(part.toString()));
    child.stderr.on('data', (part: Buffer) => io.stderr.write(part.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}
