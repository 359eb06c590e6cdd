import type { Block, Expression, TemplateExpression } from '../../lang/hcl/ast';
import { blockOf } from '../config/block';
import type { BlockContext } from '../config/context';
import type { ConfigBlock } from '../config-block';
import type { ProjectFiles } from '../project';
import type { TerraformFile } from '../terraform/types';
import {
  argument,
  assignments,
  autoLoaded,
  readVariable,
  type VariableDeclaration,
  type VariableSource,
} from '../terraform/variables';
import { ModuleEvaluator } from '../values/module-scope';
import { joinedBlock } from './joined-block';
import type { PackerBuild, PackerSource, PackerStep, PackerTemplate } from './types';

/**
 * The template of one directory (HCL2: all `.pkr.hcl` files together), or of one legacy JSON file.
 *
 * @param directory relative to the workspace root
 * @param varFiles files of variable values; only `*.auto.pkrvars.hcl` (and `.json`) count
 * @param project to follow `file()` and `templatefile()`
 */
export function buildPackerTemplate(
  directory: string,
  files: readonly TerraformFile[],
  varFiles: readonly TerraformFile[],
  project: ProjectFiles,
): PackerTemplate {
  const declarations = new Map<string, VariableDeclaration>();
  const locals = new Map<string, VariableSource | undefined>();
  for (const file of files) for (const block of blocksIn(file)) declare(block, file, declarations, locals);

  const secrets = new Set(files.flatMap(sensitiveVariables));

  const assigned = assignments(autoLoaded(varFiles, 'packer'));
  const evaluator = new ModuleEvaluator(directory, project, {
    variable(name) {
      const declaration = declarations.get(name);
      if (!declaration || declaration.sensitive || secrets.has(name)) return undefined;
      const source = assigned.get(name) ?? declaration.default;
      return source && { expression: source.expression, path: source.file.path, open: declaration.optionalAttributes };
    },
    local(name) {
      const source = locals.get(name);
      return source && { expression: source.expression, path: source.file.path };
    },
  });

  const views = files.flatMap((file) => {
    const context: BlockContext = {
      file: file.syntax,
      path: file.path,
      evaluate: (expression, names) => evaluator.evaluate(expression, file.path, names),
    };
    return blocksIn(file).map((block) => blockOf(block, context));
  });
  const ofKind = (kind: string): ConfigBlock[] => views.filter((view) => view.kind === kind);
  const form = files.some((file) => file.syntax.form === 'json') ? 'json' : 'hcl';
  const { sources, builds } = link(ofKind('source'), ofKind('build'), form);
  return {
    form,
    directory,
    files,
    sources,
    builds,
    dataSources: ofKind('data'),
    variables: new Map(ofKind('variable').map((block) => [block.labels[0] ?? '', block])),
    settings: ofKind('packer'),
  };
}

function blocksIn(file: TerraformFile): Block[] {
  return file.syntax.body.items.filter((item) => item.type === 'block');
}

function declare(
  block: Block,
  file: TerraformFile,
  variables: Map<string, VariableDeclaration>,
  locals: Map<string, VariableSource | undefined>,
): void {
  const name = block.labels[0]?.value;
  if (block.kind === 'variable' && name !== undefined) variables.set(name, readVariable(block, file));
  else if (block.kind === 'local' && name !== undefined) {
    const expression = argument(block, 'expression')?.value;
    locals.set(name, expression && !isSensitive(block) ? { expression, file } : undefined);
  } else if (block.kind === 'locals') {
    for (const item of block.body.items) {
      if (item.type === 'attribute') locals.set(item.name, { expression: item.value, file });
    }
  }
}

/** Names in `"sensitive-variables": [...]` of a legacy template. */
function sensitiveVariables(file: TerraformFile): string[] {
  const list = file.syntax.body.items.find((item) => item.type === 'attribute' && item.name === 'sensitive-variables');
  if (file.syntax.form !== 'json' || list?.type !== 'attribute' || list.value.type !== 'tuple') return [];
  return list.value.items
    .map((item) => (item.type === 'template' ? literalText(item) : undefined))
    .filter((name) => name !== undefined);
}

