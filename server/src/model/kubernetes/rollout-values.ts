/** `maxSurge` and `maxUnavailable`: a number of pods or a percentage of the replicas. */
export interface PodShare {
  readonly kind: 'count' | 'percent';
  readonly value: number;
}

/** Reads `1`, `"1"` or `"25%"`; undefined for anything else. */
export function podShare(value: unknown): PodShare | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  const found = typeof text === 'string' ? /^(\d+)(%?)$/.exec(text) : null;
  return found ? { kind: found[2] === '%' ? 'percent' : 'count', value: Number(found[1]) } : undefined;
}

/**
 * True when a rolling update may take all pods down at once. A count is compared with the replicas when they are known.
 *
 * @param replicas as written; undefined when it is absent or not known
 */
export function takesAll(share: PodShare, replicas: number | undefined): boolean {
  if (share.kind === 'percent') return share.value >= 100;
  return replicas !== undefined && replicas > 0 && share.value >= replicas;
}
