import type { Known } from '../../config/interpolate';

/** Which run built which image of the file: how it is found again after a crash. */
export const BAKE_LABEL = 'dev.immutable.bake';

export function bakeLabel(run: string, image: string): string {
  return `${run}/${image}`;
}

export interface LabelFacts {
  readonly image: string;
  readonly run: string;
  readonly known: Known;
  /** What the image stands on, as the Dockerfile names it. */
  readonly base: string | undefined;
  /** Where the source lies. */
  readonly source: string | undefined;
  readonly now: Date;
}

/** Labels of the OCI image specification (annotations.md), and ours. What is not known is left out. */
export function imageLabels({ image, run, known, base, source, now }: LabelFacts): Readonly<Record<string, string>> {
  const { id, version, commit } = known.release ?? {};
  const digest = /@(\w+:[0-9a-f]+)$/.exec(base ?? '')?.[1];
  const labels: Readonly<Record<string, string | undefined>> = {
    'org.opencontainers.image.source': source,
    'org.opencontainers.image.revision': commit,
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.created': now.toISOString(),
    'org.opencontainers.image.base.name': base,
    'org.opencontainers.image.base.digest': digest,
    'dev.immutable.run': run,
    [BAKE_LABEL]: bakeLabel(run, image),
    'dev.immutable.release': id,
  };
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
