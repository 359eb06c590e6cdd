import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packerScene } from '../../cli/src/demo/packer-demo';
import { Ledger } from '../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../release/src/ledger/releases';
import { Journal } from '../../release/src/run/journal';
import { StateRoot } from '../../release/src/state-root';
import { ROOT } from '../support/cli';
import { missingTool } from './bakers/packer-support';
import { oracleOf, runsOf } from './support/oracle';

/** Entries of the journal of a deployment, in their order. `#2` is the second of its kind. */
const ENTRIES = [
  'run.created',
  'gate.intent',
  'gate.result',
  'bake.intent',
  'bake.result',
  'test.intent',
  'test.result',
  'publish.intent',
  'publish.result',
  'image.recorded',
  'plan.intent',
  'plan.result',
  'approval.requested',
  'approval.granted',
  'apply.intent',
  'apply.result',
  'verify.intent',
  'verify.result',
  'health.intent',
  'health.result',
  'route.intent',
  'route.result',
  'soak.intent',
  'soak.result',
  'release.recorded',
  'run.live',
  'retire.intent',
  'retire.result',
  'run.closed',
];

/** After `run.closed` nothing is left to do. A part here; `IMMUTABLE_CRASH_ALL=1` takes every boundary, before and after. */
const POINTS =
  process.env['IMMUTABLE_CRASH_ALL'] === '1'
    ? ENTRIES.flatMap((entry) => [`${entry}:before`, `${entry}:after`]).filter((point) => point !== 'run.closed:after')
    : [
        'bake.intent:after',
        'test.intent:after',
        'test.result:before',
        'apply.intent:before',
        'apply.intent:after',
        'apply.result:before',
        'route.result:before',
        'soak.intent:after',
        'soak.result:before',
        'release.recorded:before',
        'retire.intent:after',
        'retire.result:before',
        'run.closed:before',
      ];

/** Were a step left out of the pipeline, its points would be passed by in silence. */
const STEPS_SEEN = ['test.intent', 'soak.intent', 'retire.intent'];

const missing = missingTool('packer') ?? missingTool('terraform');

describe.skipIf(missing !== undefined)('F01: the engine is killed, for real', () => {
  let directory: string;
  let cli: string;
  let scene: ReturnType<typeof packerScene>;
  let root: StateRoot;
  let version = 0;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'immutable-crash-'));
    cli = join(directory, 'dist', 'cli.js');
    cpSync(join(ROOT, 'dist'), join(directory, 'dist'), { recursive: true });
    await build({
      absWorkingDir: ROOT,
      entryPoints: ['release/src/engine.ts'],
      outfile: join(directory, 'dist', 'engine.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      mainFields: ['module', 'main'],
      define: { IMMUTABLE_CRASH_POINTS: 'true' },
      logLevel: 'error',
    });
    mkdirSync(join(directory, 'work'));
    scene = packerScene(join(directory, 'work'), process.env);
    const pipeline = join(scene.workspace, 'immutable.yaml');
    // All steps that a deployment may have: the image is tested, the traffic is watched, the old colour is ended.
    const text = readFileSync(pipeline, 'utf8')
      .replace(
        '      artifact: { kind: files }\n',
        `$&    test: [{ argv: [grep, -q, healthy, packer/shop.pkrvars.hcl] }]\n`,
      )
      .replace('    route: { terraform: {} }\n', '$&    soak: 300ms\n    retire: { mode: auto }\n');
    writeFileSync(pipeline, text);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  function run(words: readonly string[], crashAt = ''): Promise<{ readonly code: number; readonly text: string }> {
    const env = { ...process.env, XDG_STATE_HOME: join(directory, 'state'), IMMUTABLE_CRASH_AT: crashAt };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [cli, ...words],
        { cwd: scene.workspace, env, timeout: 120_000 },
        (error, out, err) => {
          resolve({ code: error ? Number(error.code ?? -1) : 0, text: out + err });
        },
      );
    });
  }

  /** A new version, baked and deployed. */
  function deploy(crashAt = ''): Promise<{ readonly code: number; readonly text: string }> {
    version++;
    const name = `v${version}`;
    writeFileSync(join(scene.workspace, 'packer/shop.pkrvars.hcl'), `version = "${name}"\nstatus  = "healthy"\n`);
    return run(['deploy', 'demo', '--approve', 'all'], crashAt);
  }

  it('deploys once without a crash', async () => {
    expect(await deploy()).toMatchObject({ code: 0 });
    const state = join(directory, 'state', 'immutable');
    root = new StateRoot(join(state, readdirSync(state)[0] ?? ''));
  }, 120_000);

  it.each(POINTS)(
    '%s: it is resumed from what really happened',
    async (point) => {
      const before = new ReleaseHistory(Ledger.read(root.ledger('demo'))).releases().length;
      const crashed = await deploy(point);
      expect(crashed.text).toContain('The run was interrupted. Go on with: immutable-infra resume');
      const [id = ''] = /(?<=resume )\w+/.exec(crashed.text) ?? [];
      const resumed = await run(['resume', id]);
      // An apply that never began has used up its approval: that run ends, and nothing was changed.
      const isUsedUp = point === 'apply.intent:after';
      expect(resumed.code, resumed.text).toBe(isUsedUp ? 6 : 0);

      const history = new ReleaseHistory(Ledger.read(root.ledger('demo')));
      expect(history.releases().length - before, 'one release, recorded once').toBe(isUsedUp ? 0 : 1);
      const entries = Journal.read(root.run(id)).records();
      expect(entries.at(-1)?.type).toBe('run.closed');
      if (!isUsedUp) expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(STEPS_SEEN));
      // The end is told before the engine has given back the lock and ended.
      await vi.waitFor(
        () => expect(oracleOf({ root, environment: 'demo', runs: runsOf(root), workspace: directory })).toEqual([]),
        { timeout: 30_000, interval: 50 },
      );
      expect(readdirSync(join(root.path, 'locks'))).toEqual([]);
      const seen = await scene.steps[0]?.after();
      expect(seen).toContain(history.live()?.images[0]?.id);
    },
    240_000,
  );
});
