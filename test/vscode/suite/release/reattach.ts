// A window that opens while a run goes on that some other window, or the command line, has started (F40).
import assert from 'node:assert/strict';
import { extensionApi, until } from '../editor';
import { ended, live, measured, releaseModule, routedTo, RUN_LIMIT_MS, runs } from './shop';

describe('a window that opens during a run', function () {
  this.timeout(RUN_LIMIT_MS * 2);

  it('shows it within two seconds, with its step, and tells how it ended', async () => {
    const { release, activationMs } = await extensionApi();
    assert.ok(release);
    const [run] = runs();
    assert.equal(run?.status, 'running');
    assert.equal(run.progress.state, 'APPLYING');
    assert.deepEqual(await release.attached, [run.run]);
    const after = release.attachedAfter ?? Infinity;
    measured(`Own code at activation: ${activationMs.toFixed(1)} ms; the run is shown after ${after.toFixed(0)} ms`);
    assert.ok(after < 2_000, `shown after ${after} ms`);
    const { inspect } = await releaseModule();
    assert.deepEqual(inspect.attended(), [run.run]);
    await until('the status bar', () => inspect.statusBar()?.includes('Deploy to local 7/11'));
    const end = await ended();
    assert.equal(end.progress.outcome, 'live');
    assert.equal(live()?.run, run.run);
    assert.equal(routedTo(), 'blue');
    await until('no item in the status bar', () => inspect.statusBar() === undefined);
  });
});
