import { join } from 'node:path';
import { l10n, ProgressLocation, Range, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { ask } from '../../../../release/src/process/ask';
import { toolEnvironment } from '../../../../release/src/process/tool-environment';
import { pipelineOf } from '../../../../release/src/run/run';
import { BACK } from '../ask/ask';
import type { Delivery } from '../delivery';
import { problemOfReason } from '../model/confirmation';
import { safeEdits, stoppingIn, type LintedFinding, type LintOutput } from '../model/lint-output';
import { startRun } from '../runs/start-run';
import type { StoredRun } from '../runs/run-store';
import { requireTrust } from '../workspace/trust';
import { openPlace } from './choose';
import { askAgain } from './deploy';

/** The findings that stopped a run, each with its fix; picked, it opens at its place. */
export async function showFindings(delivery: Delivery, run: StoredRun): Promise<void> {
  const findings = await findingsOf(delivery, run);
  const fixable = safeEdits(findings);
  const title = l10n.t('{0} findings stop this run', findings.length);
  const picked = await delivery.ask.pick<LintedFinding | 'fix'>({
    title,
    placeholder: l10n.t('Pick one to open it; its fixes are behind Ctrl+. there'),
    choices: [
      ...(fixable.length > 0
        ? [
            {
              label: `$(lightbulb-autofix) ${l10n.t('Apply the {0} Safe Fixes', fixable.length)}`,
              detail: l10n.t('Changes the files in the editor and saves nothing: look at it, then deploy again.'),
              value: 'fix' as const,
            },
          ]
        : []),
      ...findings.map((finding) => ({
        label: `${finding.path}:${finding.line}`,
        description: finding.rule,
        detail: finding.fixes[0] ? l10n.t('{0} Fix: {1}', finding.message, finding.fixes[0].title) : finding.message,
        value: finding,
      })),
    ],
  });
  if (picked === undefined || picked === BACK) return;
  if (picked === 'fix') await applyFixes(delivery, run, findings);
  else await openPlace(run.pipeline, picked.path, picked.line);
}

/** Asks for a reason, rule by rule, and starts the run again with them. The ledger keeps them. */
export async function overrideFindings(delivery: Delivery, run: StoredRun): Promise<void> {
  const findings = await findingsOf(delivery, run);
  const known = run.spec.decisions.overrides;
  const rules = [...new Set(findings.map(({ rule }) => rule))].filter(
    (rule) => !known.some((one) => one.rule === rule),
  );
  const overrides = [...known];
  for (const [index, rule] of rules.entries()) {
    const of = findings.filter((finding) => finding.rule === rule);
    const reason = await delivery.ask.text({
      title: l10n.t('Override {0}', rule),
      prompt: l10n.t(
        '{0} ({1} places). Why may it be deployed all the same? The ledger keeps it.',
        of[0]?.message ?? rule,
        of.length,
      ),
      problem: problemOfReason,
      step: index + 1,
      steps: rules.length,
    });
    if (reason === undefined || reason === BACK) return;
    overrides.push({ rule, reason: reason.trim() });
  }
  await startRun(delivery, run.pipeline, askAgain(run, overrides));
}

/** Lints as the gate did, so that every finding is there with its fixes. */
async function findingsOf(delivery: Delivery, run: StoredRun): Promise<readonly LintedFinding[]> {
  requireTrust();
  const { folder } = run.pipeline.workspace;
  const options = { location: ProgressLocation.Notification, title: l10n.t('Reading the findings that stop the run') };
  const answer = await window.withProgress(options, () =>
    ask({
      program: process.execPath,
      words: [
        join(delivery.extension.fsPath, 'dist', 'cli.js'),
        'lint',
        '--format',
        'json',
        '--fail-on',
        'never',
        '--',
        '.',
      ],
      cwd: folder,
      environment: toolEnvironment(process.env, { ELECTRON_RUN_AS_NODE: '1' }),
      timeout: 120_000,
    }),
  );
  if (answer.code !== 0) throw new Error(l10n.t('The linter failed: {0}', answer.standardError.slice(0, 500)));
  const level = pipelineOf(run.spec).pipeline.gates.lint;
  return stoppingIn(JSON.parse(answer.standardOutput) as LintOutput, level);
}

async function applyFixes(delivery: Delivery, run: StoredRun, findings: readonly LintedFinding[]): Promise<void> {
  const edit = new WorkspaceEdit();
  const files = new Set<string>();
  for (const { path, offset, length, text } of safeEdits(findings)) {
    const uri = Uri.file(join(run.pipeline.workspace.folder, path));
    const document = await workspace.openTextDocument(uri);
    // The linter read the disk; what is being typed has other places.
    if (document.isDirty) continue;
    files.add(path);
    edit.replace(uri, new Range(document.positionAt(offset), document.positionAt(offset + length)), text);
  }
  const isDone = await workspace.applyEdit(edit);
  const text = isDone
    ? l10n.t('Fixed in {0}. Nothing is saved yet: look at it, save, and try again.', [...files].join(', '))
    : l10n.t('A file changed meanwhile: nothing was fixed. Try again.');
  await delivery.ask.notify({ severity: isDone ? 'information' : 'warning', text });
}
