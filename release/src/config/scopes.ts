import type { DataPath, PipelineDocument } from './document';
import type { WrittenEnvironment, WrittenPipeline } from './written';

/** What the parts of `${…}` are called in messages, and which of them a place knows. */
interface Scope {
  readonly release: boolean;
  /** Images that are known there; `tag` and `digest` only of containers. */
  readonly images: readonly string[];
  readonly slot: readonly ('name' | 'port' | 'active' | 'idle')[];
  readonly target: boolean;
  readonly output: boolean;
}

const EXPRESSION = /\$\{([^{}]*)\}/g;
const NO_SLOT: Scope['slot'] = [];

/**
 * Every `${…}` that nothing can fill where it stands, whatever happens: a run would find out only when it plans, or when
 * the new version is there already.
 */
export function checkScopes(written: WrittenPipeline, document: PipelineDocument): void {
  const images = Object.keys(written.images ?? {});
  const kindOf = (image: string): 'packer' | 'container' => (written.images?.[image]?.packer ? 'packer' : 'container');
  const check = (value: unknown, at: DataPath, scope: Scope): void => {
    if (typeof value === 'string') {
      for (const [, expression = ''] of value.matchAll(EXPRESSION)) {
        const problem = problemOf(expression, scope, kindOf);
        if (problem !== undefined) document.problem(at, `\${${expression}} ${problem}`);
      }
    } else if (Array.isArray(value)) value.forEach((item, index) => check(item, [...at, index], scope));
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) check(item, [...at, key], scope);
    }
  };
  for (const [index, name] of images.entries()) {
    // Images are made in the order of the file.
    const scope = { release: true, images: images.slice(0, index), slot: NO_SLOT, target: false, output: false };
    const { container, packer } = written.images?.[name] ?? {};
    const at: DataPath = ['images', name];
    check(packer?.vars, [...at, 'packer', 'vars'], scope);
    check(container?.args, [...at, 'container', 'args'], scope);
    check(container?.tag, [...at, 'container', 'tag'], scope);
    check(container?.alias, [...at, 'container', 'alias'], scope);
  }
  for (const [name, environment] of Object.entries(written.environments ?? {})) {
    for (const [value, at, scope] of placesOf(environment, images)) check(value, ['environments', name, ...at], scope);
  }
}

type Place = readonly [value: unknown, at: DataPath, scope: Scope];

function placesOf({ target, health, route }: WrittenEnvironment, images: readonly string[]): readonly Place[] {
  const release: Scope = { release: true, images, slot: NO_SLOT, target: false, output: false };
  const { terraform, containers } = target;
  if (containers) {
    const inSlot: Scope = { ...release, slot: ['name', 'port', 'active', 'idle'] };
    return [
      ...containers.run.flatMap((run, index): Place[] => [
        [run.args, ['target', 'containers', 'run', index, 'args'], inSlot],
        [run.env, ['target', 'containers', 'run', index, 'env'], inSlot],
      ]),
      [route?.file?.content, ['route', 'file', 'content'], inSlot],
      [health, ['health'], inSlot],
    ];
  }
  if (!terraform) return [];
  const colours: Scope['slot'] = terraform.blueGreen ? ['name', 'active', 'idle'] : NO_SLOT;
  const outputs: Scope = { release: false, images: [], slot: NO_SLOT, target: true, output: true };
  const guard: Scope = { release: false, images: [], slot: colours, target: false, output: false };
  return [
    [terraform.set, ['target', 'terraform', 'set'], release],
    [terraform.guard, ['target', 'terraform', 'guard'], guard],
    [terraform.refresh?.asg, ['target', 'terraform', 'refresh', 'asg'], outputs],
    [health, ['health'], { ...release, slot: colours, target: true, output: true }],
  ];
}

function problemOf(
  expression: string,
  scope: Scope,
  kindOf: (image: string) => 'packer' | 'container',
): string | undefined {
  const [first = '', ...rest] = expression.split('.');
  switch (first) {
    case 'release':
      return scope.release ? undefined : 'is not known here: this part is the same for every release.';
    case 'image': {
      const image = rest.slice(0, -1).join('.');
      const part = rest.at(-1) ?? '';
      if (!scope.images.includes(image)) return 'is not known here: name an image that stands above.';
      const isOfContainers = part === 'digest' || part === 'tag';
      return isOfContainers && kindOf(image) === 'packer'
        ? `is not known: an image of Packer has no ${part}. Use \`id\` or \`ref\`.`
        : undefined;
    }
    case 'slot':
      if (scope.slot.some((part) => part === rest[0])) return undefined;
      return scope.slot.length === 0
        ? 'is not known here: nothing of this has slots.'
        : `is not known here. Use ${scope.slot.map((part) => `\${slot.${part}}`).join(', ')}.`;
    case 'target':
    case 'output':
      return scope[first] ? undefined : 'is not known here: it is what Terraform tells after an apply.';
    default:
      return undefined;
  }
}
