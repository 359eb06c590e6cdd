import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ContainerBake, ImageConfig } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { readIfThere } from '../../durable/files';
import { RunStoppedError } from '../../run/context';
import { filesAt, filesMatching, hashFile, hashOf, listing } from '../input-files';
import type { Builder } from './builder';
import { ignoreFilter } from './ignore-file';

/** Text of the Dockerfile. @throws RunStoppedError `refused` when it is not there */
export function readDockerfile(bake: ContainerBake, workspace: string): string {
  const path = resolve(workspace, bake.dockerfile);
  const text = readIfThere(path);
  if (text !== undefined) return text;
  throw new RunStoppedError(
    'refused',
    `There is no ${path}. Name it in \`container.dockerfile\`. Nothing was changed.`,
  );
}

/**
 * Hash of everything that the image is made of: files with their modes, the Dockerfile, what the configuration says of
 * the build, and the builder. Texts with `${…}` count as they are written, else every release had inputs of its own.
 * Base images count as the Dockerfile names them: a digest there is part of its text.
 */
export async function containerInputs(
  image: ImageConfig,
  bake: ContainerBake,
  workspace: string,
  builder: Pick<Builder, 'kind' | 'version'>,
): Promise<string> {
  readDockerfile(bake, workspace);
  const dockerfile = await hashFile(resolve(workspace, bake.dockerfile));
  const { context, target, platforms, buildArguments, repository } = bake;
  return hashOf({
    dockerfile,
    files: image.inputs
      ? await listing(workspace, await filesMatching(workspace, image.inputs))
      : await contextFiles(bake, workspace),
    config: { context, target, platforms, buildArguments, repository },
    builder: { kind: builder.kind, version: builder.version },
  });
}

async function contextFiles(bake: ContainerBake, workspace: string): Promise<readonly JsonObject[]> {
  const root = resolve(workspace, bake.context);
  // The one beside the Dockerfile wins; podman and buildah know a name of their own.
  const names = [
    `${resolve(workspace, bake.dockerfile)}.dockerignore`,
    `${root}/.containerignore`,
    `${root}/.dockerignore`,
  ];
  const text = names.map(readQuietly).find((found) => found !== undefined);
  const isIgnored = ignoreFilter(text ?? '');
  try {
    return await listing(
      root,
      (await filesAt(root, '')).filter((path) => !isIgnored(path)),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RunStoppedError('refused', `The build context cannot be read: ${why}. Nothing was changed.`);
  }
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
