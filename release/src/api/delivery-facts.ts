import { readPipeline } from '../config/read';
import { Ledger } from '../ledger/ledger';
import { ReleaseHistory } from '../ledger/releases';
import type { StateRoot } from '../state-root';

/** What a pipeline says, and what its history tells: for the migration checklist. */
export interface PipelineFacts {
  readonly images: readonly { readonly name: string; readonly tests: number }[];
  readonly environments: readonly {
    readonly name: string;
    readonly healthChecks: number;
    readonly automaticRollback: boolean;
    readonly releases: number;
    readonly rollbacks: number;
  }[];
}

/** Undefined for a pipeline that is broken, or that delivers nothing. Runs nothing. */
export function pipelineFacts(text: string, path: string, root: StateRoot): PipelineFacts | undefined {
  const { pipeline } = readPipeline(text, path);
  if (!pipeline) return undefined;
  return {
    images: [...pipeline.images.values()].map(({ name, tests }) => ({ name, tests: tests.length })),
    environments: [...pipeline.environments.values()].map(({ name, health, rollback }) => {
      const releases = new ReleaseHistory(Ledger.read(root.ledger(name))).releases();
      return {
        name,
        healthChecks: health.length,
        automaticRollback: rollback.auto,
        releases: releases.length,
        rollbacks: releases.filter(({ kind }) => kind === 'rollback').length,
      };
    }),
  };
}
