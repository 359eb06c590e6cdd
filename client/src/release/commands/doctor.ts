import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { l10n, ProgressLocation, window, workspace } from 'vscode';
import { examine } from '../../../../release/src/api/examine';
import type { Delivery } from '../delivery';
import { doctorReport, type Checkup } from '../model/doctor-report';
import { requireTrust } from '../workspace/trust';

/** *Doctor*: everything that a run needs, and what to do where something is wrong. Changes nothing. */
export async function doctor(delivery: Delivery): Promise<void> {
  requireTrust();
  await delivery.pipelines.search();
  const engine = join(delivery.extension.fsPath, 'dist', 'engine.js');
  if (!existsSync(engine)) throw new Error(l10n.t('{0} is missing. Install the extension again.', engine));
  const options = { location: ProgressLocation.Notification, title: l10n.t('Doctor'), cancellable: true };
  const checkups = await window.withProgress(options, async (progress, token) => {
    const stop = new AbortController();
    const subscription = token.onCancellationRequested(() =>
      stop.abort(new Error(l10n.t('The doctor was cancelled.'))),
    );
    const found: Checkup[] = [];
    try {
      for (const { file, name } of delivery.pipelines.all()) {
        const onProgress = (message: string): void => progress.report({ message });
        found.push({ name, file, lines: await examine(file, { signal: stop.signal, onProgress }) });
      }
    } finally {
      subscription.dispose();
    }
    return found;
  });
  await delivery.documents.report('doctor', doctorReport(checkups, workspace.isTrusted));
}
