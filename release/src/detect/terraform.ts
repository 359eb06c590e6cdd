import type { Block } from '../../../server/src/lang/hcl/ast';
import { attribute, attributesIn, blocksOf, labelsOf, literal, resourcesIn, variablesIn } from './hcl';
import { nameFrom, type Names } from './names';
import { valueFor } from './packer';
import { byFolder, lastPart, type KnownFile } from './source-file';

/** A root module that can be told which image to run. */
export interface DetectedTerraform {
  readonly name: string;
  readonly directory: string;
  readonly variableFiles: readonly string[];
  /** Variables that the run can give, beside the image. */
  readonly variables: Readonly<Record<string, string>>;
  readonly missing: readonly string[];
  readonly image: ScalarImage | BlueGreenImage;
}

/** One variable holds the image. */
export interface ScalarImage {
  readonly kind: 'scalar';
  readonly variable: string;
  /** The variables of further images. */
  readonly more: readonly string[];
  /** True when it is the id of a machine image, not the reference of a container's. */
  readonly isMachine: boolean;
  /** The output that echoes it. */
  readonly output: string | undefined;
  /** What a deployment may change. */
  readonly resources: readonly string[];
  /** An Auto Scaling group, and the output that names it. */
  readonly group: string | undefined;
  readonly groupOutput: string | undefined;
}

/** A variable says which colour serves. */
export interface BlueGreenImage {
  readonly kind: 'blue-green';
  readonly active: string;
  readonly activeOutput: string | undefined;
  /** A map of images by colour; undefined when the module cannot run two versions beside each other. */
  readonly images: string | undefined;
  readonly imagesOutput: string | undefined;
  /** What moves the traffic. */
  readonly routers: readonly string[];
  /** True when a colour without an image is no more. */
  readonly isForEach: boolean;
}

const IMAGE = /(?:^|_)(?:ami|image)(?:_id)?$/;
const IMAGES = /(?:^|_)(?:ami|image)(?:_id)?s$/;
const ACTIVE = /^(?:active|live)(?:_(?:environment|env|colou?r|slot|fleet|target))?$/;
/** Arguments that take an image. */
const MACHINE_ARGUMENTS = /^(?:image_id|ami|source_image(?:_id|_reference)?|image_name)$/;
const CONTAINER_ARGUMENTS = /^(?:image|container_definitions|image_uri)$/;

/** Root modules that take an image. Modules that others call are no roots. */
export function detectTerraform(files: readonly KnownFile[], root: string, names: Names): readonly DetectedTerraform[] {
  const folders = byFolder(files, 'terraform');
  const variableFiles = byFolder(files, 'terraform-vars');
  const called = new Set([...folders].flatMap(([folder, own]) => calledFrom(folder, blocksOf(own))));
  const found: DetectedTerraform[] = [];
  for (const [folder, own] of folders) {
    if (called.has(folder) || /(?:^|\/)modules\//.test(`${folder}/`)) continue;
    const blocks = blocksOf(own);
    const image = blueGreenIn(blocks, own) ?? scalarIn(blocks);
    if (!image) continue;
    const given = (variableFiles.get(folder) ?? []).filter(
      ({ name }) => !/^terraform\.tfvars|\.auto\.tfvars/.test(name),
    );
    found.push({
      ...partsOf(blocks, image, given, variableFiles.get(folder) ?? []),
      name: environmentName(folder, given, root, names),
      directory: folder,
      image,
    });
  }
  return found;
}

function calledFrom(folder: string, blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) => {
    const source = block.kind === 'module' ? literal(attribute(block, 'source')) : undefined;
    if (source === undefined || !/^\.\.?\//.test(source)) return [];
    const parts = folder === '.' ? [] : folder.split('/');
    for (const part of source.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '.' && part !== '') parts.push(part);
    }
    return [parts.join('/') || '.'];
  });
}

function variableNames(blocks: readonly Block[]): readonly string[] {
  return blocks.filter(({ kind }) => kind === 'variable').flatMap((block) => labelsOf(block)[0] ?? []);
}

