import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import { EventEmitter, type Disposable } from 'vscode';
import { followRun, type FollowEnd } from '../../../../release/src/api/follow-run';
import { readRun, type ListedRun } from '../../../../release/src/api/list-runs';
import type { HealthVerdict } from '../../../../release/src/health/verdict';
import type { RunEvent } from '../../../../release/src/run/events';
import type { StateRoot } from '../../../../release/src/state-root';
import type { Pipelines, ReadyPipeline } from '../workspace/pipelines';

/** A run of this window's pipelines. */
export interface StoredRun extends ListedRun {
  readonly pipeline: ReadyPipeline;
}

/** How a run that was followed ended. */
export interface RunEnding {
  readonly run: StoredRun;
  readonly end: FollowEnd;
  /** What was told as a problem last: a run may fail before it has a journal. */
  readonly problem: string | undefined;
}

/** How many runs are listed. */
const MOST_RUNS = 50;

/** How often folders are looked at that cannot be watched. */
const LOOK_MILLISECONDS = 2_000;

/**
 * The runs on the disk, whoever started them: this window, another one, the command line. Each run that goes on is
 * followed; what it tells and how it ends is passed on.
 */
export class RunStore implements Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly told = new EventEmitter<{ readonly run: StoredRun; readonly event: RunEvent }>();
  private readonly ended = new EventEmitter<RunEnding>();
  private readonly failed = new EventEmitter<unknown>();
  readonly onDidChange = this.changed.event;
  readonly onDidFail = this.failed.event;
  readonly onDidTell = this.told.event;
  readonly onDidEnd = this.ended.event;
  private readonly closed = new Map<string, StoredRun>();
  private readonly followed = new Map<string, Followed>();
  private readonly health = new Map<string, HealthNow>();
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly timer: NodeJS.Timeout;
  private readonly stop = new AbortController();
  private pending: NodeJS.Timeout | undefined;
  private lastSeen = '';

  constructor(private readonly pipelines: Pipelines) {
    this.timer = setInterval(() => this.look(), LOOK_MILLISECONDS);
    this.timer.unref();
  }

  dispose(): void {
    clearInterval(this.timer);
    clearTimeout(this.pending);
    // Following ends, the runs go on.
    this.stop.abort(new Error('the window closes'));
    for (const watcher of this.watchers.values()) watcher.close();
    for (const emitter of [this.changed, this.told, this.ended, this.failed]) emitter.dispose();
  }

  /** All runs, newest first. */
  all(): readonly StoredRun[] {
    const runs = this.pipelines.ready().flatMap((pipeline) => this.runsOf(pipeline));
    return runs.sort((a, b) => (a.run < b.run ? 1 : -1));
  }

  /** Those without an end. */
  open(): readonly StoredRun[] {
    return this.all().filter(({ status }) => status !== 'closed');
  }

  byId(run: string): StoredRun | undefined {
    return this.all().find((one) => one.run === run);
  }

  /** What a run told last, in words. */
  lastTold(run: string): string {
    return this.followed.get(run)?.text ?? '';
  }

  /** Something beside the runs changed: a ledger, a lock, what was seen. */
  touch(): void {
    this.changed.fire();
  }

  /** What a health check of this window found. */
  noteHealth(file: string, environment: string, health: HealthNow): void {
    this.health.set(`${file} ${environment}`, health);
    this.changed.fire();
  }

  healthNow(file: string, environment: string): HealthNow | undefined {
    return this.health.get(`${file} ${environment}`);
  }

  /** Looks at the disk now, and follows what goes on. */
  look(): void {
    for (const { workspace } of this.pipelines.ready()) this.watch(workspace.root);
    const open = this.open();
    for (const run of open) if (run.status === 'running') this.followQuietly(run);
    const seen = this.all()
      .map(({ run, status, progress }) => `${run} ${status} ${progress.state}`)
      .join();
    if (seen === this.lastSeen) return;
    this.lastSeen = seen;
    this.changed.fire();
  }

  /**
   * Follows a run from the beginning of what it tells, or from now. Does nothing when it is followed already.
   *
   * @param from `now` for a run that is resumed: what it asked before was settled
   */
  follow(run: StoredRun, from: 'start' | 'now'): Promise<RunEnding | undefined> {
    const known = this.followed.get(run.run);
    if (known?.ending) return known.ending;
    const followed: Followed = { text: known?.text ?? '', ending: undefined };
    this.followed.set(run.run, followed);
    followed.ending = this.followToEnd(run, followed, from).finally(() => (followed.ending = undefined));
    return followed.ending;
  }

  /** Nobody waits: whoever shows the run is told by events. */
  private followQuietly(run: StoredRun): void {
    this.follow(run, 'start').catch((error: unknown) => this.failed.fire(error));
  }

  private async followToEnd(run: StoredRun, followed: Followed, from: 'start' | 'now'): Promise<RunEnding | undefined> {
    let problem: string | undefined;
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'state' || event.type === 'progress') followed.text = event.text;
      if (event.type === 'problem') problem = event.text;
      this.told.fire({ run, event });
      this.changedSoon();
    };
    try {
      const end = await followRun(run.directory, onEvent, this.stop.signal, from);
      const last = this.byId(run.run) ?? run;
      const ending = { run: last, end, problem: end.text === undefined ? problem : undefined };
      this.look();
      this.changed.fire();
      this.ended.fire(ending);
      return ending;
    } catch (error) {
      if (this.stop.signal.aborted) return undefined;
      throw error;
    }
  }

  private runsOf(pipeline: ReadyPipeline): StoredRun[] {
    const { root } = pipeline.workspace;
    return runIds(root).flatMap((id) => {
      const closed = this.closed.get(`${root.path} ${id}`);
      if (closed) return [closed];
      const read = readRun(root, id);
      if (!read || read.spec.workspace !== pipeline.workspace.folder) return [];
      const run = { ...read, pipeline, status: isStarting(read) ? ('running' as const) : read.status };
      if (run.status === 'closed') this.closed.set(`${root.path} ${id}`, run);
      return [run];
    });
  }

  /** A new run is a new folder. Where nobody can watch, the timer looks. */
  private watch({ runs }: StateRoot): void {
    if (this.watchers.has(runs) || !existsSync(runs)) return;
    try {
      const watcher = watch(runs, { persistent: false }, () => this.changedSoon(true));
      watcher.on('error', () => {
        watcher.close();
        this.watchers.delete(runs);
      });
      this.watchers.set(runs, watcher);
    } catch {
      // Too many watches, or a file system without them.
    }
  }

  /** Many things happen at once; what shows them is told once. */
  private changedSoon(look = false): void {
    if (this.pending) return;
    this.pending = setTimeout(() => {
      this.pending = undefined;
      if (look) this.look();
      this.changed.fire();
    }, 50);
  }
}

/** What a health check found, and when. */
export interface HealthNow {
  readonly verdict: HealthVerdict;
  /** ms since 1970. */
  readonly at: number;
}

interface Followed {
  text: string;
  ending: Promise<RunEnding | undefined> | undefined;
}

/** An engine needs a moment until it says who it is. */
const START_MILLISECONDS = 20_000;

function isStarting({ status, progress, spec }: ListedRun): boolean {
  return (
    status === 'interrupted' &&
    progress.state === 'CREATED' &&
    Date.now() - Date.parse(spec.createdAt) < START_MILLISECONDS
  );
}

/** Ids are ULIDs: their order is the order in time. Older ones stay on the disk. */
function runIds({ runs }: StateRoot): string[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => /^[0-9A-Z]{26}$/.test(name))
    .sort()
    .reverse()
    .slice(0, MOST_RUNS);
}
