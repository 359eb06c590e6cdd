import { listLeftBehind, type LeftBehind } from '../../../release/src/api/left-behind';
import { detectDrift, lastLook, type DriftReport } from '../../../release/src/api/detect-drift';
import { listRuns } from '../../../release/src/api/list-runs';
import { describeHolder, type LockHolder } from '../../../release/src/lock/holder';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { Ledger } from '../../../release/src/ledger/ledger';
import { readLedger } from '../../../release/src/shared-ledger/open';
import { ReleaseHistory, type StoredRelease } from '../../../release/src/ledger/releases';
import { IMAGES } from '../../../release/src/run/run';
import { readNotes } from '../../../release/src/api/notes-of';
import { deployedCommit } from '../../../release/src/notes/deployed-commit';
import { UnknownNameError, type Workspace } from '../../../release/src/api/start-run';
import type { Arguments, Command } from '../command-line';
import { instanceLine } from '../delivery/instances';
import { interruptible, InterruptedError, StatusLine } from '../delivery/status-line';
import { environmentsOf, FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, UsageError, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable, styleFor, wantsColor } from '../terminal';

const SHOWN = 5;

/** Whoever only looks does not wait longer for a remote. */
const REMOTE_MILLISECONDS = 15_000;

export const status: Command = {
  name: 'status',
  summary: 'Show what the ledger says is live, the releases before it, and what runs or waits.',
  usage: '[ENVIRONMENT …] [options]',
  options: {
    file: FILE_OPTION,
    all: { type: 'boolean', help: `All releases, not only the last ${SHOWN}.` },
    live: { type: 'boolean', help: 'Ask the target too: what runs now, and what differs. May take long.' },
    offline: { type: 'boolean', help: 'Ask no remote: only what is known here.' },
    json: { type: 'boolean', help: 'For programs.' },
  },
  notes: [
    "Reads files, and the team's ledger where there is one. What really runs is asked with `--live`, and when a run starts.",
  ],
  run: runStatus,
};

async function runStatus(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const names = environmentsOf(args, workspace);
  if (args.flag('live') && !(await lookNow(workspace, names, io))) return DELIVERY_EXIT.cancelled;
  const states = names.map((name) => stateOf(name, workspace, args.flag('all'), args.flag('offline')));
  // Of images that were baked for no environment.
  const ofImages = Ledger.read(workspace.root.ledger(IMAGES));
  const left = args.positionals.length > 0 ? [] : listLeftBehind(ofImages, workspace.folder, IMAGES, Date.now());
  if (args.flag('json')) {
    io.stdout.write(`${JSON.stringify({ version: 1, environments: states, leftBehind: left }, null, 2)}\n`);
  } else {
    const style = styleFor(wantsColor(undefined, io.stdout.isTty, io.env));
    const instances = (state: EnvironmentState): string[] =>
      args.flag('live') ? (state.drift?.instances ?? []).map((one) => `\n  ${instanceLine(one, style)}`) : [];
    const blocks = states.map((state) => describe(state) + instances(state).join(''));
    if (left.length > 0) blocks.push([IMAGES, ...left.flatMap(leftLines)].map(printable).join('\n'));
    io.stdout.write(`${blocks.join('\n\n')}\n`);
  }
  return DELIVERY_EXIT.ok;
}

/** Looks at every environment; the look is kept, and shown like an earlier one. @returns false when it was interrupted */
async function lookNow(workspace: Workspace, names: readonly string[], io: Io): Promise<boolean> {
  const line = new StatusLine(io);
  try {
    await interruptible(async (signal) => {
      for (const name of names) {
        const onProgress = (text: string): void => line.show(`${name}: ${text}`);
        await detectDrift(workspace, name, { signal, onProgress });
      }
    });
    return true;
  } catch (error) {
    if (error instanceof UnknownNameError) throw new UsageError(error.message);
    if (error instanceof InterruptedError) return false;
    throw error;
  } finally {
    line.clear();
  }
}

interface EnvironmentState {
  readonly environment: string;
  readonly live: ShownRelease | null;
  /** Newest first, the live one among them. */
  readonly releases: readonly ShownRelease[];
  /** Where `rollback` goes when nobody says. */
  readonly rollbackTo: string | null;
  readonly lock: string | null;
  readonly runs: readonly {
    readonly run: string;
    readonly kind: string;
    readonly status: string;
    readonly state: string;
  }[];
  readonly damage: string | null;
  /** What bakes and deployments left behind. */
  readonly leftBehind: readonly LeftBehind[];
  /** What the last look showed, if no release became live since. */
  readonly drift: DriftReport | null;
  /** Of a ledger that a team shares. */
  readonly team: { readonly remote: string; readonly queued: number; readonly problem: string | null } | null;
}

interface ShownRelease {
  readonly id: string;
  readonly kind: string;
  readonly t: string;
  readonly images: readonly string[];
  readonly health: string;
  readonly slot: string | null;
  readonly commit: string | null;
  /** First line of the commit's message, where the release kept it. */
  readonly subject: string | null;
  /** How many commits came with it; null when nobody knows. */
  readonly commits: number | null;
  readonly actor: string | null;
  readonly approvedBy: string | null;
  /** Why nobody can go back to it. */
  readonly unavailable: string | null;
}

