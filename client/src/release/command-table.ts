/** What must be there before a command does anything. */
export interface CommandNeeds {
  /** `immutable.yaml` with a pipeline, or only a folder to put one into. */
  readonly needs: 'folder' | 'pipeline';
  /** True for what only reads files of ours: it may be used in a workspace that nobody trusts. */
  readonly readsOnly: boolean;
}

const RUNS: CommandNeeds = { needs: 'pipeline', readsOnly: false };
const READS: CommandNeeds = { needs: 'pipeline', readsOnly: true };

/** Every command of delivery. The manifest says the same with `enablement`; a test compares them. */
export const DELIVERY_COMMANDS = {
  'immutableInfra.setUpPipeline': { needs: 'folder', readsOnly: true },
  'immutableInfra.bakeImage': RUNS,
  'immutableInfra.deploy': RUNS,
  'immutableInfra.promote': RUNS,
  'immutableInfra.approvePlan': RUNS,
  'immutableInfra.discardPlan': RUNS,
  'immutableInfra.showPlan': READS,
  'immutableInfra.checkHealth': RUNS,
  'immutableInfra.routeTraffic': RUNS,
  'immutableInfra.retireOld': RUNS,
  'immutableInfra.rollBack': RUNS,
  'immutableInfra.cancelRun': RUNS,
  'immutableInfra.resumeRun': RUNS,
  'immutableInfra.showRunning': READS,
  'immutableInfra.detectDrift': RUNS,
  'immutableInfra.compareReleases': READS,
  'immutableInfra.adoptDeployment': RUNS,
  'immutableInfra.takeOverLock': RUNS,
  'immutableInfra.verifyLedger': READS,
  'immutableInfra.debugInstance': RUNS,
  'immutableInfra.migrationChecklist': { needs: 'folder', readsOnly: true },
  'immutableInfra.doctor': { needs: 'folder', readsOnly: false },
  'immutableInfra.openRunLog': READS,
  'immutableInfra.refreshReleases': READS,
} as const satisfies Readonly<Record<string, CommandNeeds>>;

export type DeliveryCommandId = keyof typeof DELIVERY_COMMANDS;

/** Views of delivery, and keys that the manifest asks in `when`. */
export const RELEASES_VIEW = 'immutableInfra.releases';
export const RUNS_VIEW = 'immutableInfra.runs';
export const CONTEXT = {
  /** True where processes can be started: not in a browser. */
  canDeliver: 'immutableInfra.canDeliver',
  /** `none`, `broken` or `ready`; unset until somebody looked. */
  pipeline: 'immutableInfra.pipeline',
  /** True when a run goes on or was interrupted. */
  hasOpenRun: 'immutableInfra.hasOpenRun',
  /** True when a plan waits for approval. */
  planWaits: 'immutableInfra.planWaits',
} as const;
