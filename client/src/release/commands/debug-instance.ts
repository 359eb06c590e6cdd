import { l10n } from 'vscode';
import { Ledger } from '../../../../release/src/ledger/ledger';
import { EnvironmentLock } from '../../../../release/src/lock/environment-lock';
import { describeHolder } from '../../../../release/src/lock/holder';
import { isMissing, resolveTool } from '../../../../release/src/process/resolve-tool';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
import { problemOfReason } from '../model/confirmation';
import { debugGuide } from '../model/debug-guide';
import { shortId } from '../model/run-text';
import { requireTrust } from '../workspace/trust';
import { chooseEnvironment, type ChosenEnvironment } from './choose';
import { look } from './route';

/**
 * *Debug Instance*: says how to look into what runs without changing it, and notes in the ledger that somebody did. It
 * starts nothing and types nothing.
 */
export async function debugInstance(delivery: Delivery, given: unknown): Promise<void> {
  const chosen = await chooseEnvironment(delivery, given, { title: l10n.t('Debug Instance') });
  if (!chosen) return;
  const { instances } = await look(delivery, chosen);
  const [only] = instances;
  const picked =
    instances.length < 2
      ? only
      : await delivery.ask.pick({
          title: l10n.t('Debug Instance'),
          placeholder: l10n.t('Which instance?'),
          choices: instances.map((instance) => ({
            label: instance.name,
            description: [instance.slot ?? '', instance.hasTraffic ? l10n.t('has the traffic') : '']
              .filter(Boolean)
              .join(' · '),
            detail: instance.image === null ? instance.state : `${instance.state} · ${shortId(instance.image)}`,
            value: instance,
          })),
        });
  if (picked === BACK || (picked === undefined && instances.length > 1)) return;
  const reason = await delivery.ask.text({
    title: l10n.t('Debug Instance'),
    prompt: l10n.t('What do you look for? The ledger notes it.'),
    problem: problemOfReason,
  });
  if (reason === undefined || reason === BACK) return;
  const noted = note(chosen, picked?.name, reason);
  const { target } = chosen.environment;
  const engine = target.kind === 'containers' ? programOf(target.engine, chosen) : '';
  await delivery.documents.report(
    `${chosen.environment.name} debug`,
    debugGuide(chosen.environment, picked, engine) + (noted === undefined ? '' : `\n> ${noted}\n`),
  );
}

function programOf(engine: 'auto' | 'docker' | 'podman', { pipeline }: ChosenEnvironment): string {
  if (engine !== 'auto') return engine;
  return isMissing(resolveTool('docker', pipeline.workspace.folder, process.env)) ? 'podman' : 'docker';
}

/** @returns why it was not noted; undefined when it was */
function note(
  { pipeline, environment }: ChosenEnvironment,
  instance: string | undefined,
  reason: string,
): string | undefined {
  requireTrust();
  const { root } = pipeline.workspace;
  root.prepare();
  const taken = EnvironmentLock.acquire(root.lock(environment.name), 'debug');
  if (taken.kind === 'held') {
    const who = taken.holder === 'damaged' ? l10n.t('a lock file that cannot be read') : describeHolder(taken.holder);
    return l10n.t('The ledger has no note of this: it is held by {0}.', who);
  }
  try {
    const ledger = Ledger.open(root.ledger(environment.name), root.torn, taken.lock);
    try {
      ledger.append({ type: 'note', run: 'debug', what: 'debug', instance: instance ?? null, because: reason });
    } finally {
      ledger.close();
    }
  } finally {
    taken.lock.release();
  }
  return undefined;
}
