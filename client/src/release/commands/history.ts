import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { l10n } from 'vscode';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { EnvironmentLock } from '../../../../release/src/lock/environment-lock';
import { describeHolder } from '../../../../release/src/lock/holder';
import type { Delivery } from '../delivery';
import { confirmDrastic } from '../model/confirmation';
import { ledgerReport } from '../model/ledger-report';
import { requireTrust } from '../workspace/trust';
import { chooseEnvironment, choosePipeline } from './choose';
import { confirm } from './decide';

/** *Verify Ledger*: whether anybody changed the history. */
export async function verifyLedger(delivery: Delivery, given: unknown): Promise<void> {
  const pipeline = await choosePipeline(delivery, given, l10n.t('Verify Ledger'));
  if (!pipeline) return;
  const folder = dirname(pipeline.workspace.root.ledger('any'));
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : [];
  const ledgers = names.map((name) => {
    const { length, head, damage } = Ledger.read(join(folder, name));
    return { environment: basename(name, '.jsonl'), records: length, head, damage };
  });
  await delivery.documents.report('ledger', ledgerReport(ledgers, pipeline.workspace.root.path));
}

/** *Take Over Lock…*: ends the lock of a run that is stuck, or of a machine that is gone. Typed, with a reason. */
export async function takeOverLock(delivery: Delivery, given: unknown): Promise<void> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Take Over Lock'),
    describe: ({ pipeline, environment }) => {
      const held = EnvironmentLock.inspect(pipeline.workspace.root.lock(environment.name));
      return held ? l10n.t('locked') : l10n.t('not locked');
    },
    problem: ({ pipeline, environment }) =>
      EnvironmentLock.inspect(pipeline.workspace.root.lock(environment.name))
        ? undefined
        : l10n.t('it is not locked; nothing needs to be taken over.'),
  });
  if (!chosen) return;
  requireTrust();
  const { root } = chosen.pipeline.workspace;
  const name = chosen.environment.name;
  const held = EnvironmentLock.inspect(root.lock(name));
  if (!held) return;
  const { holder } = held;
  const who = holder === 'damaged' ? l10n.t('a lock file that cannot be read') : describeHolder(holder);
  if (!held.needsTakeOver) {
    const cancel = l10n.t('Cancel Run');
    const text = l10n.t('{0} is locked by {1}, which is alive. Cancel its run instead.', name, who);
    const picked = await delivery.ask.notify({ severity: 'information', text, buttons: [cancel] });
    if (picked === cancel && holder !== 'damaged') await delivery.run('immutableInfra.cancelRun', { run: holder.run });
    return;
  }
  const detail = l10n.t(
    'It is held by {0}. A run on another machine that still goes on is told at its next step, and does nothing more. Look at what runs first.',
    who,
  );
  const reason = await confirm(
    delivery,
    confirmDrastic(l10n.t('Take over the lock of {0}?', name), detail, l10n.t('Take Over'), name, true),
  );
  if (reason === undefined) return;
  requireTrust();
  const token = holder === 'damaged' ? 'damaged' : holder.token;
  const taken = EnvironmentLock.acquire(root.lock(name), 'take-over', token);
  if (taken.kind === 'held') {
    await delivery.ask.notify({
      severity: 'warning',
      text: l10n.t('{0} was locked again meanwhile. Look at its runs.', name),
    });
    return;
  }
  try {
    const ledger = Ledger.open(root.ledger(name), root.torn, taken.lock);
    try {
      ledger.append({ type: 'lock.stolen', run: 'take-over', token, because: reason });
    } finally {
      ledger.close();
    }
  } finally {
    taken.lock.release();
  }
  delivery.runs.touch();
  await delivery.ask.notify({
    severity: 'information',
    text: l10n.t('The lock of {0} is ended. The ledger keeps who did it and why.', name),
  });
}
