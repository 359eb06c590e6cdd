import {
  commands,
  Disposable,
  l10n,
  window,
  workspace,
  type LogOutputChannel,
  type Memento,
  type TreeView,
  type Uri,
} from 'vscode';
import type { ServerLifecycle } from '../server/lifecycle';
import type { Ask } from './ask/ask';
import { EditorAsk } from './ask/editor-ask';
import { CONTEXT, DELIVERY_COMMANDS, type DeliveryCommandId } from './command-table';
import { cancelCommand } from './commands/cancel';
import { debugInstance } from './commands/debug-instance';
import { decide, decideOnPlan } from './commands/decide';
import { adopt } from './commands/adopt';
import { bake, deploy, promote } from './commands/deploy';
import { doctor } from './commands/doctor';
import { takeOverLock, verifyLedger } from './commands/history';
import { checkHealthCommand, detectDriftCommand, showRunning } from './commands/look';
import { resume } from './commands/resume';
import { rollBack } from './commands/roll-back';
import { retireOld } from './commands/retire';
import { routeTraffic } from './commands/route';
import { setUpPipeline } from './commands/set-up';
import { chooseRun, readGiven } from './commands/choose';
import type { Delivery, Documents } from './delivery';
import { PipelineProblems } from './documents/pipeline-problems';
import { ReportDocuments } from './documents/report-documents';
import { translateWith } from './l10n';
import { Attendant } from './runs/attendant';
import { planOf, waitingPlan } from './runs/run-facts';
import { RunStore } from './runs/run-store';
import { registerReleaseDocuments } from './documents';
import { ReleasesView, type ReleaseNode } from './views/releases-view';
import { RunsView, type RunNode } from './views/runs-view';
import { RunStatusBar } from './views/status-bar';
import { Pipelines } from './workspace/pipelines';
import type { DocumentScheme, DocumentSource } from './virtual-files';
import { requireTrust, tellUntrusted, UntrustedError } from './workspace/trust';

/** What the delivery half is given by the extension. */
export interface ReleaseContext {
  readonly extension: Uri;
  readonly version: string;
  readonly memory: Memento;
  readonly log: LogOutputChannel;
  readonly server: Pick<ServerLifecycle, 'request'>;
}

/** The delivery half, once something needed it. */
export interface ReleaseModule {
  dispose(): void;
  readonly releases: ReleasesView;
  readonly runs: RunsView;
  /** What gives the documents of a scheme their text. */
  source(scheme: DocumentScheme): DocumentSource;
  /** Runs a command of the table. What must hold is asked again here, whatever menus said. */
  run(id: DeliveryCommandId, args: readonly unknown[]): Promise<unknown>;
  /**
   * Called when the window opens: shows what goes on already, at once for the pipelines at the roots of the workspace,
   * and for those below when they are found.
   *
   * @returns the runs that are shown at once
   */
  attach(): readonly string[];
  /** The view that shows runs: *Show Run* selects in it. */
  useRunsView(view: TreeView<RunNode>): void;
  /** For our own tests. */
  readonly inspect: {
    answerWith(ask: Ask | undefined): void;
    decide(question: { readonly run: string; readonly plan: string }, decision: 'approve' | 'discard'): Promise<void>;
    readonly statusBar: () => string | undefined;
    readonly attended: () => readonly string[];
    readonly releaseRows: (node?: ReleaseNode) => ReleaseNode[];
    readonly runRows: (node?: RunNode) => RunNode[];
    readonly openRuns: () => readonly { readonly run: string; readonly status: string; readonly state: string }[];
  };
}

