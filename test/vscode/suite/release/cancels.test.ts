import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunState } from '../../../../release/src/run/journal-entry';
import { until } from '../editor';
import {
  answering,
  ended,
  everything,
  execute,
  hasImage,
  HeldTool,
  live,
  reaches,
  read,
  routedTo,
  runs,
  runsRealTools,
  startsStep,
  write,
  writeVersion,
} from './shop';

describe('cancelling', function () {
  runsRealTools(this);

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
});
