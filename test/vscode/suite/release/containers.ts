// The example with containers, from a folder without a pipeline to a rolled-back release: podman, a registry and a proxy
// on this machine. The order matters: the shop goes from version to version.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { folder, openFile, set, until } from '../editor';
import {
  answering,
  ended,
  execute,
  git,
  hasImage,
  HeldTool,
  live,
  patiently,
  reaches,
  read,
  releaseModule,
  RUN_LIMIT_MS,
  runsRealTools,
  shopFolder,
  shows,
  startsStep,
  tells,
  write,
} from './shop';

const HEALTH = 'app/www/cgi-bin/health';
const ROUTE = 'run/upstream.conf';

function environment(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set in this window`);
  return value;
}

/** What a visitor sees. */
async function served(): Promise<string> {
  const answer = await fetch(environment('IMMUTABLE_TEST_SHOP'));
  return `${answer.status} ${/version \d+|No version/.exec(await answer.text())?.[0] ?? ''}`;
}

/** Names of the containers that run. */
function running(): string[] {
  const names = execFileSync('podman', ['ps', '--format', '{{.Names}}'], { encoding: 'utf8' });
  return names.split('\n').filter(Boolean).sort();
}

/** Tags that the registry knows. */
async function tags(): Promise<readonly string[]> {
  const answer = await fetch(`http://${environment('IMMUTABLE_TEST_REGISTRY')}/v2/shop/web/tags/list`);
  return ((await answer.json()) as { readonly tags?: readonly string[] }).tags ?? [];
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', message);
}

function writeVersion(version: number): void {
  write('app/www/index.html', `<h1>Tidewater, version ${version}</h1>\n`);
  commit(`Version ${version}`);
}

/** Changes `immutable.yaml` while something is done. */
async function withPipeline(from: string, to: string, work: () => Promise<void>): Promise<void> {
  const text = read('immutable.yaml');
  assert.ok(text.includes(from), `immutable.yaml has no ${from}`);
  write('immutable.yaml', text.replace(from, to));
  commit('Another pipeline');
  try {
    await work();
  } finally {
    write('immutable.yaml', text);
    commit('The pipeline as it was');
  }
}

/** Somebody who approves every plan that is put before them. */
async function approving(): ReturnType<typeof answering> {
  return (await answering()).on(/plan waits/, 'Approve…').on(/^modal (?:Deploy|Retire)/, 'Apply This Plan');
}

async function titlesOf(uri: vscode.Uri): Promise<vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 50);
}

