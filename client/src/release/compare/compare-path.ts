/** Scheme of comparisons of releases. */
export const COMPARE_SCHEME = 'immutable-compare';

/** What the path of a document names: a comparison, or what one release recorded. */
export type ComparePath =
  | { readonly kind: 'comparison'; readonly environment: string; readonly left: string; readonly right: string }
  | { readonly kind: 'config' | 'pipeline'; readonly environment: string; readonly release: string };

const ENDINGS = { config: '.config.json', pipeline: '.immutable.yaml' } as const;

export function formatComparePath(path: ComparePath): string {
  const name = path.kind === 'comparison' ? `${path.left}..${path.right}.md` : `${path.release}${ENDINGS[path.kind]}`;
  return `/${path.environment}/${name}`;
}

/** Undefined for a path that names nothing. */
export function parseComparePath(text: string): ComparePath | undefined {
  const [, environment, name] = /^\/([^/]+)\/([0-9a-z.-]+)$/i.exec(text) ?? [];
  if (environment === undefined || name === undefined) return undefined;
  const [, left, right] = /^([0-9a-z]+)\.\.([0-9a-z]+)\.md$/i.exec(name) ?? [];
  if (left !== undefined && right !== undefined) return { kind: 'comparison', environment, left, right };
  const [, release, ending] = /^([0-9a-z]+)\.(config\.json|immutable\.yaml)$/i.exec(name) ?? [];
  if (release === undefined) return undefined;
  return { kind: ending === 'config.json' ? 'config' : 'pipeline', environment, release };
}

/** What a row of the *Releases* view says of itself, or a caller that knows. */
export function readGivenRelease(given: unknown): { readonly environment?: string; readonly release?: string } {
  if (typeof given !== 'object' || given === null) return {};
  const { environment, release } = given as Readonly<Record<string, unknown>>;
  return {
    ...(typeof environment === 'string' ? { environment } : {}),
    ...(typeof release === 'string' ? { release } : {}),
  };
}
