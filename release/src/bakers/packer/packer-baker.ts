import { statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fillText, type Known } from '../../config/interpolate';
import type { ImageConfig, PackerBake } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { createDurably, makeDirectory, readIfThere, removeIfThere, writeDurably } from '../../durable/files';
import { isWrittenAfter } from '../../durable/written-after';
import { processesOfRun } from '../../machine/marked-processes';
import { RunStoppedError, type RunContext, type ToolResult } from '../../run/context';
import { planDirectory } from '../../run/live-context';
import type { StateRoot } from '../../state-root';
import type { BakedImage, Baker, ImageThere } from '../baker';
import { amiIsThere } from './ami';
import { chooseArtifact } from './artifact';
import { filesAt, filesMatching, hashFile, hashOf, listing, TOOL_FOLDERS } from '../input-files';
import { describeLeftovers, findLeftovers, type Leftovers } from './leftovers';
import { readMachineOutput, type PackerArtifact, type PackerOutput } from './machine-readable';
import { findSince, manifestState, type ManifestState } from './manifest';
import { isKept, keepFile, objectPath } from './stored-files';
import { knownOutputs, readTemplate, type PackerTemplate } from './template';

export interface PackerBakerOptions {
  /** Where files are kept by their hash. */
  readonly objects: StateRoot;
}

/** The name of the step: the tool's, so that a resumed run cancels it as packer must be cancelled. */
const STEP = 'packer';

/** How often a build that lost its front process is looked at. */
const POLL_MILLISECONDS = 200;

/** A finished build, as the journal keeps it. */
interface PackerBaked extends JsonObject {
  /** For tests beside the image: the path of its first file, or its id. */
  readonly local: string;
  readonly kind: BakedImage['kind'];
  readonly id: string;
  readonly region: string | null;
  readonly files: readonly BakedFile[];
  readonly builds: readonly string[];
  /** `packer_run_uuid` of the manifest. */
  readonly packerRun: string | null;
  readonly packer: string;
}

interface BakedFile extends JsonObject {
  /** Relative to the workspace. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** What is known before a build starts, for whoever must find out what became of it. */
interface BuildStart extends JsonObject {
  readonly manifests: readonly ManifestState[];
  readonly packer: string;
  /** Files and folders that the template writes to. */
  readonly outputs: readonly string[];
}

/** Bakes images with Packer (HCL2 and JSON templates). */
export function createPackerBaker(options: PackerBakerOptions): Baker {
  return new PackerBaker(options.objects);
}

class PackerBaker implements Baker {
  constructor(private readonly root: StateRoot) {}

  /**
   * Of the template, of the files that it names (or that `inputs` selects), of the variables as they are written, and
   * of Packer's version. A template that names files by an expression never has the same hash twice: nobody knows what
   * its image is made of.
   */
  async inputsHash(image: ImageConfig, context: RunContext): Promise<string> {
    const bake = packerOf(image);
    const template = readTemplate(context.workspace, bake.template);
    if (!image.inputs && template.unknown.length > 0) {
      context.tell({
        type: 'warning',
        text: `${image.name}: nobody can tell what ${template.unknown.join(', ')} stands for, so it is baked each time. Name its files with \`inputs\`.`,
      });
    }
    const files = image.inputs
      ? await filesMatching(context.workspace, image.inputs)
      : await Promise.all(template.named.map((path) => filesAt(context.workspace, path, TOOL_FOLDERS)));
    return hashOf({
      files: await listing(context.workspace, [...template.files, ...bake.variableFiles, ...files.flat()]),
      variables: bake.variables,
      only: bake.only,
      packer: await versionOf(context),
      unknown: image.inputs || template.unknown.length === 0 ? null : context.run,
    });
  }

  async bake(image: ImageConfig, known: Known, context: RunContext): Promise<JsonObject> {
    const bake = packerOf(image);
    const template = readTemplate(context.workspace, bake.template);
    const packer = await versionOf(context);
    const manifests = template.manifests.map((path) => manifestState(join(context.workspace, path), path));
    const values = variablesOf(image, template, known, context);
    const start: BuildStart = { manifests, packer, outputs: knownOutputs(template, values) };
    makeDirectory(context.directory);
    writeDurably(startFile(image, context), JSON.stringify(start));
    const variables = writeVariables(image, values, context);
    try {
      const result = await context.act({
        name: STEP,
        tool: context.tool('packer'),
        words: buildWords(bake, variables),
        timeout: bake.timeout,
      });
      return await this.settle(image, start, result, context);
    } finally {
      removeIfThere(variables);
    }
  }

  async recoverBake(image: ImageConfig, _intent: JsonObject, context: RunContext): Promise<JsonObject | undefined> {
    const written = readIfThere(startFile(image, context));
    const result = written === undefined ? undefined : await context.recover(STEP);
    removeIfThere(variablesFile(image, context));
    // The last build of the run may be the one of another image.
    const isOurs = result !== undefined && isWrittenAfter(result.standardOutput, startFile(image, context));
    if (written === undefined || !isOurs) return undefined;
    return this.settle(image, JSON.parse(written) as BuildStart, result, context);
  }

