// A workspace that nobody trusts: nothing runs, whatever is executed by id; what was deployed may be read.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { DELIVERY_COMMANDS } from '../../../../client/src/release/command-table';
import { closeAll, until } from '../editor';
import { answering, countRuns, execute, releaseModule, shows } from './shop';

describe('delivery in a workspace that is not trusted', () => {
  afterEach(closeAll);

  it('is what the editor says', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  it('shows the history', async () => {
    const { inspect } = await releaseModule();
    const rows = await until('a row', () => {
      const found = inspect.releaseRows();
      return found.length > 0 && found;
    });
    assert.ok(rows[0]?.kind === 'environment');
  });

  for (const [id, { readsOnly }] of Object.entries(DELIVERY_COMMANDS)) {
    if (readsOnly) continue;
    it(`runs nothing: ${id}`, async () => {
      const ask = await answering();
      const before = countRuns();
      await execute(id.replace('immutableInfra.', ''), { environment: 'local' });
      assert.match(
        ask.find(/^warning Nothing runs in a workspace that is not trusted/) ?? '',
        /Manage Workspace Trust/,
      );
      assert.equal(ask.asked.length, 1, ask.asked.join('\n'));
      assert.equal(countRuns(), before);
    });
  }

  it('reads what was seen last, and asks nothing', async () => {
    await answering();
    await execute('showRunning', { environment: 'local' });
    assert.match(await shows(/^# What runs in local/), /needs a trusted workspace|Looked at/);
    await execute('verifyLedger');
    assert.ok(await shows(/^# Ledger/));
  });
});
