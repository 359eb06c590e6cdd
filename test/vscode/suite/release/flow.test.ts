import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { RunState } from '../../../../release/src/run/journal-entry';
import { closeAll, extensionApi, until } from '../editor';
import {
  answering,
  countRuns,
  ended,
  endRuns,
  everything,
  execute,
  git,
  hasImage,
  HeldTool,
  live,
  note,
  read,
  releaseModule,
  reaches,
  routedTo,
  RUN_LIMIT_MS,
  runs,
  shows,
  startsStep,
  write,
  writeVersion,
} from './shop';

describe('delivery', function () {
  this.timeout(RUN_LIMIT_MS * 2);
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') note(this.currentTest.title);
    await endRuns();
    await closeAll();
  });

  it('starts nothing when the editor starts', async () => {
    const api = await extensionApi();
    console.log(`Own code at activation, with a pipeline: ${api.activationMs.toFixed(1)} ms`);
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

  it('cancels while a plan waits: nothing was changed', async () => {
    const ask = (await answering()).on(/^modal Stop: Deploy to local/, 'Stop the Run');
    await execute('deploy');
    await reaches('AWAITING_APPROVAL');
    await execute('cancelRun');
    const run = await ended();
    assert.equal(run.progress.outcome, 'cancelled');
    assert.match(ask.find(/^modal Stop/) ?? '', /The plan is not applied. Nothing was changed./);
  });

  it('cancels while Terraform applies: one interrupt, honest before and after', async () => {
    const main = read('terraform/main.tf');
    write(
      'terraform/main.tf',
      main.replace('triggers_replace', 'provisioner "local-exec" {\n    command = "sleep 20"\n  }\n  triggers_replace'),
    );
    try {
      writeVersion(5);
      const ask = (await answering())
        // A notification of the run before may still come.
        .on(/plan waits/, 'Approve…')
        .on(/plan waits/, 'Approve…')
        .on(/^modal Deploy/, 'Apply This Plan')
        .on(/^modal Stop/, 'Stop the Run');
      await execute('deploy');
      const run = await reaches('APPLYING');
      await until('terraform', () =>
        /"name":"terraform","phase":"started"/.test(readFileSync(join(run.directory, 'events.jsonl'), 'utf8')),
      );
      await execute('cancelRun');
      const modal = ask.find(/^modal Stop/) ?? '';
      assert.match(
        modal,
        /terraform is asked to stop, once, and gets up to 30 minutes to save its state. It is not killed./,
      );
      assert.match(modal, /The old version serves on/);
      // A second time nothing is sent: it offers to kill, and the person leaves that.
      await execute('cancelRun', { run: run.run });
      const end = await ended();
      assert.ok(['partial', 'cancelled', 'failed'].includes(end.progress.outcome ?? ''), end.progress.outcome);
      assert.equal(routedTo(), 'blue');
    } finally {
      write('terraform/main.tf', main);
      writeVersion(6);
    }
  });

  const SLOW: readonly {
    readonly state: RunState;
    readonly file: string;
    readonly from: string;
    readonly to: string;
    /** The step whose tool must run before. */
    readonly step?: string;
    readonly says: RegExp;
  }[] = [
    {
      state: 'GATING',
      file: 'immutable.yaml',
      from: 'cleanGit: never }',
      to: 'cleanGit: never, tests: [{ argv: [sleep, "60"], timeout: 2m }] }',
      step: 'gate-test',
      says: /sleep is asked to stop, and is killed after 15 seconds. Nothing was changed yet, and nothing will be./,
    },
    {
      state: 'TESTING',
      file: 'immutable.yaml',
      from: 'test: [{ argv: [grep, -q, "^version", packer/output/shop.img], timeout: 10s }]',
      to: 'test: [{ argv: [sleep, "60"], timeout: 2m }]',
      step: 'test',
      says: /sleep is asked to stop, and is killed after 15 seconds. No image is recorded. What runs now is not touched./,
    },
    {
      state: 'BAKING',
      file: 'packer/shop.pkr.hcl',
      from: '  post-processor "manifest"',
      to: '  post-processor "shell-local" {\n    inline = ["sleep 30"]\n  }\n\n  post-processor "manifest"',
      says: /No image is recorded. What runs now is not touched./,
    },
    {
      state: 'HEALTH',
      file: 'immutable.yaml',
      from: 'every: 500ms, timeout: 3s',
      to: 'every: 500ms, consecutive: 100, timeout: 50s',
      says: /The old version serves on. The new one is left running without traffic/,
    },
    {
      state: 'SOAKING',
      file: 'immutable.yaml',
      from: '    retire: { mode: confirm }',
      to: '    soak: 40s\n    retire: { mode: confirm }',
      says: /The traffic goes back to the old version./,
    },
  ];
  for (const [index, { state, file, from, to, step, says }] of SLOW.entries()) {
    it(`cancels during ${state}, and says before what remains`, async () => {
      const text = read(file);
      assert.ok(text.includes(from), `${file} has no ${from}`);
      const before = live()?.id;
      const slot = routedTo();
      write(file, text.replace(from, to));
      writeVersion(20 + index);
      try {
        const ask = (await answering())
          .on(/plan waits/, 'Approve…')
          .on(/^modal Deploy/, 'Apply This Plan')
          .on(/^modal Stop/, 'Stop the Run');
        await execute('deploy');
        await reaches(state);
        if (step !== undefined) await startsStep(step);
        await execute('cancelRun');
        assert.match(ask.find(/^modal Stop/) ?? '', says);
        const run = await ended();
        assert.equal(run.progress.outcome, 'cancelled');
        assert.equal(hasImage(run), state === 'HEALTH' || state === 'SOAKING');
        assert.equal(live()?.id, before);
        assert.equal(routedTo(), slot);
        await until('what was told', () => ask.find(/^information Deploy to local was cancelled/));
      } finally {
        write(file, text);
        writeVersion(30 + index);
      }
    });
  }

  it('cancels during PLANNING: Terraform is asked to stop, and nothing was changed', async () => {
    const before = live()?.id;
    const state = read('terraform/terraform.tfstate');
    const plan = new HeldTool('plan');
    try {
      writeVersion(40);
      const ask = (await answering()).on(/^modal Stop/, 'Stop the Run');
      await execute('deploy');
      await plan.begun();
      assert.equal(runs()[0]?.progress.state, 'PLANNING');
      await execute('cancelRun');
      assert.match(
        ask.find(/^modal Stop/) ?? '',
        /terraform is asked to stop, once.* It is not killed. Nothing was changed yet, and nothing will be./,
      );
      assert.equal((await ended()).progress.outcome, 'cancelled');
      assert.equal(ask.find(/plan waits/), undefined);
      assert.equal(live()?.id, before);
      assert.equal(read('terraform/terraform.tfstate'), state);
    } finally {
      plan.letGo();
    }
  });

  it('answers a question that was settled elsewhere with who did it, and does nothing', async () => {
    const ask = await answering();
    const press = ask.hold(/plan waits for you/);
    await execute('deploy');
    const { run } = await reaches('AWAITING_APPROVAL');
    await until('the question', () => ask.find(/plan waits for you/));
    // As the lens of the document does it.
    await execute('discardPlan', { run });
    assert.equal((await ended()).progress.outcome, 'refused');
    const before = everything();
    press('Approve…');
    await until('who it was', () => ask.find(/This plan was discarded by Test/));
    assert.equal(ask.find(/^modal/), undefined);
    assert.equal(everything(), before);
  });

  it('goes on when the question to stop, and the name that kills, are left', async () => {
    const main = read('terraform/main.tf');
    write(
      'terraform/main.tf',
      main.replace('triggers_replace', 'provisioner "local-exec" {\n    command = "sleep 15"\n  }\n  triggers_replace'),
    );
    try {
      writeVersion(41);
      const ask = (await answering()).on(/plan waits/, 'Approve…').on(/^modal Deploy/, 'Apply This Plan');
      await execute('deploy');
      const { run, directory } = await reaches('APPLYING');
      await startsStep('terraform');
      const control = (): string[] => readdirSync(join(directory, 'control')).sort();
      const before = control();
      await execute('cancelRun', { run });
      assert.ok(ask.find(/^modal Stop/));
      assert.deepEqual(control(), before);
      ask.on(/^modal Stop/, 'Stop the Run');
      await execute('cancelRun', { run });
      const stopped = control();
      // Asked again: first the dialogue is left, then the name.
      await execute('cancelRun', { run });
      assert.ok(ask.find(/^modal terraform was asked to stop already. Kill it\?/));
      ask.on(/^modal terraform was asked to stop/, 'Kill terraform');
      await execute('cancelRun', { run });
      assert.ok(ask.find(/^text .*Type local to go on/));
      assert.deepEqual(control(), stopped);
      await ended();
      assert.equal(routedTo(), live()?.slot);
    } finally {
      write('terraform/main.tf', main);
      writeVersion(42);
    }
  });

  it('goes on with a run whose engine was killed', async () => {
    const ask = await answering();
    await execute('deploy');
    const run = await reaches('AWAITING_APPROVAL');
    const { pid } = JSON.parse(readFileSync(join(run.directory, 'engine.json'), 'utf8')) as { readonly pid: number };
    process.kill(pid, 'SIGKILL');
    await until('what was told', () => ask.find(/was interrupted: the process that ran it is gone/));
    const { inspect } = await releaseModule();
    await until('the status bar', () => inspect.statusBar()?.includes('interrupted'));
    const before = everything();
    await execute('resumeRun');
    assert.ok(ask.find(/^modal Go on with/));
    assert.equal(everything(), before);
    ask
      .on(/^modal Go on with: Deploy to local/, 'Resume')
      .on(/plan waits/, 'Approve…')
      .on(/^modal Deploy/, 'Apply This Plan');
    await execute('resumeRun');
    assert.equal((await ended()).progress.outcome, 'live');
    await until('no item in the status bar', () => inspect.statusBar() === undefined);
  });

  it('checks the health of what is live, and changes nothing', async () => {
    const before = countRuns();
    const ask = await answering();
    await execute('checkHealth');
    const text = await shows(/^# Health of local/);
    assert.match(text, /\*\*healthy/);
    assert.equal(countRuns(), before);
    assert.ok(ask.find(/^information local \(vm/));
  });

  it('shows what is running, and drift', async () => {
    await answering();
    await execute('showRunning');
    assert.match(await shows(/^# What runs in local/), /has the traffic/);
    await closeAll();
    const ask = await answering();
    await execute('detectDrift');
    assert.ok(ask.find(/local: Everything runs as the ledger says|^$/) ?? (await shows(/^# What runs in local/)));
  });

  it('examines everything that a run needs', async () => {
    await answering();
    await execute('doctor');
    const text = await shows(/^# Doctor/);
    assert.match(text, /A run could start/);
    assert.match(text, /tool terraform/);
  });

  it('verifies the ledger, and says who changed it', async () => {
    await answering();
    await execute('verifyLedger');
    assert.match(await shows(/^# Ledger/), /Nobody changed the history/);
  });

  it('says how to look into an instance, and notes it', async () => {
    const ask = (await answering())
      .on(/^pick Debug Instance/, 'blue')
      .on(/^text Debug Instance/, 'why the shop is slow');
    await execute('debugInstance');
    const text = await shows(/^# Look into/);
    assert.match(text, /outside of the load balancer/);
    assert.ok(ask.asked.length > 0);
    assert.match(git('status', '--porcelain'), /^$/);
  });
});
