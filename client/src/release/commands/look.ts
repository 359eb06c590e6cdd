import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { l10n, ProgressLocation, window } from 'vscode';
import { createTarget } from '../../../../release/src/adapters';
import type { Known } from '../../../../release/src/config/interpolate';
import type { StateRoot } from '../../../../release/src/state-root';
import { knownOf } from '../../../../release/src/targets/terraform/reality';
import { TerraformCli } from '../../../../release/src/targets/terraform/terraform-cli';
import { lastLook } from '../../../../release/src/api/detect-drift';
import { LookContext } from '../../../../release/src/drift/look-context';
import { checkHealth, type HealthResult } from '../../../../release/src/health/health';
import { knownOfRelease } from '../../../../release/src/ledger/known-of-release';
import type { StoredRelease } from '../../../../release/src/ledger/releases';
import { ask } from '../../../../release/src/process/ask';
import { isMissing, resolveTool } from '../../../../release/src/process/resolve-tool';
import { toolEnvironment } from '../../../../release/src/process/tool-environment';
import type { Delivery } from '../delivery';
import { healthReport, lookReport, verdictOf } from '../model/look-report';
import { healthText, imagesText } from '../model/release-rows';
import { mayRunCommands } from '../runs/review-commands';
import { requireTrust } from '../workspace/trust';
import { workspace } from 'vscode';
import { chooseEnvironment, type ChosenEnvironment } from './choose';
import { historyOf } from './roll-back';
import { look } from './route';

/** A check that does not become healthy is asked for this long at most: somebody waits. */
const LONGEST_CHECK = 15_000;

/** *Show What Is Running*: every instance with its image. In a workspace that nobody trusts, what was seen last. */
export async function showRunning(delivery: Delivery, given: unknown): Promise<void> {
  const chosen = await chooseEnvironment(delivery, given, { title: l10n.t('Show What Is Running') });
  if (!chosen) return;
  const { environment, pipeline } = chosen;
  if (!workspace.isTrusted) {
    const last = lastLook(pipeline.workspace.root, environment.name);
    const text = last
      ? lookReport(last)
      : `${l10n.t('# What runs in {0}\n\nNobody looked yet. Looking starts programs, so it needs a trusted workspace. The history stands in the view Releases.', environment.name)}\n`;
    return delivery.documents.report(`${environment.name} running`, text);
  }
  await delivery.documents.report(`${environment.name} running`, lookReport(await look(delivery, chosen)));
}

/** *Detect Drift*: what is not as the ledger says. */
export async function detectDriftCommand(delivery: Delivery, given: unknown): Promise<void> {
  const chosen = await chooseEnvironment(delivery, given, { title: l10n.t('Detect Drift') });
  if (!chosen) return;
  const report = await look(delivery, chosen);
  delivery.runs.touch();
  if (report.isLooked && report.differences.length === 0) {
    const show = l10n.t('Show What Is Running');
    const text = l10n.t('{0}: {1}', chosen.environment.name, verdictOf(report));
    if ((await delivery.ask.notify({ severity: 'information', text, buttons: [show] })) !== show) return;
  }
  await delivery.documents.report(`${chosen.environment.name} drift`, lookReport(report));
}

/** *Check Health*: the configured probes against what is live, and what they answered. Changes nothing. */
export async function checkHealthCommand(delivery: Delivery, given: unknown): Promise<void> {
  const chosen = await chooseEnvironment(delivery, given, {
    title: l10n.t('Check Health'),
    problem: (one) =>
      historyOf(one).live() ? undefined : l10n.t('nothing is live yet; Deploy… checks its health by itself.'),
  });
  const live = chosen && historyOf(chosen).live();
  if (!chosen || !live) return;
  const { environment } = chosen;
  requireTrust();
  const runsCommands = environment.health.some(({ kind }) => kind === 'command');
  if (runsCommands && !(await mayRunCommands(delivery, chosen.pipeline))) return;
  const result = await probe(chosen, live);
  const at = new Date().toISOString();
  delivery.runs.noteHealth(chosen.pipeline.file, environment.name, { verdict: result.verdict, at: Date.now() });
  await delivery.documents.report(`${environment.name} health`, healthReport(environment.name, live.id, result, at));
  const isGood = result.verdict === 'confirmed' || result.verdict === 'unchecked';
  const back = l10n.t('Roll Back…');
  const text = l10n.t('{0} ({1}): {2}', environment.name, imagesText(live), healthText(result.verdict));
  const buttons = isGood ? [] : [back];
  const picked = await delivery.ask.notify({ severity: isGood ? 'information' : 'warning', text, buttons });
  if (picked === back)
    await delivery.run('immutableInfra.rollBack', { pipeline: chosen.pipeline, environment: environment.name });
}

/** Runs the probes of an environment against a release, without a run. @throws UntrustedError */
async function probe({ pipeline, environment }: ChosenEnvironment, live: StoredRelease): Promise<HealthResult> {
  requireTrust();
  const { folder, root, pipeline: config } = pipeline.workspace;
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t('Checking the health of {0}', environment.name),
    cancellable: true,
  };
  const directory = mkdtempSync(join(tmpdir(), 'immutable-health-'));
  try {
    return await window.withProgress(options, async (progress, token) => {
      const stop = new AbortController();
      const subscription = token.onCancellationRequested(() =>
        stop.abort(new Error(l10n.t('Checking health was cancelled.'))),
      );
      try {
        const context = new LookContext({
          workspace: folder,
          directory,
          pipeline: config,
          environment,
          own: process.env,
          signal: stop.signal,
          tell: () => undefined,
        });
        const own = await valuesOf(context, root, live.slot ?? undefined);
        const checks = environment.health.map((check) => ({
          ...check,
          timeout: Math.min(check.timeout, LONGEST_CHECK),
        }));
        return await checkHealth(checks, {
          known: { ...knownOfRelease(live), ...own },
          signal: stop.signal,
          onProbe: (check, { detail }) => progress.report({ message: `${check}: ${detail}` }),
          runCommand: ([program, ...words], signal) => runCommand(folder, program, words, signal),
        });
      } finally {
        subscription.dispose();
      }
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What `${slot.…}`, `${output.…}` and `${target.url}` stand for now. Nothing is set up for it: that would write files. */
async function valuesOf(context: LookContext, root: StateRoot, slot: string | undefined): Promise<Known> {
  const target = context.environment?.target;
  if (target?.kind !== 'terraform') return createTarget(context, root, process.env).known(slot, context);
  return knownOf(target, (await new TerraformCli(target, context).state()).outputs, slot);
}

async function runCommand(
  folder: string,
  program: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly detail: string }> {
  requireTrust();
  const tool = resolveTool(program, folder, process.env);
  if (isMissing(tool)) return { code: null, detail: tool.problem };
  try {
    const environment = toolEnvironment(process.env);
    const { code } = await ask({ program: tool.path, words, cwd: folder, environment, timeout: 60_000, signal });
    return { code, detail: l10n.t('exit code {0}', code ?? '?') };
  } catch (error) {
    return { code: null, detail: error instanceof Error ? error.message : String(error) };
  }
}
