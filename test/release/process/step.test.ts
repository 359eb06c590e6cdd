import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { processesOfRun, processesOfStep, stepMark } from '../../../release/src/machine/marked-processes';
import { livenessOf } from '../../../release/src/machine/process-identity';
import { cancelPolicyOf } from '../../../release/src/process/cancel-policy';
import { Step } from '../../../release/src/process/step';
import type { Secret } from '../../../release/src/secrets/redactor';
import { bundleProgram } from '../support/bundles';

let runner: Awaited<ReturnType<typeof bundleProgram>>;
beforeAll(async () => {
  runner = await bundleProgram('release/src/process/step-runner.ts');
});
afterAll(() => runner.dispose());

let root: string;
let directory: string;
let mark: string;
let count = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'immutable-step-'));
  directory = join(root, 'step');
  mark = stepMark(`test-${process.pid}`, count++);
});
afterEach(() => {
  Step.adopt(directory, mark).kill();
  rmSync(root, { recursive: true, force: true });
});

const SHELL = '/bin/sh';

function start(script: string, secrets: readonly Secret[] = [], command = SHELL): Promise<Step> {
  return Step.start(
    {
      directory,
      command: [command, '-c', script],
      cwd: root,
      environment: { PATH: process.env['PATH'] ?? '' },
      secrets,
    },
    runner.path,
    mark,
  );
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 400 && !condition(); round++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(condition()).toBe(true);
}

function output(): string {
  return readFileSync(join(directory, 'out.log'), 'utf8');
}

describe('a step', () => {
  it('tells the exit code and keeps both streams', async () => {
    const step = await start('echo out; echo err >&2; exit 3');
    expect(await step.wait()).toEqual({ kind: 'ended', code: 3, signal: null, error: null });
    expect(output().split('\n').sort()).toEqual(['', 'err', 'out']);
    expect(readFileSync(step.files.standardOutput, 'utf8')).toBe('out\n');
  });

  it('tells a program that cannot be started', async () => {
    const step = await start('', [], join(root, 'nothing'));
    const outcome = await step.wait();
    expect(outcome.kind === 'ended' && outcome.error).toContain('ENOENT');
  });

  it('F38: writes no secret, wherever it is printed', async () => {
    const secrets = [{ name: 'TOKEN', value: 'swordfish-42' }];
    const step = await start('printf sword; sleep 0.2; printf "fish-42\\n"; echo swordfish-42 >&2', secrets);
    await step.wait();
    expect(output()).toBe('«secret:TOKEN»\n«secret:TOKEN»\n');
    for (const name of ['out.log', 'stdout.log', 'pid.json', 'rc.json']) {
      expect(readFileSync(join(directory, name), 'utf8')).not.toContain('swordfish');
    }
  });

  it('runs no shell of its own: words stay words', async () => {
    const step = await Step.start(
      { directory, command: ['/bin/echo', '$(touch canary); `id` | x'], cwd: root, environment: {}, secrets: [] },
      runner.path,
      mark,
    );
    await step.wait();
    expect(output()).toBe('$(touch canary); `id` | x\n');
    expect(existsSync(join(root, 'canary'))).toBe(false);
  });

  it('F05: gets one signal to its whole group, however often it is asked to stop', async () => {
    // The child is a grandchild of the runner: a signal to the tool alone would leave it.
    const step = await start(
      `trap 'echo got >> ${root}/signals; exit 130' INT; sh -c 'trap "" INT; sleep 30' & echo ready; while :; do sleep 0.05; done`,
    );
    await until(() => existsSync(step.files.output) && output().includes('ready'));
    const policy = cancelPolicyOf('terraform');
    expect(step.interrupt(policy)).toBe('sent');
    expect(Step.adopt(directory, mark).interrupt(policy)).not.toBe('sent');
    expect(await step.wait()).toMatchObject({ kind: 'ended', code: 130 });
    expect(readFileSync(join(root, 'signals'), 'utf8')).toBe('got\n');
    expect(step.interrupt(policy)).toBe('gone');
  });

  it('is adopted by another engine, which learns the exit code', async () => {
    await start('sleep 0.3; exit 7');
    expect(await Step.adopt(directory, mark).wait()).toMatchObject({ kind: 'ended', code: 7 });
  });

  it('F02: goes on when its runner is killed, and is waited for', async () => {
    const step = await start(`sleep 0.5; echo late; echo done > ${root}/done`);
    await until(() => step.files.processes()?.tool !== undefined);
    process.kill(step.files.processes()?.runner.pid ?? 0, 'SIGKILL');
    expect(await Step.adopt(directory, mark).wait()).toEqual({ kind: 'lost' });
    expect(readFileSync(join(root, 'done'), 'utf8')).toBe('done\n');
  });

  it('leaves no process when it is killed', async () => {
    const step = await start('sleep 30 & sleep 30');
    await until(() => step.tools().length >= 2);
    step.kill();
    expect(await step.wait()).toMatchObject({ kind: 'ended', signal: 'SIGKILL' });
    await until(() => processesOfStep(mark).length === 0);
  });

  it('waiting can be given up; the tool goes on', async () => {
    const step = await start('sleep 0.6');
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(new Error('given up')), 100);
    await expect(step.wait(giveUp.signal)).rejects.toThrow('given up');
    expect(await step.wait()).toMatchObject({ code: 0 });
  });

  it('keeps the head and the tail of a very long output', async () => {
    writeFileSync(join(root, 'line1m'), `${'x'.repeat(1023)}\n`.repeat(1024));
    const step = await start('echo first; i=0; while [ $i -lt 60 ]; do cat line1m; i=$((i+1)); done; echo last');
    await step.wait();
    expect(output().startsWith('first\n')).toBe(true);
    expect(output().endsWith('last\n')).toBe(true);
    expect(output().length).toBeLessThan(52 * 1024 * 1024);
    expect(output()).toContain('bytes left out');
  });

  it('is told from steps whose number begins alike, and belongs to its run', async () => {
    const step = await start('sleep 0.5');
    await until(() => step.files.processes()?.tool !== undefined);
    const tool = step.files.processes()?.tool;
    expect(processesOfStep(mark)).toContainEqual(tool);
    expect(processesOfStep(mark.slice(0, -1))).toEqual([]);
    expect(processesOfRun(`test-${process.pid}`)).toContainEqual(tool);
    await step.wait();
    expect(tool && livenessOf(tool)).toBe('dead');
  });
});
