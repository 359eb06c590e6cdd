import type { DataPath, PipelineDocument } from './document';
import { problemOfText } from './interpolate';
import { milliseconds } from './build';
import { checkTarget } from './meaning-targets';
import { checkScopes } from './scopes';
import type { WrittenEnvironment, WrittenImage, WrittenPipeline } from './written';

/** Where a mutable tag hides in a repository of an image. */
const TAGGED_REPOSITORY = /[^/]:[^/]+$|@/;

/** What a schema cannot say: names that must exist, parts that need each other, dangers. */
export function checkMeaning(written: WrittenPipeline, document: PipelineDocument): void {
  const images = written.images ?? {};
  const environments = written.environments ?? {};
  checkTexts(written, document, new Set(Object.keys(images)));
  if (document.problems.length === 0) checkScopes(written, document);
  if (written.ledger?.backend === 'local' && written.ledger.remote !== undefined) {
    document.problem(['ledger', 'remote'], 'Only `backend: git` has a remote: write that, or remove this.', true);
  }
  for (const [name, image] of Object.entries(images)) checkImage(image, ['images', name], document);
  for (const [name, environment] of Object.entries(environments)) {
    checkEnvironment(name, environment, written, document);
  }
}

/** Every `${…}` of the file. */
function checkTexts(written: WrittenPipeline, document: PipelineDocument, images: ReadonlySet<string>): void {
  const visit = (value: unknown, at: DataPath): void => {
    if (typeof value === 'string') {
      const problem = problemOfText(value, images);
      if (problem) document.problem(at, problem);
    } else if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...at, index]));
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) if (at.length > 0 || isOurs(key)) visit(item, [...at, key]);
    }
  };
  visit(written, []);
}

function isOurs(key: string): boolean {
  return key !== 'lint' && !key.startsWith('x-');
}

function checkImage(image: WrittenImage, at: DataPath, document: PipelineDocument): void {
  const { container } = image;
  image.test?.forEach(({ run }, index) => {
    if (!run || container) return;
    document.problem(
      [...at, 'test', index, 'run'],
      'Only a container image is run. Use `argv` for a test beside it.',
      true,
    );
  });
  if (!container) return;
  if (container.builder === 'docker' && (container.platforms ?? []).length > 1) {
    document.problem(
      [...at, 'container', 'platforms'],
      'Several platforms are built by podman or buildah in this version. Set `builder: podman`.',
    );
  }
  if (TAGGED_REPOSITORY.test(container.repository)) {
    document.problem(
      [...at, 'container', 'repository'],
      'Write the repository without a tag or digest; `tag` names the tag.',
    );
  }
  if (container.tag !== undefined && !container.tag.includes('${release.id}')) {
    document.problem(
      [...at, 'container', 'tag'],
      'Put `${release.id}` into the tag: a tag that is used twice moves, and the registry may then delete the old image.',
    );
  }
  if (container.insecureRegistry && !isLoopback(container.repository.split('/')[0] ?? '')) {
    document.problem(
      [...at, 'container', 'insecureRegistry'],
      'Only a registry on this machine may be spoken to without TLS.',
    );
  }
}

function checkEnvironment(
  name: string,
  environment: WrittenEnvironment,
  written: WrittenPipeline,
  document: PipelineDocument,
): void {
  const at: DataPath = ['environments', name];
  const { promoteFrom, target, health, route } = environment;
  if (promoteFrom && (promoteFrom.environment === name || !(promoteFrom.environment in (written.environments ?? {})))) {
    document.problem([...at, 'promoteFrom', 'environment'], 'Name another environment of this file.');
  }
  checkTarget(environment, at, written, document);
  if (route?.terraform && !target.terraform?.blueGreen) {
    document.problem(
      [...at, 'route'],
      '`terraform` routes between the colours of `target.terraform.blueGreen`: add that, or remove the route.',
    );
  }
  if (target.terraform && !target.terraform.blueGreen && !target.terraform.read?.image && !target.terraform.refresh) {
    document.problem(
      [...at, 'target', 'terraform'],
      'Say how to learn what is live: `read: { image: { output: NAME } }` with an output that holds the image.',
      true,
    );
  }
  checkHealth(environment, at, document);
  if (environment.protected && !target.kubernetes && (health ?? []).length === 0) {
    document.problem(
      [...at, 'health'],
      `\`${name}\` is protected: add a health check, so that a broken release is found.`,
    );
  }
  if (environment.protected && environment.rollback?.auto) {
    document.problem([...at, 'rollback', 'auto'], 'Nothing happens by itself to a protected environment: remove this.');
  }
}

function checkHealth(environment: WrittenEnvironment, at: DataPath, document: PipelineDocument): void {
  environment.health?.forEach((check, index) => {
    const [kind, body] = Object.entries(check)[0] ?? [];
    if (kind === undefined || body === undefined) return;
    const where: DataPath = [...at, 'health', index, kind];
    const every = milliseconds((body as { every?: string }).every, 1000);
    const timeout = milliseconds((body as { timeout?: string }).timeout, 60_000);
    if (every >= timeout) document.problem([...where, 'every'], 'The check must come more often than its timeout.');
    if (!environment.protected || !check.http) return;
    if (check.http.insecure) document.problem([...where, 'insecure'], 'A protected environment checks certificates.');
    if (check.http.url !== undefined && (check.http.identity === undefined || check.http.identity === 'none')) {
      document.problem(
        [...where, 'identity'],
        'Say how the answer proves that the new image gave it: `identity: { header: X-Release, equals: "${release.id}" }`.',
      );
    }
  });
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
}
