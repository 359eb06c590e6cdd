/** Labels of every container that we start. They are the stamp on the target: the second witness beside the ledger. */
export const LABELS = {
  app: 'dev.immutable.app',
  environment: 'dev.immutable.environment',
  slot: 'dev.immutable.slot',
  release: 'dev.immutable.release',
  run: 'dev.immutable.run',
  /** The host's port that health checks and the route use. */
  port: 'dev.immutable.port',
} as const;

export interface Place {
  readonly app: string;
  readonly environment: string;
}

/** Names cannot meet: each part is a checked name, and the labels tell which is which. */
export function containerName({ app, environment }: Place, slot: string, run: string): string {
  return `${app}-${environment}-${slot}-${run}`;
}

/** Labels that all containers of an environment carry. */
export function placeLabels({ app, environment }: Place): Readonly<Record<string, string>> {
  return { [LABELS.app]: app, [LABELS.environment]: environment };
}
