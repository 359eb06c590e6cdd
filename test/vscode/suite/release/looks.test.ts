import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeAll, until } from '../editor';
import {
  answering,
  countRuns,
  ended,
  everything,
  execute,
  git,
  reaches,
  releaseModule,
  runsRealTools,
  shows,
} from './shop';

describe('a run that was interrupted, and looking', function () {
  runsRealTools(this);

  it('goes on with a run whose engine was killed', async () => {
    const ask = await answering();
    await execute('deploy');
    const run = await reaches('AWAITING_APPROVAL');
    // The question is closed; whoever resumes the run is asked again.
    await until('the question', () => ask.find(/plan waits for you/));
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
