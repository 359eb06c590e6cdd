import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { objectPath } from '../../../../release/src/bakers/packer/stored-files';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import { closeAll, until } from '../editor';
import {
  answering,
  countRuns,
  ended,
  everything,
  execute,
  git,
  live,
  patiently,
  read,
  root,
  routedTo,
  RUN_LIMIT_MS,
  runs,
  runsRealTools,
  write,
  writeVersion,
} from './shop';

/** Nobody keeps the image of the last release that could be gone back to, but the slot that runs it. */
function loseImageOfWayBack(): string {
  const back = new ReleaseHistory(Ledger.read(root().ledger('local'))).defaultTarget();
  assert.ok(back?.slot, 'there is no way back');
  for (const { provenance } of back.images) {
    const { files } = provenance as { readonly files: readonly { readonly sha256: string }[] };
    for (const { sha256 } of files) rmSync(objectPath(sha256, root()), { force: true });
  }
  return back.slot;
}

describe('retiring the only copy of the way back', function () {
  runsRealTools(this);
  let old = '';
  before(async () => {
    writeVersion(50);
    (await answering()).on(/plan waits/, 'Approve…').on(/^modal Deploy/, 'Apply This Plan');
    await execute('deploy');
    assert.equal((await ended()).progress.outcome, 'live');
    old = loseImageOfWayBack();
    assert.notEqual(old, live()?.slot);
  });

  it('says what is lost, and does nothing when the question is left', async () => {
    const ask = (await answering()).on(/^warning Retire the old version of local/, 'End It All the Same…');
    await execute('retireOld');
    assert.equal((await ended()).progress.outcome, 'refused');
    const before = everything();
    const modal = await until('the question', () => ask.find(/^modal End \w+ of local all the same\?/));
    assert.match(modal, new RegExp(`^modal End ${old} of local`));
    assert.match(modal, /its image cannot be had elsewhere/);
    assert.match(
      modal,
      /What is lost: vm [0-9a-f]{12}, release [0-9a-z]{8}\. Without its image nobody can go back to it/,
    );
    assert.equal(
      ask.asked.find((text) => text.includes('immutable-infra')),
      undefined,
    );
    assert.equal(everything(), before);
  });

  it('asks first where no plan would wait, and does nothing without an answer', async () => {
    const yaml = read('immutable.yaml');
    write('immutable.yaml', yaml.replace('retire: { mode: confirm }', 'retire: { mode: auto }'));
    git('commit', '--quiet', '--all', '--message=Nobody is asked');
    try {
      const count = countRuns();
      const ask = await answering();
      await execute('retireOld');
      const modal = await until('the question', () =>
        ask.find(/^modal End the version of local that has no traffic\?/),
      );
      assert.match(modal, /No plan waits for you here/);
      await closeAll();
      assert.equal(countRuns(), count);
    } finally {
      write('immutable.yaml', yaml);
      git('commit', '--quiet', '--all', '--message=A person is asked');
    }
  });

  it('asks for the name of a protected environment, and does nothing without it', async () => {
    const yaml = read('immutable.yaml');
    // Nothing happens by itself to a protected environment.
    const open = yaml.replace('rollback: { auto: on-health-failure }', 'rollback: { mode: image }');
    write('immutable.yaml', open.replace('  local:\n', '  local:\n    protected: true\n'));
    git('commit', '--quiet', '--all', '--message=Protected');
    try {
      const ask = (await answering())
        .on(/^modal End the version that Roll Back… would return to/, 'Continue')
        .on(/^text .*Type local/, 'local')
        .on(/^warning Retire the old version of local/, 'End It All the Same…')
        .on(/^modal End \w+ of local all the same\? local is protected/, `End ${old}`);
      await execute('retireOld');
      assert.equal((await ended()).progress.outcome, 'refused');
      await until('the name', () => ask.asked.filter((text) => text.includes('Type local to go on')).length === 2);
      const count = countRuns();
      await closeAll();
      assert.equal(countRuns(), count);
      assert.equal(runs()[0]?.progress.outcome, 'refused');
    } finally {
      write('immutable.yaml', yaml);
      git('commit', '--quiet', '--all', '--message=Not protected');
    }
  });

  it('ends it when a person says so, after its plan was approved', async () => {
    const serving = routedTo();
    const ask = (await answering())
      .on(/^warning Retire the old version of local/, 'End It All the Same…')
      .on(/^modal End \w+ of local all the same/, `End ${old}`)
      .on(/plan waits/, 'Approve…')
      .on(/^modal Retire/, 'Apply This Plan');
    await execute('retireOld');
    await patiently('what was told', RUN_LIMIT_MS, () => ask.find(new RegExp(`^information ${old} was retired`)));
    const run = await ended();
    assert.equal(run.progress.outcome, 'retired');
    assert.equal(run.spec.slot, old);
    assert.equal(run.spec.decisions.endLastWayBack, 'local');
    assert.equal(run.spec.decisions.approve, null);
    assert.equal(routedTo(), serving);
  });
});
