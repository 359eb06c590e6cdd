import { joinPath } from '../core/paths';
import type { Range } from '../core/text';
import type { Block, Expression, HclFile } from '../lang/hcl/ast';
import type { SourceFile } from '../model/source-file';
import { parseModuleSource } from '../model/terraform/module-source';

/** A block in its file. */
export interface BlockPlace {
  readonly path: string;
  /** From the type to the last label: `resource "aws_instance" "app"`. */
  readonly range: Range;
}

/** What an address is looked up in. */
export interface ModuleFiles {
  list(directory: string): readonly string[] | undefined;
  /** A file, parsed. */
  source(path: string): SourceFile | undefined;
}

/** One step of an address: `module.web`, `aws_instance.app`, `data.aws_ami.base`. Instance keys are left out. */
const STEP = /^(?:module\.([\w-]+)|(data\.)?([\w-]+)\.([\w-]+))(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?(?:\.|$)/;

/**
 * The block that a resource address of a plan comes from: `module.web["a"].aws_instance.app[0]`. What lies in a module
 * from elsewhere is the `module` block that calls it. Undefined when there is no such block (any more).
 *
 * Source: Terraform documentation, "Resource Addressing".
 *
 * @param directory of the root module
 */
export function placeOfAddress(address: string, directory: string, files: ModuleFiles): BlockPlace | undefined {
  let rest = address;
  let here = directory;
  let call: BlockPlace | undefined;
  for (;;) {
    const [step, module, data, type, name] = STEP.exec(rest) ?? [];
    if (step === undefined) return undefined;
    rest = rest.slice(step.length);
    if (module === undefined) {
      const kind = data === undefined ? 'resource' : 'data';
      return rest === '' ? find(here, kind, [type ?? '', name ?? ''], files)?.place : undefined;
    }
    const found = find(here, 'module', [module], files);
    if (!found) return call;
    call = found.place;
    const source = sourceOf(found.block);
    const isLocal = source !== undefined && parseModuleSource(source).type === 'local';
    const next = isLocal ? joinPath(here, source) : undefined;
    if (next === undefined || rest === '') return call;
    here = next;
  }
}

function find(
  directory: string,
  kind: string,
  labels: readonly string[],
  files: ModuleFiles,
): { readonly block: Block; readonly place: BlockPlace } | undefined {
  const prefix = directory === '' ? '' : `${directory}/`;
  for (const name of [...(files.list(directory) ?? [])].sort()) {
    if (!/\.(tf|tofu)(\.json)?$/.test(name)) continue;
    const path = prefix + name;
    const hcl = files.source(path)?.hcl;
    const block = hcl && blockOf(hcl, kind, labels);
    if (!block) continue;
    const end = block.labels.at(-1)?.range.end ?? block.kindRange.end;
    return { block, place: { path, range: { start: Math.min(block.kindRange.start, end), end } } };
  }
  return undefined;
}

function blockOf({ body }: HclFile, kind: string, labels: readonly string[]): Block | undefined {
  for (const item of body.items) {
    if (item.type !== 'block' || item.kind !== kind) continue;
    if (item.labels.length === labels.length && item.labels.every(({ value }, index) => value === labels[index]))
      return item;
  }
  return undefined;
}

function sourceOf(call: Block): string | undefined {
  for (const item of call.body.items) {
    if (item.type === 'attribute' && item.name === 'source') return literal(item.value);
  }
  return undefined;
}

function literal(value: Expression): string | undefined {
  if (value.type !== 'template') return undefined;
  const parts = value.parts.map((part) => (part.type === 'text' ? part.text.text : undefined));
  return parts.includes(undefined) ? undefined : parts.join('');
}