describe('delivery of containers', function () {
  runsRealTools(this);

  it('begins with a proposal for the Dockerfile that is there', async () => {
    await answering();
    await execute('setUpPipeline');
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document?.isUntitled);
    assert.match(document.getText(), /dockerfile: app\/Dockerfile/);
    // What a person makes of it.
    writeFileSync(join(shopFolder(), 'immutable.yaml'), readFileSync(environment('IMMUTABLE_TEST_PIPELINE')));
    commit('A pipeline');
    const { inspect } = await releaseModule();
    await until('the environment', () => inspect.releaseRows().some((row) => row.kind === 'environment'));
  });

  it('bakes the image of a Dockerfile from its menu, into the registry', async () => {
    await answering();
    await execute('bakeImage', vscode.Uri.joinPath(folder('shop'), 'app/Dockerfile'));
    const run = await ended();
    assert.equal(run.progress.outcome, 'baked');
    assert.deepEqual(await tags(), [`rel-${run.run.toLowerCase()}`]);
    assert.deepEqual(running(), []);
  });

  it('deploys it, and visitors see it when it is healthy', async () => {
    assert.equal(await served(), '503 No version');
    const ask = await approving();
    await execute('deploy');
    assert.equal((await ended()).progress.outcome, 'live');
    const modal = ask.find(/^modal Deploy to local/) ?? '';
    assert.match(modal, /Target: containers \(podman\): web/);
    assert.match(modal, /Live now: nothing/);
    assert.equal(await served(), '200 version 1');
    await execute('checkHealth');
    assert.match(await shows(/^# Health of local/), /\*\*healthy/);
  });

  it('deploys the next version beside it', async () => {
    writeVersion(2);
    await approving();
    await execute('deploy');
    assert.equal((await ended()).progress.outcome, 'live');
    assert.equal(await served(), '200 version 2');
    assert.deepEqual(running(), ['shop-local-blue-web', 'shop-local-green-web']);
  });

  it('asks what becomes of a version that is not healthy, which nobody sees, and ends it', async () => {
    const health = read(HEALTH);
    write(HEALTH, health.replace('\n', '\nexit 1\n'));
    const live2 = live()?.id;
    await withPipeline('mode: full, auto: on-health-failure', 'mode: full', () =>
      withPipeline('timeout: 20s', 'timeout: 2s', async () => {
        const ask = (await approving()).on(/did not become healthy/, 'End the New Version…');
        ask.on(/plan waits/, 'Approve…').on(/^modal Retire/, 'Apply This Plan');
        await execute('deploy');
        await until('the question', () => ask.find(/did not become healthy/)).catch(() => undefined);
        const retired = await patiently('the end of the new version', RUN_LIMIT_MS, () => ask.find(/blue was retired/));
        assert.ok(retired);
        const question = ask.find(/^warning .*did not become healthy/) ?? '';
        assert.match(question, /End the New Version…, Keep Both, Show Evidence/);
      }),
    );
    write(HEALTH, health);
    commit('Healthy again');
    assert.equal(await served(), '200 version 2');
    assert.equal(live()?.id, live2);
    assert.deepEqual(running(), ['shop-local-green-web']);
  });

  it('rolls back: the image of before is started again, and visitors see it', async () => {
    const ask = (await answering()).on(/^pick Roll Back local/, 'web').on(/^modal Roll local back/, 'Roll Back Now');
    await execute('rollBack');
    assert.equal((await ended()).progress.outcome, 'live');
    assert.equal(live()?.kind, 'rollback');
    assert.equal(await served(), '200 version 1');
    await until('what was told', () => ask.find(/^information local is back on web/));
  });

  it('says above the Dockerfile who uses its image, and where it is live', async () => {
    const image = `${environment('IMMUTABLE_TEST_REGISTRY')}/shop/web`;
    write('compose.yaml', `services:\n  web:\n    image: ${image}:1.0.0\n  other:\n    image: nginx:1.27.3\n`);
    const { document } = await openFile('shop', 'app/Dockerfile');
    assert.deepEqual(await titlesOf(document.uri), []);
    await set('codeLens.enable', true);
    try {
      const lenses = await until('three lenses', async () => {
        const found = await titlesOf(document.uri);
        return found.length === 3 && found.every(({ command }) => command) && found;
      });
      // The editor gives them in the order in which they were resolved.
      const commands = lenses.flatMap(({ command }) => command ?? []);
      const titled = (title: string): vscode.Command | undefined => commands.find((one) => one.title === title);
      const titles = commands.map(({ title }) => title).join(', ');
      assert.ok(titled('$(package) Bake web'), titles);
      const [used, where] = [titled('used by 1'), titled('live in local')];
      assert.ok(used, titles);
      assert.ok(where, titles);
      assert.equal(used.command, 'editor.action.showReferences');
      const [place] = (used.arguments?.[2] ?? []) as vscode.Location[];
      assert.ok(place, 'no place');
      assert.ok(place.uri.path.endsWith('/compose.yaml'));
      assert.equal(place.range.start.line, 2);
      const from = read('app/Dockerfile')
        .split('\n')
        .findIndex((line) => line.startsWith('FROM'));
      for (const { range } of lenses) assert.equal(range.start.line, from);
      await vscode.commands.executeCommand(where.command);
    } finally {
      await set('codeLens.enable', undefined);
      git('clean', '--quiet', '--force', '--', 'compose.yaml');
    }
  });

  it('cancels during PUBLISHING: nothing uses what was pushed', async () => {
    writeVersion(3);
    const before = { live: live()?.id, running: running(), served: await served(), tags: await tags() };
    const push = new HeldTool('push');
    try {
      const ask = (await answering()).on(/^modal Stop/, 'Stop the Run');
      await execute('deploy');
      await reaches('PUBLISHING');
      await push.begun();
      await execute('cancelRun');
      assert.match(
        ask.find(/^modal Stop/) ?? '',
        /podman is asked to stop, and is killed after 30 seconds. What was pushed stays in the registry under a tag that nothing uses. What runs now is not touched./,
      );
      const run = await ended();
      assert.equal(run.progress.outcome, 'cancelled');
      assert.equal(hasImage(run), false);
      const after = { live: live()?.id, running: running(), served: await served(), tags: await tags() };
      assert.deepEqual(after, before);
    } finally {
      push.letGo();
    }
  });

  it('cancels during ROUTING: the switch is ended, and the traffic goes back', async () => {
    const before = { live: live()?.id, served: await served(), route: read(ROUTE) };
    const switching = new HeldTool('switching');
    const wait =
      'while [ -e "$IMMUTABLE_TEST_HOLD/switching" ]; do : > "$IMMUTABLE_TEST_HOLD/switching.begun"; sleep 0.1; done';
    const from = 'content: "server 127.0.0.1:${slot.port};\\n"';
    const to = `${from}, reload: { argv: [sh, -c, '${wait}'] }`;
    try {
      await withPipeline(from, to, async () => {
        const ask = (await approving()).on(/^modal Stop/, 'Stop the Run');
        await execute('deploy');
        await reaches('ROUTING');
        await switching.begun();
        await execute('cancelRun');
        const modal = ask.find(/^modal Stop/) ?? '';
        assert.match(modal, /sh is not asked to stop: what it does now takes seconds and is brought to its end./);
        assert.match(modal, /The traffic goes back to the old version. The new one is left running without traffic/);
        // Asked again, it offers to kill nothing.
        const asked = ask.asked.length;
        await execute('cancelRun');
        assert.equal(ask.asked.length, asked);
        // The engine has heard of it before the switch may end.
        await tells('"state":"CANCELLING"');
        switching.letGo();
        assert.equal((await ended()).progress.outcome, 'cancelled');
        await until('what was told', () => ask.find(/was cancelled.*The traffic is back on/s));
      });
    } finally {
      switching.letGo();
    }
    assert.deepEqual({ live: live()?.id, served: await served(), route: read(ROUTE) }, before);
    assert.deepEqual(running(), ['shop-local-blue-web', 'shop-local-green-web']);
  });

  it('cancels during RETIRING: what is being ended is ended, and the release stays live', async () => {
    const before = { live: live()?.id, served: await served() };
    const stop = new HeldTool('stop');
    try {
      const ask = (await approving()).on(/^modal Stop/, 'Stop the Run');
      await execute('retireOld');
      await reaches('RETIRING');
      await stop.begun();
      await startsStep('stop');
      await execute('cancelRun');
      const modal = ask.find(/^modal Stop/) ?? '';
      assert.match(modal, /podman is not asked to stop: what it does now takes seconds and is brought to its end./);
      assert.match(modal, /The release stays live. What of the old version is left is listed./);
      stop.letGo();
      assert.equal((await ended()).progress.outcome, 'retired');
      await until('what was told', () => ask.find(/green was retired/));
    } finally {
      stop.letGo();
    }
    assert.deepEqual({ live: live()?.id, served: await served() }, before);
    assert.deepEqual(running(), ['shop-local-blue-web']);
  });

  it('asks which version is to end when nothing says which one visitors see', async () => {
    await approving();
    await execute('deploy');
    assert.equal((await ended()).progress.outcome, 'live');
    assert.equal(live()?.slot, 'green');
    const route = read(ROUTE);
    rmSync(join(shopFolder(), ROUTE));
    try {
      const ask = (await approving())
        .on(/^warning Retire the old version of local/, 'End It All the Same…')
        .on(/^pick Retire Old: Which version is to end\? Look first which one serves/, 'blue')
        .on(/^modal End blue of local all the same/, 'End blue');
      await execute('retireOld');
      await patiently('what was told', RUN_LIMIT_MS, () => ask.find(/^information blue was retired/));
      assert.match(
        ask.find(/^modal End blue/) ?? '',
        /Nothing says which slot has the traffic. When it is blue, visitors/,
      );
      assert.equal(
        ask.asked.find((text) => text.includes('immutable-infra')),
        undefined,
      );
      assert.deepEqual(running(), ['shop-local-green-web']);
    } finally {
      write(ROUTE, route);
    }
    assert.equal(await served(), '200 version 3');
  });
});