/** Puts the delivery half together. Loaded on first use, where processes can be started. */
export function startRelease(context: ReleaseContext): ReleaseModule {
  translateWith(l10n);
  const pipelines = new Pipelines();
  const runs = new RunStore(pipelines);
  const reports = new ReportDocuments();
  const releases = new ReleasesView(pipelines, runs);
  const runsView = new RunsView(runs);
  const statusBar = new RunStatusBar(runs);
  const editorAsk = new EditorAsk();
  let ask: Ask = editorAsk;
  let view: TreeView<RunNode> | undefined;
  const shown = registerReleaseDocuments({
    search: () => pipelines.search(),
    folders: () => pipelines.folders(),
    onDidChangeFolders: pipelines.onDidChange,
    decide: (question, decision) => decide(delivery, question, decision),
    isTrusted: () => workspace.isTrusted,
    server: context.server,
    log: context.log,
  });
  const documents: Documents = {
    plan: (environment, hash) => shown.plans.show(environment, hash),
    report: (name, markdown) => reports.show(name, markdown),
    log: (run, step) => shown.logs.show(run.run, step),
    checklist: () => shown.checklist.show(),
    compare: (given, selected) => shown.comparisons.show(given, selected),
  };
  const delivery: Delivery = {
    ...context,
    pipelines,
    runs,
    documents,
    get ask() {
      return ask;
    },
    attend: (run, from) => {
      attendant.attend(run, from).catch((error: unknown) => {
        context.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        void window.showErrorMessage(
          l10n.t('Immutable Infra: {0}', error instanceof Error ? error.message : String(error)),
        );
      });
    },
    decide: (question, decision) => decide(delivery, question, decision),
    run: (command, ...args) =>
      command === SHOW_RUN
        ? showRun(delivery, args[0], view, runsView)
        : Promise.resolve(commands.executeCommand(command, ...args)),
  };
  const attendant = new Attendant(delivery);
  const setContext = (): void => {
    const open = runs.open();
    const all = pipelines.all();
    const state = all.some((one) => one.state === 'ready') ? 'ready' : all.length > 0 ? 'broken' : 'none';
    void commands.executeCommand('setContext', CONTEXT.pipeline, state);
    void commands.executeCommand('setContext', CONTEXT.hasOpenRun, open.length > 0);
    void commands.executeCommand(
      'setContext',
      CONTEXT.planWaits,
      open.some((run) => waitingPlan(run) !== undefined),
    );
  };
  const told = new Set<string>();
  /** Shows the runs that go on, and tells once of those that were interrupted. */
  const attach = (): readonly string[] => {
    runs.look();
    const open = runs.open();
    // Only where this window may act: elsewhere the view shows them.
    for (const run of workspace.isTrusted ? open : []) {
      if (run.status === 'running') delivery.attend(run);
      else if (!told.has(run.run)) void tellInterrupted(delivery, run);
      told.add(run.run);
    }
    return open.map(({ run }) => run);
  };
  const subscriptions = Disposable.from(
    pipelines,
    runs,
    reports,
    releases,
    runsView,
    statusBar,
    shown,
    attendant,
    new PipelineProblems(pipelines),
    pipelines.onDidChange(setContext),
    pipelines.onDidChange(() => runs.look()),
    runs.onDidChange(setContext),
    runs.onDidFail((error) => context.log.error(String(error))),
    workspace.onDidGrantWorkspaceTrust(attach),
    window.onDidChangeWindowState(({ focused }) => {
      if (focused) runs.look();
    }),
  );
  setContext();
  // Pipelines deeper in the workspace, too. Nothing searches before somebody uses one.
  void pipelines.search();
  return {
    releases,
    runs: runsView,
    source: (scheme) => shown.source(scheme),
    dispose: () => {
      subscriptions.dispose();
    },
    run: async (id, args) => {
      try {
        if (!DELIVERY_COMMANDS[id].readsOnly) requireTrust();
        return await actionOf(id)(delivery, args[0], args[1]);
      } catch (error) {
        if (!(error instanceof UntrustedError)) throw error;
        await tellUntrusted(ask);
        return undefined;
      }
    },
    attach: () => {
      const found = attach();
      void pipelines.search().then(attach);
      return found;
    },
    useRunsView: (given) => {
      view = given;
    },
    inspect: {
      answerWith: (given) => {
        ask = given ?? editorAsk;
      },
      decide: (question, decision) => decide(delivery, question, decision),
      statusBar: () => statusBar.text,
      attended: () => attendant.current,
      releaseRows: (node) => releases.getChildren(node),
      runRows: (node) => runsView.getChildren(node),
      openRuns: () => runs.open().map(({ run, status, progress }) => ({ run, status, state: progress.state })),
    },
  };
}

