import { thisProcess, livenessOf, type ProcessIdentity } from './machine/process-identity';
import { join } from 'node:path';
import { readIfThere, writeDurably } from './durable/files';

/** Who runs a run, so that a viewer can tell a live engine from a dead one. */
const FILE = 'engine.json';

export function claimRun(directory: string): void {
  writeDurably(join(directory, FILE), JSON.stringify(thisProcess()));
}

/** True when the engine of a run is alive on this machine. */
export function isEngineAlive(directory: string): boolean {
  const text = readIfThere(join(directory, FILE));
  return text !== undefined && livenessOf(JSON.parse(text) as ProcessIdentity) === 'alive';
}
