import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requirePipeline } from '../../../release/src/config/read';
import { RunStoppedError } from '../../../release/src/run/context';
import { Journal } from '../../../release/src/run/journal';
import { LiveContext } from '../../../release/src/run/live-context';
import { RunControl } from '../../../release/src/run/run-control';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, oracle, PIPELINE } from '../support/fake-world';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-tools-')));
  for (const name of ['work', 'run', 'one', 'two']) mkdirSync(join(folder, name));
  writeTool('one', '#!/bin/sh\nexit 0\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeTool(directory: string, text: string): void {
  writeFileSync(join(folder, directory, 'terraform'), text);
  chmodSync(join(folder, directory, 'terraform'), 0o755);
}

/** The context of the run, as a first or as a resumed engine has it. */
function context(path: readonly string[]): LiveContext {
  const pipeline = requirePipeline(PIPELINE, 'immutable.yaml');
  const directory = join(folder, 'run');
  return new LiveContext({
    run: 'r1',
    workspace: join(folder, 'work'),
    directory,
    pipeline,
    environment: pipeline.environments.get('local'),
    control: new RunControl(directory),
    ownEnvironment: { PATH: path.map((name) => join(folder, name)).join(':') },
    secrets: [],
    stepRunner: '',
  });
}

describe('F47: a tool is replaced between plan and apply', () => {
  it('is no matter when it is the same file', () => {
    const first = context(['one']);
    first.tool('terraform');
    first.requireSameTools();
    context(['one', 'two']).requireSameTools();
  });

  it.each<[string, () => LiveContext, RegExp]>([
    [
      'another one comes first on PATH',
      () => {
        writeTool('two', '#!/bin/sh\nexit 0\n');
        return context(['two', 'one']);
      },
      /terraform was \S+\/one\/terraform, and is \S+\/two\/terraform now/,
    ],
    [
      'another file has its name',
      () => {
        writeTool('one', '#!/bin/sh\nexit 1 # other\n');
        return context(['one']);
      },
      /\/one\/terraform was replaced by another file/,
    ],
    [
      'one of the same size has its name',
      () => {
        writeTool('one', '#!/bin/sh\nexit 1\n');
        utimesSync(join(folder, 'one', 'terraform'), new Date(), new Date(Date.now() + 5000));
        return context(['one']);
      },
      /\/one\/terraform was replaced by another file/,
    ],
    [
      'it is gone',
      () => {
        rmSync(join(folder, 'one', 'terraform'));
        return context(['one']);
      },
      /terraform was \S+\/one\/terraform, and is gone/,
    ],
  ])('is refused when %s, in the same engine and in a resumed one', (_name, replace, text) => {
    const first = context(['one']);
    expect(first.tool('terraform').path).toBe(join(folder, 'one', 'terraform'));
    const later = replace();
    expect(() => later.requireSameTools()).toThrow(RunStoppedError);
    expect(() => later.requireSameTools()).toThrow(text);
    expect(() => later.requireSameTools()).toThrow(
      'Run the command again, which makes a new plan. Nothing was applied.',
    );
  });

  it('ends the run before its intent to apply is written', async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const world = new FakeWorld(new StateRoot(join(folder, 'state')), folder);
    world.healthyPort = (server.address() as AddressInfo).port;
    await world.run(createRun(world.root, folder, 'a'));
    world.source = 'v2';
    world.requireSameTools = () => {
      throw new RunStoppedError('refused', 'terraform was replaced.');
    };
    const { outcome, text } = await world.run(createRun(world.root, folder, 'b'));
    expect(`${outcome}: ${text}`).toBe('refused: terraform was replaced.');
    const types = Journal.read(world.root.run('b'))
      .records()
      .map(({ type }) => type);
    expect(types).toContain('approval.granted');
    expect(types).not.toContain('apply.intent');
    expect([...world.slots.keys()]).toEqual(['blue']);
    expect(oracle(world.root, 'local', ['a', 'b'], world)).toEqual([]);
    server.close();
  });
});