  /** Files are kept under their hash: the next build writes over the ones in the workspace. */
  async publish(image: ImageConfig, baked: JsonObject, _known: Known, context: RunContext): Promise<BakedImage> {
    const { kind, id, region, files, builds, packerRun, packer } = baked as PackerBaked;
    const kept: string[] = [];
    for (const { path, sha256 } of files) {
      const at = await keepFile(resolve(context.workspace, path), sha256, this.root);
      if (at === undefined) {
        throw new RunStoppedError(
          'failed',
          `${image.name}: ${path} is no longer what Packer made: something wrote to it since. Bake it again. Nothing was published.`,
        );
      }
      kept.push(at);
    }
    const [first] = kept;
    return {
      name: image.name,
      kind,
      // A deployment can open the one file; several have no path in common.
      ref: kind === 'files' && kept.length === 1 && first !== undefined ? first : id,
      id,
      tag: null,
      digests: kind === 'files' ? [...new Set([id, ...files.map(({ sha256 }) => sha256)])] : [id],
      files: files.map(({ path }) => path),
      inputs: '',
      provenance: { files, region, builds, packerRun, packer, run: context.run },
    };
  }

  async retrievable(image: BakedImage, context: RunContext): Promise<ImageThere> {
    const { files, region } = image.provenance as { files?: readonly BakedFile[]; region?: string | null };
    switch (image.kind) {
      case 'ami':
        return amiIsThere(image.id, region ?? undefined, context);
      case 'files':
        for (const { path, sha256 } of files ?? []) {
          if (await isKept(sha256, this.root)) continue;
          // Another machine may keep it.
          const reason = `${path} (${sha256}) is not kept on this machine: ${objectPath(sha256, this.root)} is missing or was changed`;
          return { is: 'unknown', reason };
        }
        return { is: 'there' };
      case 'container':
      case 'other':
        return {
          is: 'unknown',
          reason: `nobody can tell whether ${image.id} can still be had: only AMIs and files of Packer can be asked for`,
        };
    }
  }

  /** What a build that has ended, or whose end nobody saw, left behind. */
  private async settle(
    image: ImageConfig,
    start: BuildStart,
    result: ToolResult,
    context: RunContext,
  ): Promise<JsonObject> {
    const output = readMachineOutput(readIfThere(result.standardOutput) ?? '');
    if (result.code === null) return this.settleKilled(image, start, result, output, context);
    if (context.signal.aborted) {
      const left = leftoversOf(image, start, output.artifacts, output, context);
      throw new RunStoppedError('cancelled', `Baking ${image.name} was cancelled.${describeLeftovers(left)}`, { left });
    }
    if (result.code !== 0) {
      const left = leftoversOf(image, start, output.artifacts, output, context);
      const why = output.errors.map(({ build, message }) => `${build}: ${message}`);
      const reasons = (why.length > 0 ? why : output.said).map((line) => `\n  ${line}`).join('');
      throw new RunStoppedError(
        'failed',
        `Packer could not bake ${image.name} (exit code ${result.code}). See ${result.output}.${reasons}${describeLeftovers(left)}`,
        { left, log: result.output },
      );
    }
    const manifest = this.manifestFinding(start, context);
    const packerRun = manifest.kind === 'found' ? manifest.run : null;
    return this.baked(image, output.artifacts, packerRun, start, output, context);
  }

  /**
   * Packer's front process was killed. What is behind it goes on for a while, and may still finish the image; what it
   * prints is lost, so the manifest tells (F07). Without an entry there, nobody knows what was made of what.
   */
  private async settleKilled(
    image: ImageConfig,
    start: BuildStart,
    result: ToolResult,
    output: PackerOutput,
    context: RunContext,
  ): Promise<JsonObject> {
    await untilNothingRuns(packerOf(image).timeout, context);
    const manifest = this.manifestFinding(start, context);
    const log = result.output;
    if (manifest.kind === 'found' && !context.signal.aborted) {
      context.tell({
        type: 'warning',
        text: `Packer was killed while it baked ${image.name}; the build went on by itself and finished (${manifest.run}). Its image is used.`,
      });
      return this.baked(image, manifest.artifacts, manifest.run, start, output, context);
    }
    const artifacts = manifest.kind === 'found' ? manifest.artifacts : output.artifacts;
    const left = leftoversOf(image, start, artifacts, output, context);
    const doubt = manifest.kind === 'foreign' ? ` ${manifest.reason}, so nobody can tell whose image is whose.` : '';
    const machines = ' A cloud builder may have left a machine, a key and a security group behind: look for them.';
    throw new RunStoppedError(
      context.signal.aborted ? 'cancelled' : 'failed',
      `Packer was ended while it baked ${image.name}: ${result.problem ?? 'nobody saw why'}. See ${log}.${doubt} What it made so far is not used.${describeLeftovers(left)}${packerOf(image).artifact.kind === 'files' ? '' : machines}`,
      { left, log },
    );
  }

