import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fillText, UnknownValueError, type Known } from '../../config/interpolate';
import type { ContainerBake, ImageConfig } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { removeIfThere } from '../../durable/files';
import { movedTag } from '../../registry/moved-tag';
import { Registry, RegistryError } from '../../registry/registry';
import { RunStoppedError, type RunContext } from '../../run/context';
import { ContainerEngine } from '../../targets/containers/engine';
import type { BakedImage, Baker, ImageThere } from '../baker';
import { findBuilder, type Builder } from './builder';
import { baseImages, baseOfTarget } from './dockerfile';
import { containerInputs, readDockerfile } from './inputs';
import { bakeLabel, BAKE_LABEL, imageLabels } from './image-labels';
import { publishUnder } from './publish';
import { WorkingContainers } from './working-containers';
import { sourceAddress } from '../source-address';

/** What a finished bake tells. */
interface BakedContainer extends JsonObject {
  /** Id, or the local name of an index of several platforms. */
  readonly local: string;
  readonly isIndex: boolean;
  /** Words before a command that is to run inside the image. */
  readonly runInside: readonly string[] | null;
  readonly provenance: JsonObject;
}

/** OCI distribution specification, "Pulling manifests". */
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Builds container images with docker buildx, podman or buildah, and publishes them to a registry.
 *
 * @param own variables of this process: proxies, and where Docker keeps log-ins
 */
export function createContainerBaker(own: Readonly<Record<string, string | undefined>>): Baker {
  return new ContainerBaker(own);
}

class ContainerBaker implements Baker {
  private readonly builders = new Map<ContainerBake['builder'], Promise<Builder>>();

  constructor(private readonly own: Readonly<Record<string, string | undefined>>) {}

  async inputsHash(image: ImageConfig, context: RunContext): Promise<string> {
    const bake = bakeOf(image);
    return containerInputs(image, bake, context.workspace, await this.builderOf(bake, context));
  }

  async bake(image: ImageConfig, known: Known, context: RunContext): Promise<JsonObject> {
    const bake = bakeOf(image);
    const builder = await this.builderOf(bake, context);
    const text = readDockerfile(bake, context.workspace);
    // Found out now, and not when everything is built.
    const problem = await this.registryOf(bake, context).problem(bake.repository, context.signal);
    if (problem !== undefined) throw new RunStoppedError('refused', `${image.name}: ${problem} Nothing was changed.`);
    const idFile = join(context.directory, `image-${image.name}`);
    removeIfThere(idFile);
    const base = baseOfTarget(text, bake.target);
    const working = new WorkingContainers(image.name, builder, context);
    await working.note();
    const result = await builder.build({
      dockerfile: resolve(context.workspace, bake.dockerfile),
      context: resolve(context.workspace, bake.context),
      idFile,
      target: bake.target,
      platforms: bake.platforms,
      arguments: Object.fromEntries(
        Object.entries(bake.buildArguments).map(([name, value]) => [name, fill(value, known, image.name)]),
      ),
      labels: imageLabels({
        image: image.name,
        run: context.run,
        known,
        base,
        source: await sourceAddress(context),
        now: new Date(),
      }),
      localName: localName(image, context),
      isInsecure: bake.insecureRegistry,
      timeout: bake.timeout,
    });
    const isIndex = bake.platforms.length > 1;
    // Podman 4.3 that is ended by SIGTERM says 0 all the same.
    if (result.code !== 0 || !(isIndex || existsSync(idFile))) {
      await working.clean();
      context.signal.throwIfAborted();
      throw new RunStoppedError(
        'failed',
        `${image.name} could not be built: ${result.problem ?? `exit code ${result.code ?? 'unknown'}`}. See ${result.output}. Nothing was published.`,
      );
    }
    return this.baked(image, isIndex ? localName(image, context) : builder.builtId(idFile), builder, context);
  }

  async recoverBake(image: ImageConfig, _intent: JsonObject, context: RunContext): Promise<JsonObject | undefined> {
    const bake = bakeOf(image);
    // The build goes on when we are gone: wait for it.
    await context.recover('bake');
    const builder = await this.builderOf(bake, context);
    const [id] = await builder.imagesWith(BAKE_LABEL, bakeLabel(context.run, image.name));
    // An index has no labels, and half of one is no use: it is built again, from the layers that are there.
    if (id === undefined || bake.platforms.length > 1) {
      await new WorkingContainers(image.name, builder, context).clean();
      return undefined;
    }
    return this.baked(image, id, builder, context);
  }

  async publish(image: ImageConfig, baked: JsonObject, known: Known, context: RunContext): Promise<BakedImage> {
    const bake = bakeOf(image);
    const { local, isIndex, provenance } = baked as BakedContainer;
    const builder = await this.builderOf(bake, context);
    const tag = tagOf(bake.tag, known, image.name);
    // All names first: whoever is told that nothing was published shall find nothing published.
    const aliases = bake.aliases.map((alias) => `${bake.repository}:${tagOf(alias, known, image.name)}`);
    const ids = isIndex ? await builder.imagesWith(BAKE_LABEL, bakeLabel(context.run, image.name)) : [local];
    const order = {
      image: image.name,
      local,
      isIndex,
      ids,
      repository: bake.repository,
      isInsecure: bake.insecureRegistry,
    };
    const registry = this.registryOf(bake, context);
    const published = await publishUnder({ ...order, tag }, builder, registry, context);
    for (const reference of aliases) {
      // Other tags move by design: what they lead to is not what a deployment names.
      const digestFile = join(context.directory, `digest-${image.name}`);
      const { digest } = await builder.push({ ...order, reference, digestFile });
      if (digest === undefined) context.tell({ type: 'warning', text: `${reference} could not be moved.` });
    }
    return {
      name: image.name,
      kind: 'container',
      ref: `${bake.repository}@${published.digest}`,
      id: published.digest,
      tag,
      digests: [...new Set([...published.digests, ...ids])],
      files: [],
      inputs: '',
      provenance,
    };
  }

