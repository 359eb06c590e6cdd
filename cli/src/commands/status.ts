import { listRuns } from '../../../release/src/api/list-runs';
import { describeHolder, type LockHolder } from '../../../release/src/lock/holder';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { Ledger } from '../../../release/src/ledger/ledger';
import { readLedger } from '../../../release/src/shared-ledger/open';
import { ReleaseHistory, type StoredRelease } from '../../../release/src/ledger/releases';
import type { Workspace } from '../../../release/src/api/start-run';
import type { Arguments, Command } from '../command-line';
import { FILE_OPTION, findWorkspace } from '../delivery/workspace';
import { DELIVERY_EXIT, type ExitCode } from '../exit-codes';
import type { Io } from '../io';
import { printable } from '../terminal';

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
    offline: { type: 'boolean', help: 'Ask no remote: only what is known here.' },
    json: { type: 'boolean', help: 'For programs.' },
  },
  notes: ["Reads files, and the team's ledger where there is one. What really runs is asked when a run starts."],
  run: runStatus,
};

function runStatus(args: Arguments, io: Io): Promise<ExitCode> {
  const workspace = findWorkspace(args, io);
  const names = args.positionals.length > 0 ? args.positionals : [...workspace.pipeline.environments.keys()];
  const states = names.map((name) => stateOf(name, workspace, args.flag('all'), args.flag('offline')));
  if (args.flag('json')) io.stdout.write(`${JSON.stringify({ version: 1, environments: states }, null, 2)}\n`);
  else io.stdout.write(`${states.map(describe).join('\n\n')}\n`);
  return Promise.resolve(DELIVERY_EXIT.ok);
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
  const shown = [...history.releases()].reverse().slice(0, isAll ? undefined : SHOWN);
  return {
    environment,
    live: live ? showRelease(live, history) : null,
    releases: shown.map((release) => showRelease(release, history)),
    rollbackTo: history.defaultTarget()?.id ?? null,
    lock: lockOf(held?.holder ?? team?.claim),
    runs: listRuns(root)
      .filter(({ spec, status }) => spec.environment === environment && status !== 'closed')
      .map(({ run, spec, status, progress }) => ({ run, kind: spec.kind, status, state: progress.state })),
    damage: view.damage?.kind ?? null,
    team: team ? { remote: team.remote, queued: team.queued, problem: team.problem?.text ?? null } : null,
  };
}

function lockOf(holder: LockHolder | 'damaged' | undefined): string | null {
  return holder === undefined ? null : holder === 'damaged' ? 'unreadable' : describeHolder(holder);
}

function showRelease(release: StoredRelease, history: ReleaseHistory): ShownRelease {
  const commit = release.git['commit'];
  return {
    id: release.id,
    kind: release.kind,
    t: release.t,
    images: release.images.map(({ kind, name, ref, id }) => (kind === 'files' ? `${name} ${id}` : ref)),
    health: release.health.verdict,
    slot: release.slot,
    commit: typeof commit === 'string' ? commit : null,
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
  if (state.releases.length === 0) lines.push('  nothing was deployed yet');
  for (const release of state.releases) {
    const mark = release.id === state.live?.id ? '●' : '○';
    const why = release.unavailable === null ? '' : `, no way back: ${release.unavailable}`;
    const commit = release.commit === null ? '' : ` ${release.commit.slice(0, 9)}`;
    const slot = release.slot === null ? '' : ` on ${release.slot}`;
    lines.push(
      `  ${mark} ${release.id}  ${release.t.slice(0, 19)}  ${release.kind}${commit}${slot}, ${release.health}${why}`,
    );
    for (const image of release.images) lines.push(`      ${image}`);
  }
  if (state.rollbackTo !== null) lines.push(`  rollback goes to ${state.rollbackTo}`);
  return lines.map(printable).join('\n');
}
