import { readIfThere } from '../../durable/files';
import type { JsonObject } from '../../durable/canonical-json';
import type { PackerArtifact } from './machine-readable';

/** What a manifest said before a build: entries of older and of parallel runs are none of ours (F09). */
export interface ManifestState extends JsonObject {
  /** Relative to the workspace. */
  readonly path: string;
  readonly lastRun: string | null;
  readonly runs: readonly string[];
}

/** What a build left in a manifest. */
export type ManifestFinding =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly run: string; readonly artifacts: readonly PackerArtifact[] }
  /** Somebody else's build wrote into it meanwhile. */
  | { readonly kind: 'foreign'; readonly reason: string };

interface Entry {
  readonly name?: string;
  readonly builder_type?: string;
  readonly artifact_id?: string;
  readonly packer_run_uuid?: string;
  readonly files?: readonly { readonly name?: string }[] | null;
  readonly custom_data?: Readonly<Record<string, string>> | null;
}

interface Manifest {
  readonly builds?: readonly Entry[] | null;
  readonly last_run_uuid?: string;
}

/** The state of a manifest before a build. */
export function manifestState(file: string, path: string): ManifestState {
  const manifest = readManifest(file);
  const runs = new Set((manifest?.builds ?? []).map(({ packer_run_uuid: run }) => run ?? ''));
  return { path, lastRun: manifest?.last_run_uuid ?? null, runs: [...runs] };
}

/**
 * Entries of the one run that wrote since. The post-processor appends to what older runs wrote, and names the last run
 * in `last_run_uuid`.
 *
 * @param label our run, which a template may write into `custom_data.immutable_run`
 */
export function findSince(file: string, before: ManifestState, label: string): ManifestFinding {
  const manifest = readManifest(file);
  const last = manifest?.last_run_uuid;
  if (!manifest || last === undefined || last === before.lastRun || before.runs.includes(last)) return { kind: 'none' };
  const fresh = (manifest.builds ?? []).filter(({ packer_run_uuid: run }) => !before.runs.includes(run ?? ''));
  const own = fresh.filter(({ packer_run_uuid: run }) => run === last);
  if (own.length !== fresh.length)
    return { kind: 'foreign', reason: `${before.path} was written by another build too` };
  const labelled = own.find(({ custom_data: data }) => data?.['immutable_run'] !== undefined);
  if (labelled && labelled.custom_data?.['immutable_run'] !== label) {
    return {
      kind: 'foreign',
      reason: `${before.path} was written by run ${labelled.custom_data?.['immutable_run'] ?? ''}`,
    };
  }
  return { kind: 'found', run: last, artifacts: own.map(artifactOf) };
}

function artifactOf(entry: Entry): PackerArtifact {
  return {
    build: `${entry.builder_type ?? ''}.${entry.name ?? ''}`,
    builder: entry.builder_type ?? '',
    id: entry.artifact_id ?? '',
    files: (entry.files ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
}

function readManifest(file: string): Manifest | undefined {
  try {
    return JSON.parse(readIfThere(file) ?? '') as Manifest;
  } catch {
    // Not there yet, or no manifest: what the build prints tells as well.
    return undefined;
  }
}
