/**
 * What `${…}` can name. A closed list: nothing is evaluated, and no shell reads the result (release-engine.md §3.3).
 */
const EXPRESSION = /\$\{([^{}]*)\}/g;

const RELEASE = ['id', 'version', 'commit', 'branch', 'time'] as const;
const IMAGE = ['ref', 'digest', 'id', 'tag'] as const;

/** What is known about the release when a text is filled. Anything may be missing early in a run. */
export interface Known {
  readonly release?: Readonly<Partial<Record<(typeof RELEASE)[number], string>>> | undefined;
  readonly images?: ReadonlyMap<string, Readonly<Partial<Record<(typeof IMAGE)[number], string>>>> | undefined;
  readonly slot?: Readonly<Partial<Record<'name' | 'port' | 'active' | 'idle', string>>> | undefined;
  readonly target?: { readonly url?: string | undefined } | undefined;
  /** Outputs of Terraform. */
  readonly output?: Readonly<Record<string, string>> | undefined;
}

/** A text names something that is not known at this point. */
export class UnknownValueError extends Error {
  constructor(expression: string) {
    super(`\${${expression}} is not known here. Look at the name, and at what runs before.`);
    this.name = 'UnknownValueError';
  }
}

/**
 * Why a text cannot be filled, whatever happens; undefined when it can be.
 *
 * @param images names of all images of the file
 */
export function problemOfText(text: string, images: ReadonlySet<string>): string | undefined {
  for (const [, expression = ''] of text.matchAll(EXPRESSION)) {
    const [scope, ...rest] = expression.split('.');
    const name = rest.join('.');
    const image = rest.slice(0, -1).join('.');
    if (scope === 'image' && !images.has(image))
      return `\${${expression}}: there is no image \`${image}\` in this file.`;
    if (!isKnownForm(scope ?? '', name, rest.at(-1) ?? '')) {
      return (
        `\${${expression}} is nothing that can be filled in. Use ${RELEASE.map((part) => `\${release.${part}}`).join(', ')}, ` +
        `${IMAGE.map((part) => `\${image.NAME.${part}}`).join(', ')}, \${slot.name}, \${slot.port}, \${slot.active}, ` +
        `\${slot.idle}, \${target.url} or \${output.NAME}.`
      );
    }
  }
  return undefined;
}

/** @throws UnknownValueError */
export function fillText(text: string, known: Known): string {
  return text.replace(EXPRESSION, (_whole, expression: string) => {
    const value = lookUp(expression, known);
    if (value === undefined) throw new UnknownValueError(expression);
    return value;
  });
}

function isKnownForm(scope: string, name: string, last: string): boolean {
  switch (scope) {
    case 'release':
      return RELEASE.some((part) => part === name);
    case 'image':
      return IMAGE.some((part) => part === last);
    case 'slot':
      return ['name', 'port', 'active', 'idle'].includes(name);
    case 'target':
      return name === 'url';
    case 'output':
      return /^[A-Za-z_][\w-]*$/.test(name);
    default:
      return false;
  }
}

function lookUp(expression: string, known: Known): string | undefined {
  const [scope, ...rest] = expression.split('.');
  const name = rest.join('.');
  switch (scope) {
    case 'release':
      return known.release?.[name as (typeof RELEASE)[number]];
    case 'image':
      return known.images?.get(rest.slice(0, -1).join('.'))?.[rest.at(-1) as (typeof IMAGE)[number]];
    case 'slot':
      return known.slot?.[name as 'name' | 'port' | 'active' | 'idle'];
    case 'target':
      return name === 'url' ? known.target?.url : undefined;
    case 'output':
      return known.output && Object.hasOwn(known.output, name) ? known.output[name] : undefined;
    default:
      return undefined;
  }
}
