import type { Names } from './names';
import { composeServices, namedRepositories, type ComposeService, type NamedRepository } from './repositories';
import { lastPart, type KnownFile } from './source-file';

/** A Dockerfile that is deployed. */
export interface DetectedContainer {
  readonly name: string;
  readonly dockerfile: string;
  readonly context: string;
  /** Where it is pushed, and the file that says so. */
  readonly repository: NamedRepository | undefined;
  /** Inside; undefined when the file exposes none. */
  readonly port: number | undefined;
  /** The path that its own health check asks. */
  readonly healthPath: string | undefined;
  readonly isPublished: boolean;
}

/** Dockerfiles with what compose, Kubernetes and the workflows say of them. What is published comes first. */
export function detectContainers(
  files: readonly KnownFile[],
  root: string,
  names: Names,
): readonly DetectedContainer[] {
  const dockerfiles = files.filter(({ kind }) => kind === 'dockerfile');
  const services = composeServices(files);
  const repositories = namedRepositories(files);
  const found = dockerfiles.map((file): DetectedContainer => {
    const service = services.find((one) => isBuiltBy(one, file));
    const name = names.take(service?.name ?? nameOf(file, root), 'app');
    return {
      name,
      dockerfile: file.path,
      context: service?.context ?? file.folder,
      repository: repositoryFor(name, service, services, repositories, dockerfiles.length === 1),
      port: portOf(file.text),
      healthPath: /^HEALTHCHECK\s[\s\S]*?https?:\/\/[^\s/"']+(\/[\w./-]*)/m.exec(file.text)?.[1],
      isPublished: service?.isPublished ?? services.some((one) => one.name === name && one.isPublished),
    };
  });
  const rank = ({ isPublished, port }: DetectedContainer): number => (isPublished ? 0 : port === undefined ? 2 : 1);
  return [...found].sort((a, b) => rank(a) - rank(b));
}

function isBuiltBy({ context, dockerfile }: ComposeService, file: KnownFile): boolean {
  if (context === undefined) return false;
  const prefix = context === '.' ? '' : `${context}/`;
  return file.path === `${prefix}${(dockerfile ?? 'Dockerfile').replace(/^\.\//, '')}`;
}

/** `Dockerfile.worker` and `worker.Dockerfile` name what they build; another one is named by its folder. */
function nameOf({ name, folder }: KnownFile, root: string): string {
  const own = name.replace(/(?:^|[._-])(?:Dockerfile|Containerfile)(?:[._-]|$)/i, '');
  return own === '' ? lastPart(folder, root) : own;
}

function repositoryFor(
  name: string,
  service: ComposeService | undefined,
  services: readonly ComposeService[],
  repositories: readonly NamedRepository[],
  isOnly: boolean,
): NamedRepository | undefined {
  const own = service ?? services.find((one) => one.name === name);
  if (own?.repository !== undefined) return { repository: own.repository, from: own.from };
  const named = repositories.find(({ repository }) => lastPart(repository, '') === name);
  const distinct = new Set(repositories.map(({ repository }) => repository));
  return named ?? (isOnly && distinct.size === 1 ? repositories[0] : undefined);
}

/** Of the last stage that exposes one. */
function portOf(text: string): number | undefined {
  const port = [...text.matchAll(/^\s*EXPOSE\s+(\d{1,5})\b/gim)].at(-1)?.[1];
  const number = Number(port);
  return port !== undefined && number > 0 && number < 65_536 ? number : undefined;
}
