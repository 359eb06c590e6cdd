/** The parts of a URI, decoded. Two URIs of one file may be written differently, so texts of URIs are never compared. */
export interface Resource {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
}

const PARTS = /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?/;

/** Reads a URI as RFC 3986 splits it. The scheme and the drive letter of a Windows path become lower case. */
export function parseUri(uri: string): Resource {
  const [, scheme = '', authority = '', path = '', query = ''] = PARTS.exec(uri) ?? [];
  const lower = scheme.toLowerCase();
  const decoded = decode(path);
  return {
    scheme: lower,
    authority: decode(authority).toLowerCase(),
    path: lower === 'file' ? decoded.replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase()) : decoded,
    query: decode(query),
  };
}

/** A text that is the same for every way to write one URI. */
export function resourceKey({ scheme, authority, path, query }: Resource): string {
  return `${scheme}://${authority}${path}${query === '' ? '' : `?${query}`}`;
}

export function uriKey(uri: string): string {
  return resourceKey(parseUri(uri));
}

/** Writes a URI as editors do: everything but the slashes of the path is encoded. */
export function formatUri({ scheme, authority, path, query }: Resource): string {
  const encodedPath = path.split('/').map(encodeURIComponent).join('/');
  const encodedAuthority = authority
    .split(/([:@])/)
    .map((part) => (/^[:@]$/.test(part) ? part : encodeURIComponent(part)));
  const slashes = authority !== '' || scheme === 'file' ? '//' : '';
  return `${scheme}:${slashes}${encodedAuthority.join('')}${encodedPath}${query === '' ? '' : `?${encodeURIComponent(query)}`}`;
}

/** The path below a folder, `''` for the folder itself; undefined when the file lies elsewhere. */
export function relativePath(folder: Resource, file: Resource): string | undefined {
  if (folder.scheme !== file.scheme || folder.authority !== file.authority) return undefined;
  const prefix = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  if (file.path === folder.path) return '';
  return file.path.startsWith(prefix) ? file.path.slice(prefix.length) : undefined;
}

/** The resource with a path below it. */
export function below(folder: Resource, path: string): Resource {
  if (path === '') return folder;
  return { ...folder, path: `${folder.path.replace(/\/$/, '')}/${path}`, query: '' };
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
