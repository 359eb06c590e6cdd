import type { JsonObject } from '../durable/canonical-json';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { createDurably, makeDirectory } from '../durable/files';
import type { RunKind } from './journal-entry';

/** What a run was asked to do, frozen when it was created. Later edits of `immutable.yaml` change nothing in it. */
export interface RunSpec {
  readonly v: 1;
  readonly run: string;
  readonly kind: RunKind;
  /** Absolute: the folder of `immutable.yaml`. */
  readonly workspace: string;
  /** Text of `immutable.yaml`. */
  readonly pipeline: string;
  readonly environment: string | null;
  /** Names of images to bake; empty means what the environment needs. */
  readonly images: readonly string[];
  /** Release to go back to; null means the last healthy one. */
  readonly release: string | null;
  /** Slot to retire. */
  readonly slot: string | null;
  readonly actor: { readonly user: string; readonly git: string | null; readonly via: 'cli' | 'vscode' };
  readonly git: {
    readonly commit: string | null;
    readonly branch: string | null;
    readonly dirty: boolean;
    readonly pushed: boolean | null;
  };
  /** Decisions given beforehand. */
  readonly decisions: {
    /** Approve the plan that has this hash, or every plan within the guard when `*` (never for protected). */
    readonly approve: string | null;
    /** The environment's name, typed. */
    readonly confirm: string | null;
    readonly allowDirty: string | null;
    readonly overrides: readonly { readonly rule: string; readonly reason: string }[];
    readonly acceptOneWay: readonly string[];
    readonly rebake: boolean;
    readonly oneWay: boolean;
    /** What a rollback brings back; without it what the environment says. */
    readonly mode?: 'image' | 'full' | undefined;
    /** The environment's name, typed, to end the only copy of the last release that could be gone back to. */
    readonly endLastWayBack?: string | undefined;
  };
  readonly version: string;
  readonly createdAt: string;
}

/** Nothing is decided beforehand: the person is asked. */
export const NO_DECISIONS: RunSpec['decisions'] = {
  approve: null,
  confirm: null,
  allowDirty: null,
  overrides: [],
  acceptOneWay: [],
  rebake: false,
  oneWay: false,
};

/** Written once, when the run is created. */
export const SPEC_FILE = 'spec.json';

/** Creates a run's directory with its specification. @throws EEXIST when the run exists */
export function writeSpec(directory: string, spec: RunSpec): void {
  makeDirectory(directory);
  createDurably(join(directory, SPEC_FILE), JSON.stringify(spec));
}

export function readSpec(directory: string): RunSpec {
  return JSON.parse(readFileSync(join(directory, SPEC_FILE), 'utf8')) as RunSpec;
}

/** As the ledger keeps it. */
export function actorOf(spec: RunSpec): JsonObject {
  return { user: spec.actor.user, git: spec.actor.git, via: spec.actor.via };
}
