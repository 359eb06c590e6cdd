import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { requirePipeline } from '../config/read';
import type { Pipeline } from '../config/types';
import { PRIVATE_FILE } from '../durable/files';
import { EnvironmentLock, type HeldLock } from '../lock/environment-lock';
import { livenessOfHolder } from '../lock/holder';
import type { RunKind } from '../run/journal-entry';
import { IMAGES } from '../run/run';
import { NO_DECISIONS, writeSpec, type RunSpec } from '../run/spec';
import { findStateRoot, type StateRoot } from '../state-root';
import { gitState } from './git-state';
import { requireReviewed } from './review-commands';

/** What a person asks for. */
export interface RunRequest {
  readonly kind: RunKind;
  readonly environment: string | null;
  readonly images?: readonly string[] | undefined;
  readonly release?: string | undefined;
  readonly slot?: string | undefined;
  readonly via: 'cli' | 'vscode';
  readonly decisions?: Partial<RunSpec['decisions']> | undefined;
  /** The hash of commands that somebody else wrote, when the person has looked at them. */
  readonly acceptCommands?: string | undefined;
  /** Of this program. */
  readonly version: string;
}

/** A workspace with a pipeline, and where its files of delivery lie. */
export interface Workspace {
  /** Absolute: the folder of `immutable.yaml`. */
  readonly folder: string;
  /** Absolute path of the file. */
  readonly file: string;
  readonly text: string;
  readonly pipeline: Pipeline;
  readonly root: StateRoot;
}

/** Somebody else holds the environment. */
export class EnvironmentHeldError extends Error {
  constructor(
    readonly environment: string,
    readonly held: HeldLock,
  ) {
    super(`${environment} is locked.`);
    this.name = 'EnvironmentHeldError';
  }
}

/** A request names what the pipeline has not. */
export class UnknownNameError extends Error {}

/**
 * Reads the pipeline of a folder.
 *
 * @param file path of `immutable.yaml`
 * @throws PipelineError with every place that is wrong; ENOENT
 */
export function openWorkspace(file: string): Workspace {
  const text = readFileSync(file, 'utf8');
  const folder = dirname(file);
  return { folder, file, text, pipeline: requirePipeline(text, file), root: findStateRoot(folder) };
}

/**
 * Writes down what a run is to do. Nothing runs yet.
 *
 * @throws UnknownNameError, EnvironmentHeldError, CommandsNotReviewedError
 */
export async function createRun(workspace: Workspace, request: RunRequest): Promise<RunSpec> {
  const { root, pipeline, folder, text } = workspace;
  requireName('environment', request.environment, pipeline.environments);
  for (const image of request.images ?? []) requireName('image', image, pipeline.images);
  root.prepare();
  const held = heldBy(root, request.environment ?? IMAGES);
  if (held) throw new EnvironmentHeldError(request.environment ?? IMAGES, held);
  await requireReviewed(workspace, request.acceptCommands);
  const { git, identity } = await gitState(folder);
  const spec: RunSpec = {
    v: 1,
    run: ulid(),
    kind: request.kind,
    workspace: folder,
    pipeline: text,
    environment: request.environment,
    images: request.images ?? [],
    release: request.release ?? null,
    slot: request.slot ?? null,
    actor: { user: userInfo().username, git: identity, via: request.via },
    git,
    decisions: { ...NO_DECISIONS, ...request.decisions },
    version: request.version,
    createdAt: new Date().toISOString(),
  };
  writeSpec(root.run(spec.run), spec);
  return spec;
}

/**
 * Starts the engine of a run, which outlives this process.
 *
 * @param engine path of the bundled engine
 * @returns its pid
 */
export function startEngine(root: StateRoot, run: string, engine: string): number | undefined {
  const log = openSync(join(root.run(run), 'engine.log'), 'a', PRIVATE_FILE);
  try {
    const child = spawn(process.execPath, [engine, root.path, run], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      cwd: root.path,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
    });
    // The run's own files tell that it did not start.
    child.once('error', () => undefined);
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}

function requireName(what: string, name: string | null, known: ReadonlyMap<string, unknown>): void {
  if (name === null || known.has(name)) return;
  const names = [...known.keys()];
  throw new UnknownNameError(
    `immutable.yaml has no ${what} \`${name}\`. It has ${names.length === 0 ? 'none' : names.join(', ')}.`,
  );
}

/** Who holds an environment on this machine, so that no run can start. */
export function heldBy(root: StateRoot, environment: string): HeldLock | undefined {
  const held = EnvironmentLock.inspect(root.lock(environment));
  return held && !isGone(held) ? held : undefined;
}

/** A dead holder gives way by itself. */
function isGone(held: HeldLock): boolean {
  return held.holder !== 'damaged' && !held.needsTakeOver && livenessOfHolder(held.holder) === 'dead';
}
