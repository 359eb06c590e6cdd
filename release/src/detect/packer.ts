import type { Block } from '../../../server/src/lang/hcl/ast';
import { attribute, blocksOf, labelsOf, literal } from './hcl';
import type { Names } from './names';
import { byFolder, lastPart, type KnownFile } from './source-file';

export type ArtifactKind = 'ami' | 'files' | 'container' | 'other';

/** A template that bakes an image. */
export interface DetectedPacker {
  readonly name: string;
  /** The file that says so. */
  readonly from: string;
  readonly template: string;
  /** The builder that decides what is made. */
  readonly builder: string;
  readonly artifact: ArtifactKind;
  readonly region: string | undefined;
  /** Builds of a template that holds several: only the first is deployed. */
  readonly only: string | undefined;
  /** Variables that the run can give. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables without a default that nobody here gives. */
  readonly missing: readonly string[];
  readonly variableFiles: readonly string[];
}

/** Names of builders, builds and variables. */
const NAME = /^[\w.-]+$/;

/** Builders by what they make (https://developer.hashicorp.com/packer/integrations). */
function artifactOf(builder: string): ArtifactKind {
  if (builder.startsWith('amazon-')) return 'ami';
  if (/^(?:file|qemu|virtualbox-.*|vmware-.*|parallels-.*|hyperv-.*)$/.test(builder)) return 'files';
  return builder === 'docker' || builder === 'podman' ? 'container' : 'other';
}

/** Templates of Packer: each folder of HCL files is one, each JSON file with builders another. */
export function detectPacker(files: readonly KnownFile[], names: Names): readonly DetectedPacker[] {
  const folders = byFolder(files, 'packer');
  const json = files.filter(({ kind }) => kind === 'packer-json');
  const isOnly = folders.size + json.length === 1;
  const variableFiles = byFolder(files, 'packer-vars');
  const fromFolders = [...folders].flatMap(([folder, own]) => {
    const name = (): string => names.take(isOnly ? 'vm' : folderName(folder, own), 'vm');
    return hclTemplate(folder, own, variableFiles.get(folder) ?? [], name) ?? [];
  });
  return [...fromFolders, ...json.flatMap((file) => jsonTemplate(file, isOnly, names) ?? [])];
}

function folderName(folder: string, [first]: readonly KnownFile[]): string {
  const own = lastPart(folder, '');
  return own === '' || own === 'packer' ? (first?.name ?? '').replace(/\.pkr\.hcl$/, '') : own;
}

function hclTemplate(
  folder: string,
  files: readonly KnownFile[],
  variableFiles: readonly KnownFile[],
  name: () => string,
): DetectedPacker | undefined {
  const blocks = blocksOf(files);
  const sources = blocks.filter((block) => block.kind === 'source' && labelsOf(block).length === 2);
  const [source] = sources;
  const [first] = files;
  if (!source || !first || !blocks.some(({ kind }) => kind === 'build')) return undefined;
  const [builder = '', label = ''] = labelsOf(source);
  const given = variableFiles.filter((file) => !/\.auto\.pkrvars\./.test(file.name));
  const variables = variablesOf(blocks.filter(({ kind }) => kind === 'variable').map(described));
  const artifact = artifactOf(builder);
  return {
    name: name(),
    from: files.find(({ text }) => text.includes(builder))?.path ?? first.path,
    template: files.length === 1 ? first.path : folder,
    builder,
    artifact,
    region: artifact === 'ami' ? literal(attribute(source, 'region')) : undefined,
    only: sources.length > 1 ? `${buildName(blocks)}${builder}.${label}` : undefined,
    variables: variables.given,
    missing: given.length === 1 ? variables.missing.filter((one) => !given[0]?.text.includes(one)) : variables.missing,
    variableFiles: given.length === 1 ? given.map(({ path }) => path) : [],
  };
}

/** A named build puts its name before those of its sources. */
function buildName(blocks: readonly Block[]): string {
  const build = blocks.find(({ kind }) => kind === 'build');
  const name = build && literal(attribute(build, 'name'));
  return name === undefined ? '' : `${name}.`;
}

interface DescribedVariable {
  readonly name: string;
  readonly hasDefault: boolean;
}

function described(block: Block): DescribedVariable {
  return { name: labelsOf(block)[0] ?? '', hasDefault: attribute(block, 'default') !== undefined };
}

/** What a run knows of itself, by the names that people give to it. */
export function valueFor(variable: string): string | undefined {
  if (/(?:^|_)(?:release|version|build_?id)$/i.test(variable)) return '${release.version}';
  if (/(?:^|_)(?:commit|sha|revision|git_sha|git_commit)$/i.test(variable)) return '${release.commit}';
  return undefined;
}

function variablesOf(variables: readonly DescribedVariable[]): {
  readonly given: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
} {
  const needed = variables.filter(({ name, hasDefault }) => !hasDefault && NAME.test(name)).map(({ name }) => name);
  return {
    given: Object.fromEntries(
      needed.flatMap((name) => {
        const value = valueFor(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    missing: needed.filter((name) => valueFor(name) === undefined),
  };
}

function jsonTemplate(file: KnownFile, isOnly: boolean, names: Names): DetectedPacker | undefined {
  let data: { builders?: unknown; variables?: unknown };
  try {
    data = JSON.parse(file.text) as typeof data;
  } catch {
    return undefined;
  }
  const builders = (Array.isArray(data.builders) ? data.builders : []) as { type?: unknown; name?: unknown }[];
  const [first] = builders;
  if (typeof first?.type !== 'string' || !NAME.test(first.type)) return undefined;
  const { type: builder } = first;
  const variables = Object.entries((data.variables ?? {}) as Record<string, unknown>).map(([name, value]) => ({
    name,
    hasDefault: value !== null,
  }));
  const { given, missing } = variablesOf(variables);
  return {
    name: names.take(isOnly ? 'vm' : file.name.replace(/(?:\.pkr)?\.json$/, ''), 'vm'),
    from: file.path,
    template: file.path,
    builder,
    artifact: artifactOf(builder),
    region: undefined,
    only:
      builders.length > 1
        ? typeof first.name === 'string' && NAME.test(first.name)
          ? first.name
          : builder
        : undefined,
    variables: given,
    missing,
    variableFiles: [],
  };
}
