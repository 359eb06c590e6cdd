import { parseAllDocuments } from 'yaml';
import type { KnownFile } from './source-file';

/** A service of compose that builds an image, or names one. */
export interface ComposeService {
  readonly name: string;
  readonly from: string;
  readonly repository: string | undefined;
  /** Folder of its context, relative to the root; undefined when it builds nothing. */
  readonly context: string | undefined;
  readonly dockerfile: string | undefined;
  /** True when it publishes a port. */
  readonly isPublished: boolean;
}

/** A repository, and the file that names it. */
export interface NamedRepository {
  readonly repository: string;
  readonly from: string;
}

/** A workload that Kubernetes runs. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly from: string;
}

type Json = Readonly<Record<string, unknown>>;

/** A registry or namespace is named, so it is no image of the public library; nothing is left to fill in. */
const REPOSITORY = /^[a-z0-9][a-z0-9.-]*(?::\d+)?(?:\/[a-z0-9][a-z0-9._-]*)+$/;

export function composeServices(files: readonly KnownFile[]): readonly ComposeService[] {
  return files
    .filter(({ kind }) => kind === 'compose')
    .flatMap((file) => {
      const [document] = documentsOf(file);
      return Object.entries(objectOf(objectOf(document)['services'])).map(([name, value]): ComposeService => {
        const service = objectOf(value);
        const build = service['build'];
        const context = typeof build === 'string' ? build : textOf(objectOf(build)['context']);
        return {
          name,
          from: file.path,
          repository: repositoryOf(textOf(service['image'])),
          context: build === undefined ? undefined : joined(file.folder, context ?? '.'),
          dockerfile: textOf(objectOf(build)['dockerfile']),
          isPublished: Array.isArray(service['ports']) && service['ports'].length > 0,
        };
      });
    });
}

/** Repositories that manifests of Kubernetes and workflows name. */
export function namedRepositories(files: readonly KnownFile[]): readonly NamedRepository[] {
  return files.flatMap((file) => {
    if (file.kind === 'kubernetes') return imagesIn(file).map((repository) => ({ repository, from: file.path }));
    if (file.kind === 'workflow') return pushedIn(file).map((repository) => ({ repository, from: file.path }));
    return [];
  });
}

export function workloads(files: readonly KnownFile[]): readonly Workload[] {
  return files
    .filter(({ kind }) => kind === 'kubernetes')
    .flatMap((file) =>
      documentsOf(file).flatMap((document) => {
        const { kind, metadata } = objectOf(document);
        if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'DaemonSet') return [];
        return [{ kind, name: textOf(objectOf(metadata)['name']) ?? 'unnamed', from: file.path }];
      }),
    );
}

/** The repository of an image, without its tag and digest; undefined when it is public, or not written out. */
function repositoryOf(image: string | undefined): string | undefined {
  const repository = image?.split('@')[0]?.replace(/:[^/:]+$/, '');
  return repository !== undefined && REPOSITORY.test(repository) ? repository : undefined;
}

function imagesIn(file: KnownFile): readonly string[] {
  return [...file.text.matchAll(/^[\s-]*image:\s*["']?([^\s"'#]+)/gm)].flatMap(
    ([, image]) => repositoryOf(image) ?? [],
  );
}

/** `docker push REPOSITORY:TAG`, and `images:` or `tags:` of the actions that build. */
function pushedIn(file: KnownFile): readonly string[] {
  const pushed = file.text.matchAll(/\b(?:docker|podman|buildah)\s+push\s+(?:-\S+\s+)*["']?([^\s"']+)/g);
  const built = file.text.matchAll(/^\s*(?:images|tags):\s*(?:\|\s*\n\s*)?["']?([^\s"'#,]+)/gm);
  // What stands behind the tag may be filled in; what stands in the repository may not.
  return [...pushed, ...built].flatMap(([, image = '']) => repositoryOf(image.replace(/:\$.*$/, '')) ?? []);
}

function documentsOf(file: KnownFile): readonly unknown[] {
  try {
    return parseAllDocuments(file.text, { version: '1.1', logLevel: 'silent' }).map(
      (document): unknown => document.toJS({ maxAliasCount: 100 }) as unknown,
    );
  } catch {
    // A template, or no YAML: nothing is guessed from it.
    return [];
  }
}

/** A path of a file, seen from the root; undefined when it leads out of it. */
function joined(folder: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of [...folder.split('/'), ...path.split('/')]) {
    if (part.includes('$')) return undefined;
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/') || '.';
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
