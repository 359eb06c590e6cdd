import { readFileSync } from 'node:fs';
import { askTool, worksWith } from '../../process/ask-tool';
import type { ResolvedTool } from '../../process/resolve-tool';
import { RunStoppedError, type RunContext, type ToolResult } from '../../run/context';

export interface BuildOrder {
  /** Absolute. */
  readonly dockerfile: string;
  readonly context: string;
  /** The file that the id is written to. */
  readonly idFile: string;
  readonly target: string | undefined;
  readonly platforms: readonly string[];
  readonly arguments: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** A name for what is built, local only: an index of several platforms is found by it. */
  readonly localName: string;
  readonly isInsecure: boolean;
  readonly timeout: number;
}

export interface PushOrder {
  /** Id or local name. */
  readonly local: string;
  readonly isIndex: boolean;
  /** `registry.example/shop/web:rel-1` */
  readonly reference: string;
  /** The file that the digest is written to. */
  readonly digestFile: string;
  readonly isInsecure: boolean;
}

export type BuilderKind = 'docker' | 'podman' | 'buildah';

const PUSH_MILLISECONDS = 30 * 60_000;
const CLEAN_MILLISECONDS = 60_000;

/** Docker with buildx, podman or buildah: what the three have in common. */
export abstract class Builder {
  constructor(
    readonly kind: BuilderKind,
    readonly version: string,
    protected readonly tool: ResolvedTool,
    protected readonly context: RunContext,
  ) {}

  abstract build(order: BuildOrder): Promise<ToolResult>;
  /** @returns the digest that the push tells, when it succeeded */
  abstract push(order: PushOrder): Promise<{ readonly result: ToolResult; readonly digest: string | undefined }>;

  /** Ids of the containers that builds work in. */
  workingContainers(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  /** Removes containers that an ended build left. Never fails. */
  removeWorking(_ids: readonly string[]): Promise<void> {
    return Promise.resolve();
  }

  /** What a build left in its file. @throws RunStoppedError `failed` when that is no id */
  builtId(idFile: string): string {
    const id = /^(?:sha256:)?([0-9a-f]{64})$/.exec(readFileSync(idFile, 'utf8').trim())?.[1];
    if (id === undefined) throw new RunStoppedError('failed', `${this.kind} built an image and did not tell its id.`);
    return `sha256:${id}`;
  }

  /** Images of this machine that carry a label, the newest first. Of several labels podman asks for any. */
  async imagesWith(label: string, value: string): Promise<readonly string[]> {
    const words = ['images', '--no-trunc', '--quiet', '--filter', `label=${label}=${value}`];
    const { code, standardOutput } = await askTool(this.context, this.tool, words);
    if (code !== 0) return [];
    return standardOutput.split('\n').flatMap((line) => /^sha256:[0-9a-f]{64}$/.exec(line.trim())?.[0] ?? []);
  }
}

/** What `podman ps` says of a container. */
interface ListedContainer {
  readonly Id?: string;
  readonly Command?: readonly string[] | null;
}

/** Podman and buildah: the same library behind nearly the same words. */
class BuildahLike extends Builder {
  build(order: BuildOrder): Promise<ToolResult> {
    return this.context.act({
      name: 'bake',
      tool: this.tool,
      words: [
        'build',
        ...commonWords(order),
        ...(order.isInsecure ? ['--tls-verify=false'] : []),
        // Podman 4.3 takes a layer that it knows from one platform for another one's, so nothing is taken from the cache.
        ...(order.platforms.length > 1
          ? ['--manifest', order.localName, '--layers=false']
          : ['--iidfile', order.idFile]),
        order.context,
      ],
      timeout: order.timeout,
    });
  }

  override async workingContainers(): Promise<readonly string[]> {
    const isBuildah = this.kind === 'buildah';
    const words = isBuildah
      ? ['containers', '--quiet', '--no-trunc']
      : ['ps', '--all', '--external', '--no-trunc', '--format', 'json'];
    const { code, standardOutput } = await askTool(this.context, this.tool, words);
    if (code !== 0) return [];
    if (isBuildah) return standardOutput.split('\n').filter((line) => line !== '');
    const listed = JSON.parse(standardOutput) as readonly ListedContainer[];
    return listed.flatMap(({ Id: id, Command: command }) => (command?.[0] === 'buildah' && id ? [id] : []));
  }

