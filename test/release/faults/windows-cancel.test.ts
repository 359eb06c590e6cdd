import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requirePipeline } from '../../../release/src/config/read';
import { processesOfRun } from '../../../release/src/machine/marked-processes';
import { cancelPolicyOf } from '../../../release/src/process/cancel-policy';
import type { ToolResult } from '../../../release/src/run/context';
import type { RunEvent } from '../../../release/src/run/events';
import { LiveContext } from '../../../release/src/run/live-context';
import { RunControl } from '../../../release/src/run/run-control';
import { bundleProgram } from '../support/bundles';
import { PIPELINE } from '../support/fake-world';

let runner: Awaited<ReturnType<typeof bundleProgram>>;
beforeAll(async () => {
  runner = await bundleProgram('release/src/process/step-runner.ts');
});
afterAll(() => runner.dispose());

let folder: string;
let context: LiveContext;
let control: RunControl;
let events: RunEvent[];
const systemRoot = process.env['SystemRoot'];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-windows-'));
  const directory = join(folder, 'run');
  mkdirSync(directory);
  mkdirSync(join(folder, 'work'));
  // Stands in for the program of Windows: it notes its words, and ends the process that they name.
  mkdirSync(join(folder, 'System32'));
  const taskkill = join(folder, 'System32', 'taskkill.exe');
  writeFileSync(taskkill, `#!/bin/sh\necho "$@" >> ${folder}/killed\nkill -9 "-$4"\n`);
  chmodSync(taskkill, 0o755);
  process.env['SystemRoot'] = folder;
  control = new RunControl(directory);
  const pipeline = requirePipeline(PIPELINE, 'immutable.yaml');
  context = new LiveContext({
    run: `windows-${process.pid}`,
    workspace: join(folder, 'work'),
    directory,
    pipeline,
    environment: pipeline.environments.get('local'),
    control,
    ownEnvironment: process.env,
    secrets: [],
    stepRunner: runner.path,
    platform: 'win32',
  });
  events = [];
  context.tell = (event) => events.push(event);
});
afterEach(() => {
  for (const { pid } of processesOfRun(context.run)) process.kill(pid, 'SIGKILL');
  if (systemRoot === undefined) delete process.env['SystemRoot'];
  else process.env['SystemRoot'] = systemRoot;
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a tool that notes each signal, and waits until it runs. */
async function start(script: string): Promise<{ readonly result: Promise<ToolResult> }> {
  const traps = `trap 'echo got >> ${folder}/signals' INT TERM HUP; touch ${folder}/ready;`;
  const tool = { name: 'terraform', path: '/bin/sh' };
  const result = context.act({ name: 'apply', tool, words: ['-c', `${traps} ${script}`], timeout: 120_000 });
  await until(() => existsSync(join(folder, 'ready')));
  return { result };
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 800 && !condition(); round++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(condition()).toBe(true);
}

function warnings(): readonly string[] {
  return events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
}

describe('F48: Windows: a cancel without console support', () => {
  it.each(['terraform', 'packer', 'docker', 'anything'])('%s gets no signal, and only a person ends it', (tool) => {
    expect(cancelPolicyOf(tool, 'win32')).toEqual({ signal: undefined, grace: 0, then: 'ask' });
    expect(cancelPolicyOf(tool, 'linux').signal).toBeDefined();
  });

  it('says that the run will stop after this step; the tool ends by itself, and nothing new begins', async () => {
    const { result } = await start(`while [ ! -e ${folder}/go ]; do sleep 0.05; done; exit 0`);
    context.cancel('Ana');
    await until(() => warnings().length > 0);
    expect(warnings()).toEqual([
      'terraform cannot be asked to stop on this system: the run will stop after this step. `immutable-infra cancel --kill --confirm NAME` ends it now and may leave things behind.',
    ]);
    writeFileSync(join(folder, 'go'), '');
    expect(await result).toMatchObject({ code: 0, isLost: false });
    expect(existsSync(join(folder, 'signals'))).toBe(false);
    expect(existsSync(join(folder, 'killed'))).toBe(false);
    const tool = { name: 'terraform', path: '/bin/sh' };
    await expect(context.act({ name: 'next', tool, words: [], timeout: 1000 })).rejects.toThrow('Cancelled by Ana');
  });

  it('ends the tool with all its children by taskkill, after the typed confirmation and not before', async () => {
    const { result } = await start('sleep 100 & while :; do sleep 0.05; done');
    context.cancel('Ana');
    await until(() => warnings().length > 0);
    // Several looks at the control files later it still runs.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(existsSync(join(folder, 'killed'))).toBe(false);
    control.kill('Ana');
    expect(await result).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(readFileSync(join(folder, 'killed'), 'utf8')).toMatch(/^\/T \/F \/PID \d+\n/);
    expect(existsSync(join(folder, 'signals'))).toBe(false);
    expect(processesOfRun(context.run)).toEqual([]);
  });
});