function isSensitive(block: Block): boolean {
  const value = argument(block, 'sensitive')?.value;
  return value !== undefined && !(value.type === 'literal' && value.value === false);
}

/** Connects builds with the sources that they name. */
function link(
  sourceBlocks: readonly ConfigBlock[],
  buildBlocks: readonly ConfigBlock[],
  form: PackerTemplate['form'],
): { readonly sources: readonly PackerSource[]; readonly builds: readonly PackerBuild[] } {
  // The steps of a legacy template apply to all of its builders.
  const all = sourceBlocks.map((block) => block.labels.join('.'));
  const uses = buildBlocks.map((block) => ({
    block,
    named: form === 'json' ? all : sourceNames(block),
    inline: block.blocks('source'),
  }));
  const additionsTo = new Map<string, ConfigBlock[]>();
  for (const addition of uses.flatMap(({ inline }) => inline)) {
    const address = inlineAddress(addition);
    const known = additionsTo.get(address);
    if (known) known.push(addition);
    else additionsTo.set(address, [addition]);
  }
  const links = new Map<string, { readonly source: PackerSource; readonly builds: PackerBuild[] }>();
  const sources = sourceBlocks.map((block): PackerSource => {
    const [builder = '', name = ''] = block.labels;
    const address = `${builder}.${name}`;
    // A `source` block in a build adds arguments to the one that it names; it may not change any.
    const additions = additionsTo.get(address) ?? [];
    const builds: PackerBuild[] = [];
    const source = { builder, name, block: joinedBlock(block, additions), builds, header: block.header };
    if (!links.has(address)) links.set(address, { source, builds });
    return source;
  });
  const builds = uses.map(({ block, named, inline }): PackerBuild => {
    const addresses = new Set([...named, ...inline.map(inlineAddress)]);
    const found = [...addresses].map((address) => links.get(address)).filter((entry) => entry !== undefined);
    const build: PackerBuild = {
      block,
      sources: found.map(({ source }) => source),
      provisioners: steps(block.blocks('provisioner')),
      postProcessors: postProcessors(block),
    };
    for (const entry of found) entry.builds.push(build);
    return build;
  });
  return { sources, builds };
}

function inlineAddress(block: ConfigBlock): string {
  return plainAddress(block.labels.join('.'));
}

/** `source.amazon-ebs.app` and `sources.amazon-ebs.app` name `amazon-ebs.app`. */
function plainAddress(written: string): string {
  return written.replace(/^sources?\./, '');
}

/** The addresses in `sources = ["source.amazon-ebs.app", …]`, quoted or not. */
function sourceNames(build: ConfigBlock): readonly string[] {
  const expression = build.attribute('sources')?.expression;
  if (expression?.type !== 'tuple') return [];
  return expression.items.map(addressOf).filter((address) => address !== undefined);
}

function addressOf(expression: Expression): string | undefined {
  if (expression.type === 'traversal') {
    return plainAddress([expression.root, ...expression.steps.map((step) => step.name)].join('.'));
  }
  const text = expression.type === 'template' ? literalText(expression) : undefined;
  return text === undefined ? undefined : plainAddress(text);
}

function literalText(template: TemplateExpression): string | undefined {
  const part = template.parts[0];
  return template.parts.length === 1 && part?.type === 'text' ? part.text.text : undefined;
}

function steps(blocks: readonly ConfigBlock[]): PackerStep[] {
  return blocks.map((block) => ({ type: block.labels[0] ?? '', block }));
}

/** Post-processors in the order in which they are written, those in `post-processors` sequences among them. */
function postProcessors(build: ConfigBlock): PackerStep[] {
  const groups = [...build.blocks('post-processor'), ...build.blocks('post-processors')];
  groups.sort((a, b) => a.range.start - b.range.start);
  return groups.flatMap((block) =>
    block.kind === 'post-processors' ? steps(block.blocks('post-processor')) : steps([block]),
  );
}