  async retrievable(image: BakedImage, context: RunContext): Promise<ImageThere> {
    const [repository = ''] = image.ref.split('@');
    const found = await this.thereAt(repository, image.id, isInsecure(image, context), context);
    if (found.is === 'there' || !(await hasLocalCopy(image, context))) return found;
    context.tell({ type: 'warning', text: `${found.reason}; ${image.name} comes from the local copy` });
    return { is: 'there' };
  }

  movedTag(image: BakedImage, context: RunContext): Promise<string | undefined> {
    const [repository = ''] = image.ref.split('@');
    return movedTag(image, this.registry(repository, isInsecure(image, context), context), context.signal);
  }

  /** Whether the registry can give an image. Only its own word that it has none proves that. */
  private async thereAt(
    repository: string,
    digest: string,
    isInsecure: boolean,
    context: RunContext,
  ): Promise<ImageThere> {
    try {
      const registry = this.registry(repository, isInsecure, context);
      const found = await registry.manifest(repository, digest, context.signal);
      return found ? { is: 'there' } : { is: 'gone', reason: `the registry has ${repository}@${digest} no more` };
    } catch (error) {
      context.signal.throwIfAborted();
      if (error instanceof RegistryError) return { is: 'unknown', reason: error.message.replace(/\.$/, '') };
      throw error;
    }
  }

  private async baked(
    image: ImageConfig,
    local: string,
    builder: Builder,
    context: RunContext,
  ): Promise<BakedContainer> {
    const bake = bakeOf(image);
    const bases = baseImages(readDockerfile(bake, context.workspace));
    return {
      local,
      isIndex: bake.platforms.length > 1,
      runInside: image.tests.some(({ inImage }) => inImage) ? insideWords(image, local, builder, context) : null,
      provenance: {
        builder: builder.kind,
        version: builder.version,
        base: bases,
        dockerfile: bake.dockerfile,
        source: (await sourceAddress(context)) ?? null,
      },
    };
  }

  private builderOf({ builder }: ContainerBake, context: RunContext): Promise<Builder> {
    const known = this.builders.get(builder) ?? findBuilder(builder, context);
    this.builders.set(builder, known);
    return known;
  }

  private registryOf({ repository, insecureRegistry }: ContainerBake, context: RunContext): Registry {
    return this.registry(repository, insecureRegistry, context);
  }

  private registry(repository: string, isInsecure: boolean, { workspace }: RunContext): Registry {
    return new Registry({
      own: this.own,
      workspace,
      repository,
      insecure: isInsecure ? [repository.split('/')[0] ?? ''] : [],
    });
  }
}

function isInsecure({ name }: BakedImage, { pipeline }: RunContext): boolean {
  const bake = pipeline.images.get(name)?.bake;
  return bake?.kind === 'container' && bake.insecureRegistry;
}

/** For a target on this machine, a copy that lies here is as good as the one in the registry. */
async function hasLocalCopy(image: BakedImage, context: RunContext): Promise<boolean> {
  const target = context.environment?.target;
  if (target?.kind !== 'containers') return false;
  const engine = await ContainerEngine.find(target.engine, context);
  for (const name of [image.ref, ...image.digests]) {
    const id = await engine.localImage(name);
    if (id !== undefined && image.digests.includes(id.includes(':') ? id : `sha256:${id}`)) return true;
  }
  return false;
}

/** A test inside the image runs as the release will: with the runtime and the words of the environment. */
function insideWords(image: ImageConfig, local: string, builder: Builder, context: RunContext): readonly string[] {
  const target = context.environment?.target;
  const containers = target?.kind === 'containers' ? target : undefined;
  const run = containers?.run.find((one) => one.image === image.name);
  // What buildah built lies where podman looks.
  const engine = builder.kind === 'docker' ? 'docker' : 'podman';
  const runtime = containers?.runtime === undefined ? [] : ['--runtime', containers.runtime];
  return [
    engine,
    ...(engine === 'podman' ? [...runtime, 'run'] : ['run', ...runtime]),
    '--rm',
    '--pull=never',
    // The command of the test is the whole command.
    '--entrypoint=',
    ...(run?.arguments ?? []).map((word) => word.replace(/\$\{[^{}]*\}/g, '')),
    local,
  ];
}

function localName({ name }: ImageConfig, { pipeline, run }: RunContext): string {
  return `localhost/immutable-infra/${pipeline.app}-${name}:${run.toLowerCase()}`;
}

function tagOf(text: string, known: Known, image: string): string {
  const tag = fill(text, known, image);
  if (TAG.test(tag)) return tag;
  throw new RunStoppedError('refused', `${image}: \`${tag}\` is no tag that a registry takes. Nothing was published.`);
}

function fill(text: string, known: Known, image: string): string {
  try {
    return fillText(text, known);
  } catch (error) {
    if (error instanceof UnknownValueError) throw new RunStoppedError('refused', `${image}: ${error.message}`);
    throw error;
  }
}

function bakeOf({ name, bake }: ImageConfig): ContainerBake {
  if (bake.kind === 'container') return bake;
  throw new RunStoppedError('refused', `${name} is baked by ${bake.kind}, not as a container image.`);
}
