import { nameTest } from '../core/config-globs';
import type { Language } from '../core/rule';
import { asMap, type DataNode } from '../lang/data/tree';
import { IMAGE_LANGUAGES } from '../model/image-findings';
import type { ConfigBlock } from '../model/config-block';
import type { Listeners } from '../model/facts';
import { kubernetesObjects } from '../model/kubernetes';
import type { SourceFile } from '../model/source-file';
import type { DataReader } from './config-file-reader';
import { TAG_CLASSES } from './custom-rules-conditions';
import { nodesAt, parsePath } from './custom-rules-path';
import {
  blockSubject,
  commandSubject,
  headOf,
  imageSubject,
  instructionSubject,
  nodeSubject,
  services,
  steps as stepsOf,
  usesSubject,
  type Subject,
} from './custom-rules-subjects';

/** Makes the listeners that find what a rule is about. */
export interface Match {
  readonly languages: readonly Language[];
  listen(file: SourceFile, found: (subject: Subject) => void): Listeners;
}

export const MATCH_KEYS = ['block', 'instruction', 'command', 'object', 'service', 'step', 'uses', 'image'] as const;
export const BLOCK_KINDS = [
  'resource',
  'data',
  'module',
  'provider',
  'variable',
  'output',
  'terraform',
  'packer',
  'source',
  'build',
  'provisioner',
  'post-processor',
] as const;
export const PHASES = ['bake', 'boot', 'start', 'pipeline', 'local', 'script'] as const;

type BlockKind = (typeof BLOCK_KINDS)[number];
const PACKER_KINDS: ReadonlySet<BlockKind> = new Set(['packer', 'source', 'build', 'provisioner', 'post-processor']);

/** Compiles `match`; undefined, with a problem noted, when it cannot be read. */
export function compileMatch(node: DataNode, reader: DataReader): Match | undefined {
  const before = reader.problems.length;
  const fields = reader.fields(node, '`match`', MATCH_KEYS);
  const [key, ...others] = fields.keys();
  const value = key === undefined ? undefined : fields.get(key)?.value;
  if (!value || others.length > 0) {
    if (asMap(node)) reader.problem(node.range, `\`match\` needs exactly one of ${MATCH_KEYS.join(', ')}.`);
    return undefined;
  }
  const match = compileKey(key as (typeof MATCH_KEYS)[number], value, reader);
  return reader.problems.slice(before).some((problem) => problem.severity === 'error') ? undefined : match;
}

function compileKey(key: (typeof MATCH_KEYS)[number], node: DataNode, reader: DataReader): Match | undefined {
  // The name alone is the short form: `instruction: RUN`, `uses: actions/checkout`.
  const short = asMap(node) ? undefined : reader.text(node, `\`${key}\``);
  const fields = asMap(node)
    ? reader.fields(node, `\`${key}\``, FIELDS[key])
    : new Map<string, { readonly value: DataNode }>();
  const texts = (name: string): readonly string[] | undefined => {
    if (short !== undefined && FIELDS[key][0] === name) return [short];
    const field = fields.get(name);
    return field && reader.texts(field.value, `\`${name}\``);
  };
  const globs = (name: string): readonly string[] | undefined => {
    const field = fields.get(name);
    if (short !== undefined && FIELDS[key][0] === name)
      return reader.glob(node, `\`${key}\``) === undefined ? [] : [short];
    return field && reader.globs(field.value, `\`${name}\``);
  };
  const test = (name: string): ((text: string) => boolean) => {
    const wanted = globs(name);
    return wanted ? nameTest(wanted) : () => true;
  };
  switch (key) {
    case 'block':
      return compileBlock(fields, { texts, globs }, node, reader);
    case 'instruction': {
      const keyword = nameTest((globs('keyword') ?? ['*']).map((name) => name.toUpperCase()));
      return {
        languages: ['dockerfile'],
        listen: (file, found) => ({
          file: () => {
            file.dockerfile?.instructions.forEach((instruction, index) => {
              if (keyword(instruction.keyword)) found(instructionSubject(file, instruction, index));
            });
          },
        }),
      };
    }
    case 'command': {
      const name = test('name');
      const wanted = (globs('args') ?? []).map((glob) => nameTest([glob]));
      const phases = texts('phase');
      checkOptions(phases, PHASES, fields.get('phase')?.value ?? node, reader);
      return {
        languages: ['dockerfile', 'packer', 'terraform', 'cloud-init', 'workflow', 'compose', 'kubernetes', 'shell'],
        listen: (_file, found) => ({
          command: (use) => {
            const words = use.command.words.slice(1).filter((word) => word.complete);
            if (phases && !phases.includes(use.phase)) return;
            if (name(use.command.name) && wanted.every((matches) => words.some((word) => matches(word.text))))
              found(commandSubject(use));
          },
        }),
      };
    }
    case 'object': {
      const kind = test('kind');
      const apiVersion = test('apiVersion');
      const written = texts('path')?.[0];
      const path = written === undefined ? [] : parsePath(written);
      if (!path)
        reader.problem(
          fields.get('path')?.value.range ?? node.range,
          'Write the path as `spec.template.spec.containers[*]`.',
        );
      return {
        languages: ['kubernetes'],
        listen: (file, found) => ({
          kubernetes: () => {
            const { data } = file;
            if (!data) return;
            for (const object of kubernetesObjects(data)) {
              if (!kind(object.kind) || !apiVersion(object.apiVersion)) continue;
              const name = object.name?.text.text ?? object.kind;
              nodesAt(object.node, path ?? []).forEach((node, index) => {
                if (node === 'absent') return;
                const anchor = `${object.kind}/${name}${path && path.length > 0 ? `/${written ?? ''}.${index}` : ''}`;
                found(nodeSubject(file, data, node, headOf(data, node), anchor, name));
              });
            }
          },
        }),
      };
    }
    case 'service': {
      const name = test('name');
      return {
        languages: ['compose'],
        listen: (file, found) => ({
          compose: () => {
            for (const service of services(file)) if (name(service.name)) found(service.subject);
          },
        }),
      };
    }
    case 'step': {
      const uses = globs('uses');
      const matches = uses && nameTest(uses);
      return {
        languages: ['workflow'],
        listen: (file, found) => ({
          file: () => {
            if (file.kind !== 'workflow' && file.kind !== 'action') return;
            for (const step of stepsOf(file))
              if (!matches || (step.uses !== undefined && matches(step.uses))) found(step.subject);
          },
        }),
      };
    }
    case 'uses': {
      const action = test('action');
      return {
        languages: ['workflow'],
        listen: (_file, found) => ({
          uses: (use) => {
            const [name = ''] = use.text.text.split('@');
            if (action(name) || action(use.text.text)) found(usesSubject(use));
          },
        }),
      };
    }
    case 'image': {
      const repository = test('repository');
      const classes = texts('tagClass');
      const site = test('site');
      checkOptions(classes, TAG_CLASSES, fields.get('tagClass')?.value ?? node, reader);
      return {
        languages: IMAGE_LANGUAGES,
        listen: (_file, found) => ({
          image: (use) => {
            const isMeant = use.options.every(
              ({ reference }) =>
                (repository(reference.repository) || repository(reference.name)) &&
                (!classes || classes.includes(reference.tagClass)),
            );
            if (isMeant && site(use.site)) found(imageSubject(use));
          },
        }),
      };
    }
  }
}