  override async removeWorking(ids: readonly string[]): Promise<void> {
    const words = ['rm', ...(this.kind === 'podman' ? ['--force'] : []), ...ids];
    await this.context.act({ name: 'clean-up', tool: this.tool, words, timeout: CLEAN_MILLISECONDS });
  }

  async push(order: PushOrder): Promise<{ readonly result: ToolResult; readonly digest: string | undefined }> {
    const result = await this.context.act({
      name: 'push',
      tool: this.tool,
      words: [
        ...(order.isIndex ? ['manifest', 'push', '--all'] : ['push']),
        ...(order.isInsecure ? ['--tls-verify=false'] : []),
        '--digestfile',
        order.digestFile,
        order.local,
        `docker://${order.reference}`,
      ],
      timeout: PUSH_MILLISECONDS,
    });
    return { result, digest: result.code === 0 ? readFileSync(order.digestFile, 'utf8').trim() : undefined };
  }
}

class Buildx extends Builder {
  build(order: BuildOrder): Promise<ToolResult> {
    if (order.platforms.length > 1) {
      throw new RunStoppedError(
        'refused',
        'Several platforms are built by podman or buildah in this version. Set `builder: podman`. Nothing was changed.',
      );
    }
    // Provenance would make an index of one image, whose digest the local image does not have.
    const words = ['buildx', 'build', '--load', '--provenance=false', ...commonWords(order)];
    words.push('--iidfile', order.idFile, order.context);
    return this.context.act({ name: 'bake', tool: this.tool, words, timeout: order.timeout });
  }

  async push(order: PushOrder): Promise<{ readonly result: ToolResult; readonly digest: string | undefined }> {
    const act = { name: 'push', tool: this.tool, timeout: PUSH_MILLISECONDS };
    const tagged = await this.context.act({ ...act, words: ['tag', order.local, order.reference] });
    if (tagged.code !== 0) return { result: tagged, digest: undefined };
    const result = await this.context.act({ ...act, words: ['push', order.reference] });
    const told = /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(readFileSync(result.standardOutput, 'utf8'))?.[1];
    return { result, digest: result.code === 0 ? told : undefined };
  }
}

function commonWords(order: BuildOrder): string[] {
  return [
    '--file',
    order.dockerfile,
    ...(order.platforms.length > 0 ? ['--platform', order.platforms.join(',')] : []),
    ...(order.target === undefined ? [] : ['--target', order.target]),
    ...Object.entries(order.arguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...Object.entries(order.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
  ];
}

/** How each is asked whether it is there and works; what it answers is its version. */
const PROBES: Readonly<Record<BuilderKind, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['info', '--format', '{{.Version.Version}}'],
  buildah: ['--version'],
};

/**
 * @param wanted `auto` takes the first that is there and works
 * @throws RunStoppedError `refused` naming what to install
 */
export async function findBuilder(wanted: 'auto' | BuilderKind, context: RunContext): Promise<Builder> {
  const kinds: readonly BuilderKind[] = wanted === 'auto' ? ['docker', 'podman', 'buildah'] : [wanted];
  for (const kind of kinds) {
    if (!(await worksWith(kind, PROBES[kind], context))) continue;
    if (kind === 'docker' && !(await worksWith('docker', ['buildx', 'version'], context))) continue;
    const tool = context.tool(kind);
    const version = (await askTool(context, tool, PROBES[kind])).standardOutput.trim();
    return kind === 'docker' ? new Buildx(kind, version, tool, context) : new BuildahLike(kind, version, tool, context);
  }
  const which = wanted === 'auto' ? 'No builder works here' : `\`${wanted}\` does not work here`;
  throw new RunStoppedError(
    'refused',
    `${which}. Install podman or buildah, or start Docker with buildx, and run again. Nothing was changed.`,
  );
}