function stateOf(environment: string, workspace: Workspace, isAll: boolean, isOffline: boolean): EnvironmentState {
  const { root } = workspace;
  const { view, team } = isOffline
    ? { view: Ledger.read(root.ledger(environment)), team: undefined }
    : readLedger(workspace, environment, REMOTE_MILLISECONDS);
  const history = new ReleaseHistory(view);
  const held = EnvironmentLock.inspect(root.lock(environment));
  const live = history.live();
  const look = lastLook(root, environment);
  const shown = [...history.releases()].reverse().slice(0, isAll ? undefined : SHOWN);
  return {
    environment,
    live: live ? showRelease(live, history, workspace) : null,
    releases: shown.map((release) => showRelease(release, history, workspace)),
    rollbackTo: history.defaultTarget()?.id ?? null,
    lock: lockOf(held?.holder ?? team?.claim),
    runs: listRuns(root)
      .filter(({ spec, status }) => spec.environment === environment && status !== 'closed')
      .map(({ run, spec, status, progress }) => ({ run, kind: spec.kind, status, state: progress.state })),
    damage: view.damage?.kind ?? null,
    leftBehind: listLeftBehind(view, workspace.folder, environment, Date.now()),
    drift: look && look.live?.id === live?.id ? look : null,
    team: team ? { remote: team.remote, queued: team.queued, problem: team.problem?.text ?? null } : null,
  };
}

function lockOf(holder: LockHolder | 'damaged' | undefined): string | null {
  return holder === undefined ? null : holder === 'damaged' ? 'unreadable' : describeHolder(holder);
}

function showRelease(release: StoredRelease, history: ReleaseHistory, { root }: Workspace): ShownRelease {
  const notes = readNotes(release.notes, root);
  const { git, user } = release.actor as { git?: string | null; user?: string | null };
  return {
    id: release.id,
    kind: release.kind,
    t: release.t,
    images: release.images.map(({ kind, name, ref, id }) => (kind === 'files' ? `${name} ${id}` : ref)),
    health: release.health.verdict,
    slot: release.slot,
    commit: deployedCommit(release, history),
    subject: notes?.subject ?? null,
    commits: notes && (notes.kind === 'ahead' || notes.kind === 'back') ? notes.commits.length : null,
    actor: git ?? user ?? null,
    approvedBy: release.approvedBy,
    unavailable: history.whyNot(release) ?? null,
  };
}

function describe(state: EnvironmentState): string {
  const lines = [state.environment];
  if (state.damage !== null && state.damage !== 'torn')
    lines.push('  ! the ledger is damaged: immutable-infra verify-ledger');
  if (state.team?.problem) lines.push(`  ! ${state.team.problem}`);
  if (state.team && state.team.queued > 0) {
    const waiting = `${state.team.queued} ${state.team.queued === 1 ? 'record waits' : 'records wait'}`;
    lines.push(`  ! ${waiting} to be delivered to ${state.team.remote}: immutable-infra sync-ledger`);
  }
  if (state.lock !== null) lines.push(`  locked by ${state.lock}`);
  for (const { run, kind, status, state: at } of state.runs) {
    lines.push(
      `  ${kind} ${run} is ${status} (${at})${status === 'interrupted' ? `: immutable-infra resume ${run}` : ''}`,
    );
  }
  lines.push(...state.leftBehind.flatMap(leftLines));
  if (state.releases.length === 0) lines.push('  nothing was deployed yet');
  for (const release of state.releases) {
    const mark = release.id === state.live?.id ? '●' : '○';
    const why = release.unavailable === null ? '' : `, no way back: ${release.unavailable}`;
    const commit = release.commit === null ? '' : ` ${release.commit.slice(0, 9)}`;
    const slot = release.slot === null ? '' : ` on ${release.slot}`;
    lines.push(
      `  ${mark} ${release.id}  ${release.t.slice(0, 19)}  ${release.kind}${commit}${slot}, ${release.health}${why}`,
    );
    lines.push(`      ${aboutOf(release)}`, ...release.images.map((image) => `      ${image}`));
  }
  if (state.drift) lines.push(`  ${driftOf(state.drift)}`);
  if (state.rollbackTo !== null) lines.push(`  rollback goes to ${state.rollbackTo}`);
  return lines.map(printable).join('\n');
}

function leftLines({ what, text, next }: LeftBehind): readonly string[] {
  return [`  ! left behind: ${what}: ${text}`, `      ${next}`];
}

/** Commit, age and who it was. */
function aboutOf({ subject, commits, t, actor }: ShownRelease): string {
  const count = commits === null ? [] : [commits === 1 ? '1 commit' : `${commits} commits`];
  const by = actor === null ? '' : ` by ${actor}`;
  return [...(subject === null ? [] : [subject]), ...count, `${ageOf(Date.parse(t))}${by}`].join(', ');
}

function driftOf({ differences, isLooked, lookedAt, environment }: DriftReport): string {
  const age = ageOf(Date.parse(lookedAt));
  if (!isLooked) return `! the target could not be looked at ${age}: immutable-infra drift ${environment}`;
  if (differences.length === 0) return `no drift when looked at ${age}`;
  const kinds = [...new Set(differences.map(({ kind }) => kind))].join(', ');
  return `! drift when looked at ${age}: ${kinds}; immutable-infra drift ${environment}`;
}

const MINUTE = 60_000;

function ageOf(time: number): string {
  const minutes = Math.floor((Date.now() - time) / MINUTE);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 60 / 24)} days ago`;
}
