import { l10n, workspace } from 'vscode';
import type { Delivery } from '../delivery';
import { doctorReport, type Checkup } from '../model/doctor-report';
import { missingTools, toolsOf } from '../model/tools';
import { describeProblem } from '../../../../release/src/config/problem';
import { requireTrust } from '../workspace/trust';

/** *Doctor*: what is missing here, and what to do about each thing. */
export async function doctor(delivery: Delivery): Promise<void> {
  requireTrust();
  await delivery.pipelines.search();
  const checkups = delivery.pipelines.all().map((found): Checkup => {
    if (found.state === 'broken') {
      const problems = found.reason === undefined ? found.problems.map(describeProblem) : [found.reason];
      return { name: found.name, problems, isReady: false };
    }
    const { pipeline, folder } = found.workspace;
    const environments = [undefined, ...pipeline.environments.keys()];
    const texts = environments.flatMap((name) =>
      missingTools(toolsOf(pipeline, name), folder, process.env).map(({ text }) => text),
    );
    const git = missingTools([{ anyOf: ['git'], use: l10n.t('to say which commit is deployed') }], folder, process.env);
    const problems = [...new Set([...texts, ...git.map(({ text }) => text)])];
    return { name: found.name, problems, isReady: true };
  });
  const interrupted = delivery.runs.open().filter(({ status }) => status === 'interrupted').length;
  await delivery.documents.report('doctor', doctorReport(checkups, interrupted, workspace.isTrusted));
}
