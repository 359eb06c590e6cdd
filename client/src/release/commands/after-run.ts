import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../../release/src/ledger/releases';
import type { Delivery } from '../delivery';
import { evidenceOf } from '../model/evidence';
import { actionText, endNotice, type NextAction } from '../model/outcome';
import { readRetireRefusal } from '../model/retire-refusal';
import { endedRun, environmentOf } from '../runs/run-facts';
import type { RunEnding, StoredRun } from '../runs/run-store';
import { resumeRun, startRun } from '../runs/start-run';
import { overrideFindings, showFindings } from './gate';
import { askAgain } from './deploy';
import { retireAllTheSame } from './retire';
import { goBack } from './roll-back';

/** Tells how a run ended, and does what the person picks then. */
export async function afterRun(delivery: Delivery, { run, end, problem }: RunEnding): Promise<void> {
  const { root } = run.pipeline.workspace;
  const notice = endNotice(endedRun(run, root, end.text, problem));
  const buttons = notice.actions.map(actionText);
  const picked = await delivery.ask.notify({ severity: notice.severity, text: notice.text, buttons });
  const action = notice.actions[buttons.indexOf(picked ?? '')];
  if (action) await perform(action, delivery, run, end.text ?? problem ?? '');
}

async function perform(action: NextAction, delivery: Delivery, run: StoredRun, text: string): Promise<void> {
  const given = { pipeline: run.pipeline, environment: run.spec.environment ?? undefined };
  switch (action) {
    case 'rollBack':
      return backToLastHealthy(delivery, run);
    case 'endNew': {
      const { root } = run.pipeline.workspace;
      const { keptSlot } = endedRun(run, root, text, undefined);
      await startRun(delivery, run.pipeline, { kind: 'retire', environment: run.spec.environment, slot: keptSlot });
      return;
    }
    case 'keep':
      return;
    case 'showEvidence':
      return showEvidence(delivery, run, text);
    case 'showFindings':
      return showFindings(delivery, run);
    case 'override':
      return overrideFindings(delivery, run);
    case 'retry':
      await startRun(delivery, run.pipeline, askAgain(run, run.spec.decisions.overrides));
      return;
    case 'resume':
      return resumeRun(delivery, run);
    case 'retireOld':
      await delivery.run('immutableInfra.retireOld', given);
      return;
    case 'retireAllTheSame': {
      const refusal = readRetireRefusal(text);
      if (refusal) await retireAllTheSame(delivery, run, refusal);
      return;
    }
    case 'showLog':
      return delivery.documents.log(run);
    case 'takeOver':
      await delivery.run('immutableInfra.takeOverLock', given);
      return;
    case 'showRunning':
      await delivery.run('immutableInfra.showRunning', given);
      return;
  }
}

/** The version that failed was never recorded, so the way back is the release that the ledger calls live. */
async function backToLastHealthy(delivery: Delivery, run: StoredRun): Promise<void> {
  const environment = environmentOf(run.spec);
  if (!environment) return;
  const history = new ReleaseHistory(Ledger.read(run.pipeline.workspace.root.ledger(environment.name)));
  const wanted = history.defaultTarget();
  if (wanted) await goBack(delivery, { pipeline: run.pipeline, environment }, history, wanted);
}

/** What is known of how a run went, as a document: what it said, what was asked and answered, what its engine wrote. */
export async function showEvidence(delivery: Delivery, run: StoredRun, text: string): Promise<void> {
  const read = (name: string): string => {
    try {
      return readFileSync(join(run.directory, name), 'utf8');
    } catch {
      return '';
    }
  };
  const document = evidenceOf(run, text, read('events.jsonl'), read('engine.log'));
  await delivery.documents.report(`${run.spec.environment ?? 'images'} evidence`, document);
}