/** The keys of each kind of match; the first one is what the short form gives. */
export const FIELDS = {
  block: ['kind', 'labels', 'nested'],
  instruction: ['keyword'],
  command: ['name', 'args', 'phase'],
  object: ['kind', 'apiVersion', 'path'],
  service: ['name'],
  step: ['uses'],
  uses: ['action'],
  image: ['repository', 'tagClass', 'site'],
} as const satisfies Record<(typeof MATCH_KEYS)[number], readonly string[]>;

function checkOptions(
  found: readonly string[] | undefined,
  known: readonly string[],
  at: DataNode,
  reader: DataReader,
): void {
  const wrong = found?.find((name) => !known.includes(name));
  if (wrong !== undefined) reader.problem(at.range, `\`${wrong}\` is none of ${known.join(', ')}.`);
}

function compileBlock(
  fields: ReadonlyMap<string, { readonly value: DataNode }>,
  { texts, globs }: Readonly<Record<'texts' | 'globs', (name: string) => readonly string[] | undefined>>,
  node: DataNode,
  reader: DataReader,
): Match | undefined {
  const kinds = texts('kind') ?? [];
  const kind = BLOCK_KINDS.find((known) => known === kinds[0]);
  if (!kind) {
    reader.problem(fields.get('kind')?.value.range ?? node.range, `\`kind\` must be one of ${BLOCK_KINDS.join(', ')}.`);
    return undefined;
  }
  const labels = (globs('labels') ?? []).map((glob) => nameTest([glob]));
  const nested = texts('nested')?.[0]?.split('.') ?? [];
  return {
    languages:
      kind === 'data' ? ['terraform', 'packer'] : PACKER_KINDS.has(kind) ? ['packer', 'packer-json'] : ['terraform'],
    listen: (file, found) => {
      const offer = (block: ConfigBlock, own: readonly string[]): void => {
        if (!labels.every((matches, index) => matches(own[index] ?? ''))) return;
        let blocks: readonly ConfigBlock[] = [block];
        for (const step of nested) blocks = blocks.flatMap((outer) => outer.blocks(step));
        blocks.forEach((inner, index) => {
          found(blockSubject(inner, nested.length > 0 ? [...own, ...nested, String(index)] : own, file));
        });
      };
      return blockListeners(kind, file, offer);
    },
  };
}

function blockListeners(
  kind: BlockKind,
  file: SourceFile,
  offer: (block: ConfigBlock, labels: readonly string[]) => void,
): Listeners {
  const offerOwn = (blocks: Iterable<ConfigBlock>): void => {
    for (const block of blocks) if (block.path === file.path) offer(block, block.labels);
  };
  switch (kind) {
    case 'resource':
      return { 'terraform.resource': ({ block, type, name }) => offer(block, [type, name]) };
    case 'data':
      return {
        'terraform.data': ({ block, type, name }) => offer(block, [type, name]),
        'packer.data': (block) => offer(block, block.labels),
      };
    case 'module':
      return { 'terraform.module-call': (block) => offer(block, block.labels) };
    case 'terraform':
      return { 'terraform.settings': (block) => offer(block, block.labels) };
    case 'provider':
      return { terraform: ({ module }) => offerOwn(module.providers) };
    case 'variable':
      return { terraform: ({ module }) => offerOwn(module.variables.values()) };
    case 'output':
      return { terraform: ({ module }) => offerOwn(module.outputs) };
    case 'packer':
      return { 'packer.settings': (block) => offer(block, block.labels) };
    case 'source':
      return { 'packer.source': ({ block, builder, name }) => offer(block, [builder, name]) };
    case 'build':
      return { 'packer.build': ({ block }) => offer(block, block.labels) };
    case 'provisioner':
      return { 'packer.build': ({ provisioners }) => provisioners.forEach(({ block, type }) => offer(block, [type])) };
    case 'post-processor':
      return {
        'packer.build': ({ postProcessors }) => postProcessors.forEach(({ block, type }) => offer(block, [type])),
      };
  }
}
