import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { extensionApi, until } from '../editor';
import {
  answering,
  countRuns,
  ended,
  execute,
  live,
  measured,
  reaches,
  read,
  releaseModule,
  routedTo,
  runs,
  runsRealTools,
  shows,
  write,
  writeVersion,
} from './shop';

describe('delivery', function () {
  runsRealTools(this);

  it('starts nothing when the editor starts', async () => {
    const api = await extensionApi();
    measured(`Own code at activation, with a pipeline: ${api.activationMs.toFixed(1)} ms`);
    await api.release?.attached;
    assert.equal(countRuns(), 0);
    assert.equal((await releaseModule()).inspect.statusBar(), undefined);
  });

  it('shows an environment to which nothing was deployed', async () => {
    const { inspect } = await releaseModule();
    const [row] = await until('a row', () => {
      const rows = inspect.releaseRows();
      return rows.length > 0 && rows;
    });
    assert.ok(row?.kind === 'environment');
    assert.equal(row.row.description, 'nothing was deployed yet');
    assert.deepEqual(inspect.runRows(), []);
  });

  it('bakes the image of a template from its menu', async () => {
    await answering();
    await execute(
      'bakeImage',
      vscode.Uri.file(join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'packer/shop.pkr.hcl')),
    );
    const run = await ended();
    assert.equal(run.spec.kind, 'bake');
    assert.equal(run.progress.outcome, 'baked');
    assert.deepEqual(run.spec.images, ['vm']);
    assert.equal(run.spec.actor.via, 'vscode');
  });

  it('deploys what a person approves, and shows it live', async () => {
    const ask = (await answering())
      .on(/plan waits for you: 2 to add|plan waits for you/, 'Approve…')
      .on(/^modal Deploy to local/, 'Apply This Plan');
    await execute('deploy');
    await reaches('AWAITING_APPROVAL');
    const plan = await shows(/^# Plan for local/);
    assert.match(plan, /terraform_data/);
    const run = await ended();
    assert.equal(run.progress.outcome, 'live');
    const modal = ask.find(/^modal Deploy to local/) ?? '';
    for (const text of [
      /Environment: local/,
      /Target: terraform in terraform/,
      /Image: vm [0-9a-f]{12}/,
      /Commit: [0-9a-f]{9} The shop/,
      /Plan: \d+ to add/,
      /Live now: nothing/,
    ])
      assert.match(modal, text);
    assert.equal(live()?.id, run.run.toLowerCase());
    assert.match(live()?.approvedBy ?? '', /Test <test@example.com>/);
    await until('what was told at the end', () => ask.find(/^information local: .* is live/));
    const { inspect } = await releaseModule();
    await until('no item in the status bar', () => inspect.statusBar() === undefined);
    const [environment] = inspect.releaseRows();
    assert.ok(environment?.kind === 'environment');
    assert.match(environment.row.description, /^vm [0-9a-f]{12} · just now · healthy/);
  });

  it('draws a run as its stages while it waits, and lets the plan be discarded', async () => {
    writeVersion(2);
    const ask = await answering();
    await execute('deploy', { environment: 'local' });
    await reaches('AWAITING_APPROVAL');
    const { inspect } = await releaseModule();
    await until('the stages', () => {
      const [run] = inspect.runRows();
      const stages = inspect
        .runRows(run)
        .map((row) => (row.kind === 'stage' ? `${row.stage.stage} ${row.stage.status}` : ''));
      return stages.includes('approve waiting') && stages.includes('plan done') && stages.includes('route ahead');
    });
    await until('the status bar', () => inspect.statusBar()?.includes('plan waits'));
    await until('the question', () => ask.find(/plan waits for you/));
    const before = live()?.id;
    await execute('discardPlan');
    const run = await ended();
    assert.equal(run.progress.outcome, 'refused');
    assert.equal(live()?.id, before);
    assert.equal(routedTo(), 'blue');
  });

  it('approves from the palette, and not when the modal is left', async () => {
    const ask = await answering();
    await execute('deploy');
    const waiting = await reaches('AWAITING_APPROVAL');
    await execute('approvePlan');
    assert.ok(ask.find(/^modal Deploy to local/));
    assert.equal(runs()[0]?.progress.state, 'AWAITING_APPROVAL');
    ask.on(/^modal Deploy to local/, 'Apply This Plan');
    await execute('approvePlan', { run: waiting.run });
    assert.equal((await ended()).progress.outcome, 'live');
    assert.equal(routedTo(), 'green');
  });

  it('asks a plan once: who comes second is told who decided', async () => {
    const ask = await answering();
    const last = runs().find(({ progress }) => progress.outcome === 'live');
    const { inspect } = await releaseModule();
    await inspect.decide({ run: last?.run ?? '', plan: 'sha256:0' }, 'approve');
    assert.ok(ask.find(/waits for nobody any more|was approved by Test/), ask.asked.join('\n'));
  });

  it('rolls back to the last healthy release in one click', async () => {
    const before = live();
    const ask = (await answering()).on(/^pick Roll Back local/, 'vm').on(/^modal Roll local back/, 'Roll Back Now');
    await execute('rollBack');
    const run = await ended();
    assert.equal(run.progress.outcome, 'live');
    assert.equal(live()?.kind, 'rollback');
    assert.equal(live()?.rolledBackFrom, before?.id);
    assert.equal(routedTo(), 'blue');
    const modal = ask.find(/^modal Roll local back/) ?? '';
    assert.match(modal, /Commit: [0-9a-f]{9} The shop/);
    assert.match(modal, /Live now: vm [0-9a-f]{12}, healthy/);
  });

  it('retires the version without traffic, after its plan was approved', async () => {
    const ask = (await answering()).on(/plan waits/, 'Approve…').on(/^modal Retire/, 'Apply This Plan');
    await execute('retireOld');
    const run = await ended();
    assert.equal(run.progress.outcome, 'retired');
    assert.ok(ask.find(/^modal Retire the old version of local/));
    await until('what was told', () => ask.find(/green was retired/));
  });

  it('says why the traffic can go nowhere', async () => {
    const ask = await answering();
    await execute('routeTraffic');
    assert.ok(ask.find(/Nothing that was live runs beside the live version/), ask.asked.join('\n'));
  });

  it('answers a failed health check with a question, and shows the evidence', async () => {
    const yaml = read('immutable.yaml');
    write('immutable.yaml', yaml.replace('rollback: { auto: on-health-failure }', 'rollback: { mode: image }'));
    try {
      writeVersion(3, 'broken');
      const ask = (await answering())
        .on(/plan waits/, 'Approve…')
        .on(/^modal Deploy/, 'Apply This Plan')
        .on(/did not become healthy/, 'Show Evidence');
      await execute('deploy');
      const run = await ended();
      assert.equal(run.progress.outcome, 'failed');
      assert.equal(routedTo(), 'blue');
      const question = await until('the question', () => ask.find(/^warning .*did not become healthy/));
      assert.match(question, /End the New Version…, Keep Both, Show Evidence/);
      const evidence = await shows(/What was asked, and what answered/);
      assert.match(evidence, /exit code 1/);
      // And the new version ends when somebody says so.
      ask.on(/plan waits/, 'Approve…').on(/^modal Retire/, 'Apply This Plan');
      await execute('retireOld', { environment: 'local' });
      assert.equal((await ended()).progress.outcome, 'retired');
    } finally {
      write('immutable.yaml', yaml);
      writeVersion(4);
    }
  });
});
