import { readFileSync } from 'node:fs';
import type { BakedImage } from '../../../release/src/bakers/baker';
import { requirePipeline } from '../../../release/src/config/read';
import type { JsonObject } from '../../../release/src/durable/canonical-json';
import { Ledger } from '../../../release/src/ledger/ledger';
import type { LedgerRecord } from '../../../release/src/ledger/record';
import type { StateRoot } from '../../../release/src/state-root';
import type { DriftReport } from '../../../release/src/api/detect-drift';
import type { Workspace } from '../../../release/src/api/start-run';

/** A workspace as a command opens it, with a state root of the test. */
export function workspaceOf(folder: string, root: StateRoot, text = ''): Workspace {
  const pipeline = text === '' ? readFileSync(`${folder}/immutable.yaml`, 'utf8') : text;
  return {
    folder,
    file: `${folder}/immutable.yaml`,
    text: pipeline,
    pipeline: requirePipeline(pipeline, 'immutable.yaml'),
    root,
  };
}

/** Adds records as runs do. */
export function record(root: StateRoot, environment: string, ...records: readonly LedgerRecord[]): void {
  const ledger = Ledger.open(root.ledger(environment), root.torn, { assertHeld: () => undefined });
  for (const entry of records) ledger.append(entry);
  ledger.close();
}

export function containerImage(name: string, digest: string, ref: string, config = digest): BakedImage {
  return {
    name,
    kind: 'container',
    ref: `${ref}@${digest}`,
    id: digest,
    tag: null,
    digests: [digest, config],
    files: [],
    inputs: '',
    provenance: {},
  };
}

/** A record of a release with what tests care about. */
export function release(id: string, images: readonly BakedImage[], more: JsonObject = {}): LedgerRecord {
  return {
    type: 'release',
    run: `run-${id}`,
    id,
    kind: 'deploy',
    environment: 'local',
    app: 'shop',
    images,
    supersedes: null,
    rollbackOf: null,
    rolledBackFrom: null,
    slot: 'blue',
    health: { verdict: 'confirmed', samples: 1 },
    running: [],
    plan: null,
    approvedBy: null,
    config: null,
    oneWay: false,
    actor: { user: 'ana', git: 'Ana <ana@example>', via: 'cli' },
    git: { commit: null, branch: null, dirty: false, pushed: null },
    overrides: [],
    ...more,
  };
}

/** `kind where`, sorted. */
export function kinds({ differences }: DriftReport): string[] {
  return differences.map(({ kind, where }) => `${kind} ${where}`).sort();
}