const SHOW_RUN = 'immutableInfra.showRun';

type Action = (delivery: Delivery, given: unknown, selected: unknown) => Promise<unknown>;

function actionOf(id: DeliveryCommandId): Action {
  switch (id) {
    case 'immutableInfra.setUpPipeline':
      return setUpPipeline;
    case 'immutableInfra.bakeImage':
      return bake;
    case 'immutableInfra.deploy':
      return deploy;
    case 'immutableInfra.promote':
      return promote;
    case 'immutableInfra.approvePlan':
      return (delivery, given) => decideOnPlan(delivery, given, 'approve');
    case 'immutableInfra.discardPlan':
      return (delivery, given) => decideOnPlan(delivery, given, 'discard');
    case 'immutableInfra.showPlan':
      return showPlan;
    case 'immutableInfra.checkHealth':
      return checkHealthCommand;
    case 'immutableInfra.routeTraffic':
      return routeTraffic;
    case 'immutableInfra.retireOld':
      return retireOld;
    case 'immutableInfra.rollBack':
      return rollBack;
    case 'immutableInfra.cancelRun':
      return cancelCommand;
    case 'immutableInfra.resumeRun':
      return resume;
    case 'immutableInfra.showRunning':
      return showRunning;
    case 'immutableInfra.detectDrift':
      return detectDriftCommand;
    case 'immutableInfra.takeOverLock':
      return takeOverLock;
    case 'immutableInfra.verifyLedger':
      return verifyLedger;
    case 'immutableInfra.debugInstance':
      return debugInstance;
    case 'immutableInfra.doctor':
      return doctor;
    case 'immutableInfra.openRunLog':
      return openRunLog;
    case 'immutableInfra.refreshReleases':
      return refresh;
    case 'immutableInfra.compareReleases':
      return ({ documents }, given, selected) => documents.compare(given, selected);
    case 'immutableInfra.migrationChecklist':
      return ({ documents }) => documents.checklist();
    case 'immutableInfra.adoptDeployment':
      return adopt;
  }
}

/** *Show Plan*: of the run that is given, or of one that is picked. */
async function showPlan(delivery: Delivery, given: unknown): Promise<void> {
  const run = await chooseRun(delivery, given, {
    title: l10n.t('Show Plan'),
    fits: ({ progress }) => planOf(progress) !== undefined,
    none: l10n.t('No run has a plan yet.'),
  });
  const plan = run && planOf(run.progress);
  if (run && plan) await delivery.documents.plan(run.spec.environment ?? '', plan.hash);
}

async function openRunLog(delivery: Delivery, given: unknown): Promise<void> {
  const run = await chooseRun(delivery, given, {
    title: l10n.t('Open Run Log'),
    fits: () => true,
    none: l10n.t('No run yet: Bake Image or Deploy… starts one.'),
  });
  const step = typeof given === 'object' && given !== null && 'step' in given ? given.step : undefined;
  if (run) await delivery.documents.log(run, typeof step === 'string' ? step : undefined);
}

async function refresh({ pipelines, runs }: Delivery): Promise<void> {
  await pipelines.search();
  runs.look();
  runs.touch();
}

async function showRun(
  delivery: Delivery,
  given: unknown,
  view: TreeView<RunNode> | undefined,
  rows: RunsView,
): Promise<void> {
  const { run } = readGiven(given);
  const node = rows.getChildren().find((one) => one.run === run);
  await commands.executeCommand('immutableInfra.runs.focus');
  if (node) await view?.reveal(node, { select: true, expand: true });
  delivery.runs.touch();
}

/** Found when the window opened: nobody runs it, and it has no end. */
async function tellInterrupted(delivery: Delivery, run: { readonly run: string }): Promise<void> {
  const resumeIt = l10n.t('Resume…');
  const text = l10n.t(
    'A run was interrupted, and nobody goes on with it. Resume it: it goes on from what really happened.',
  );
  if ((await delivery.ask.notify({ severity: 'warning', text, buttons: [resumeIt] })) === resumeIt)
    await delivery.run('immutableInfra.resumeRun', { run: run.run });
}