function blueGreenIn(blocks: readonly Block[], files: readonly KnownFile[]): BlueGreenImage | undefined {
  const active = variableNames(blocks).find((name) => ACTIVE.test(name));
  if (active === undefined) return undefined;
  const images = blocks.find((block) => {
    const [name = ''] = labelsOf(block);
    const type = attribute(block, 'type');
    return block.kind === 'variable' && IMAGES.test(name) && type?.type === 'call' && type.name === 'map';
  });
  const imagesName = images && labelsOf(images)[0];
  const namesColours = files.some(({ text }) => /["']blue["']/.test(text) || /\bblue\s*=/.test(text));
  if (imagesName === undefined && !namesColours) return undefined;
  const resources = blocks.filter(({ kind }) => kind === 'resource');
  const users = resources.filter((block) => attributesIn(block).some(({ value }) => variablesIn(value).has(active)));
  const forEach = resources.some((block) => variablesIn(attribute(block, 'for_each')).has(imagesName ?? ''));
  return {
    kind: 'blue-green',
    active,
    activeOutput: outputThat(blocks, (block) => variablesIn(attribute(block, 'value')).has(active)),
    images: imagesName,
    imagesOutput:
      imagesName === undefined
        ? undefined
        : outputThat(
            blocks,
            (block) => IMAGES.test(labelsOf(block)[0] ?? '') || variablesIn(attribute(block, 'value')).has(imagesName),
          ),
    routers: users.map(addressOf),
    isForEach: forEach,
  };
}

function scalarIn(blocks: readonly Block[]): ScalarImage | undefined {
  const names = new Set(variableNames(blocks).filter((name) => IMAGE.test(name)));
  const uses = blocks
    .filter(({ kind }) => kind === 'resource')
    .flatMap((block) =>
      attributesIn(block).flatMap(({ name, value }) => {
        const isMachine = MACHINE_ARGUMENTS.test(name);
        if (!isMachine && !CONTAINER_ARGUMENTS.test(name)) return [];
        return [...variablesIn(value)]
          .filter((one) => names.has(one))
          .map((variable) => ({ variable, block, isMachine }));
      }),
    );
  const [first] = uses;
  if (!first) return undefined;
  const { variable } = first;
  const own = uses.map(({ block }) => addressOf(block));
  const groups = blocks.filter(
    (block) =>
      block.kind === 'resource' &&
      labelsOf(block)[0] === 'aws_autoscaling_group' &&
      attributesIn(block).some(({ value }) => resourcesIn(value).some((address) => own.includes(address))),
  );
  // A run refreshes one group itself.
  const group = groups.length === 1 ? groups[0] : undefined;
  const groupAddress = group && addressOf(group);
  return {
    kind: 'scalar',
    variable,
    more: [...new Set(uses.map((use) => use.variable))].filter((name) => name !== variable),
    isMachine: first.isMachine,
    output: outputThat(blocks, (block) => {
      const value = attribute(block, 'value');
      return (
        variablesIn(value).has(variable) ||
        resourcesIn(value).some((address) => own.includes(address) && IMAGE.test(labelsOf(block)[0] ?? ''))
      );
    }),
    resources: [...new Set([...own, ...groups.map(addressOf)])],
    group: groupAddress,
    groupOutput:
      groupAddress === undefined
        ? undefined
        : outputThat(blocks, (block) => resourcesIn(attribute(block, 'value')).includes(groupAddress)),
  };
}

function addressOf(block: Block): string {
  return labelsOf(block).join('.');
}

function outputThat(blocks: readonly Block[], fits: (block: Block) => boolean): string | undefined {
  const found = blocks.find((block) => block.kind === 'output' && fits(block));
  return found && labelsOf(found)[0];
}

function partsOf(
  blocks: readonly Block[],
  image: ScalarImage | BlueGreenImage,
  given: readonly KnownFile[],
  all: readonly KnownFile[],
): Pick<DetectedTerraform, 'variableFiles' | 'variables' | 'missing'> {
  const used = image.kind === 'scalar' ? [image.variable, ...image.more] : [image.active, image.images];
  const needed = blocks
    .filter((block) => block.kind === 'variable' && attribute(block, 'default') === undefined)
    .flatMap((block) => labelsOf(block)[0] ?? [])
    .filter((name) => !used.includes(name) && name !== 'immutable_release');
  const read = all.filter((file) => !given.includes(file) || given.length === 1);
  return {
    variableFiles: given.length === 1 ? given.map(({ path }) => path) : [],
    variables: Object.fromEntries(
      needed.flatMap((name) => {
        const value = valueFor(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    missing: needed.filter((name) => valueFor(name) === undefined && !read.some(({ text }) => assigns(text, name))),
  };
}

function assigns(text: string, variable: string): boolean {
  return text.split('\n').some((line) => line.split('=')[0]?.trim() === variable);
}

const ENVIRONMENT = /^(?:prod|production|staging|stage|live|dev|development|test|qa|preview|demo)$/;

/** By the folder or its only file of variables, where these name an environment. */
function environmentName(folder: string, given: readonly KnownFile[], root: string, names: Names): string {
  const parts = [
    ...folder.split('/').reverse(),
    given.length === 1 ? (given[0]?.name ?? '').replace(/\.tfvars.*$/, '') : '',
  ];
  const named = parts.find((part) => ENVIRONMENT.test(part));
  const own = nameFrom(lastPart(folder, root), 'production');
  return names.take(
    named ?? (/^(?:terraform|infra(?:structure)?|tf|deploy|iac)$/.test(own) || folder === '.' ? 'production' : own),
    'production',
  );
}