  private async baked(
    image: ImageConfig,
    artifacts: readonly PackerArtifact[],
    packerRun: string | null,
    start: BuildStart,
    output: PackerOutput,
    context: RunContext,
  ): Promise<PackerBaked> {
    const { artifact } = packerOf(image);
    const chosen = chooseArtifact(artifacts, artifact);
    if ('problem' in chosen) {
      const left = leftoversOf(image, start, artifacts, output, context);
      throw new RunStoppedError('failed', `${image.name}: ${chosen.problem}.${describeLeftovers(left)}`, { left });
    }
    const files: BakedFile[] = [];
    for (const file of chosen.files) files.push(await describeFile(file, image, context));
    const [first, ...more] = files;
    const together = more.length === 0 ? first?.sha256 : hashOf({ files });
    return {
      local: first === undefined ? chosen.id : resolve(context.workspace, first.path),
      kind: artifact.kind,
      id: artifact.kind === 'files' ? (together ?? '') : chosen.id,
      region: chosen.region,
      files,
      builds: [...new Set(artifacts.map(({ build }) => build))],
      packerRun,
      packer: start.packer,
    };
  }

  private manifestFinding({ manifests }: BuildStart, context: RunContext): ReturnType<typeof findSince> {
    const findings = manifests.map((before) => findSince(join(context.workspace, before.path), before, context.run));
    return (
      findings.find(({ kind }) => kind === 'foreign') ??
      findings.find(({ kind }) => kind === 'found') ?? { kind: 'none' }
    );
  }
}

function packerOf({ name, bake }: ImageConfig): PackerBake {
  if (bake.kind === 'packer') return bake;
  throw new Error(`image ${name} is not baked by Packer`);
}

async function versionOf(context: RunContext): Promise<string> {
  const { standardOutput } = await context.ask({ tool: context.tool('packer'), words: ['version'] });
  return /v?(\d+\.\d+\.\S+)/.exec(standardOutput)?.[1] ?? 'unknown';
}

function buildWords(bake: PackerBake, variables: string): readonly string[] {
  return [
    'build',
    '-machine-readable',
    '-color=false',
    '-on-error=cleanup',
    ...(bake.only.length > 0 ? [`-only=${bake.only.join(',')}`] : []),
    ...bake.variableFiles.map((file) => `-var-file=${file}`),
    `-var-file=${variables}`,
    bake.template.startsWith('-') ? `./${bake.template}` : bake.template,
  ];
}

function variablesOf(
  image: ImageConfig,
  template: PackerTemplate,
  known: Known,
  context: RunContext,
): ReadonlyMap<string, string> {
  const { variables } = packerOf(image);
  const values = new Map(Object.entries(variables).map(([name, text]) => [name, fillText(text, known)]));
  if (template.takesRun) values.set('immutable_run', context.run);
  return values;
}

/** Values go through a private file: words of a command are visible to every user of the machine. */
function writeVariables(image: ImageConfig, values: ReadonlyMap<string, string>, context: RunContext): string {
  const path = variablesFile(image, context);
  makeDirectory(planDirectory(context.directory));
  removeIfThere(path);
  createDurably(path, JSON.stringify(Object.fromEntries(values)));
  return path;
}

function variablesFile({ name }: ImageConfig, context: RunContext): string {
  return join(planDirectory(context.directory), `packer-${name}.pkrvars.json`);
}

/** What was written since the note of the start is of our build. */
function leftoversOf(
  image: ImageConfig,
  { outputs }: BuildStart,
  artifacts: readonly PackerArtifact[],
  output: PackerOutput,
  context: RunContext,
): Leftovers {
  const since = statSync(startFile(image, context)).mtimeMs;
  return findLeftovers(context.workspace, outputs, since, artifacts, output);
}

function startFile({ name }: ImageConfig, context: RunContext): string {
  return join(context.directory, `bake-${name}.json`);
}

async function describeFile(file: string, image: ImageConfig, context: RunContext): Promise<BakedFile> {
  const absolute = resolve(context.workspace, file);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (!stat?.isFile()) {
    throw new RunStoppedError(
      'failed',
      `${image.name}: Packer names ${file}, but there is no such file. Nothing was published.`,
    );
  }
  const inside = relative(context.workspace, absolute);
  const path = inside.startsWith('..') || isAbsolute(inside) ? absolute : inside;
  return { path, sha256: await hashFile(absolute), size: stat.size };
}

/** Plugins of a front process that was killed. On other systems than Linux nobody can see them. */
async function untilNothingRuns(timeout: number, context: RunContext): Promise<void> {
  const end = performance.now() + timeout;
  while (processesOfRun(context.run).length > 0) {
    if (performance.now() > end) {
      throw new RunStoppedError(
        'stuck',
        'A build of Packer goes on without its front process. Wait for it, then resume the run.',
      );
    }
    await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
  }
}
