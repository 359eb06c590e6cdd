import type { Range } from '../../core/text';
import { asMap, asSequence, type DataFile, type DataNode, type MapEntry, type MapNode, resolve } from '../data/tree';
import type { Attribute, Block, HclFile, Label } from './ast';
import { JsonExpressions } from './json-expressions';
import { packerItems } from './packer-json';
import { parseTemplate } from './parse';

export type JsonDialect = 'terraform' | 'packer';

/** How many labels a Terraform block takes in JSON: one level of objects each (JSON Configuration Syntax). */
const TERRAFORM_LABELS: ReadonlyMap<string, number> = new Map([
  ['resource', 2],
  ['data', 2],
  ['ephemeral', 2],
  ['variable', 1],
  ['output', 1],
  ['module', 1],
  ['provider', 1],
  ['check', 1],
  ['locals', 0],
  ['terraform', 0],
  ['moved', 0],
  ['import', 0],
  ['removed', 0],
]);

/**
 * Turns the JSON form of a configuration into the tree of its native form, so that rules read both alike.
 * Arguments that hold objects stay attributes: only the model knows which of them stand for nested blocks.
 *
 * Every block, label, attribute and value keeps its place in the JSON text. A block whose labels are keys begins
 * at its last label: the keys before are shared with other blocks.
 */
export function hclFromJson(file: DataFile, dialect: JsonDialect): HclFile {
  const document = file.documents[0];
  const root = resolve(document?.root);
  const items = dialect === 'packer' ? packerItems(file.text, asMap(root)) : terraformItems(file.text, root);
  return {
    type: 'file',
    form: 'json',
    text: file.text,
    body: { type: 'body', range: document?.range ?? { start: 0, end: file.text.length }, items },
    comments: document?.comments ?? [],
    problems: document?.problems ?? [],
  };
}

function terraformItems(text: string, root: DataNode | undefined): (Attribute | Block)[] {
  const expressions = new JsonExpressions(text, parseTemplate, (key) => key === '//');
  const items: (Attribute | Block)[] = [];
  for (const map of mapsOf(root)) {
    for (const entry of map.entries) {
      if (entry.key === '//') continue;
      const labels = TERRAFORM_LABELS.get(entry.key);
      // `.tfvars.json` and anything that Terraform would refuse.
      if (labels === undefined) items.push(expressions.attribute(entry));
      else collectBlocks(expressions, entry.key, entry, [], labels, items);
    }
  }
  return items;
}

function collectBlocks(
  expressions: JsonExpressions,
  kind: string,
  entry: MapEntry,
  labels: readonly Label[],
  levels: number,
  into: (Attribute | Block)[],
): void {
  const repeated = asSequence(entry.value) !== undefined;
  for (const map of mapsOf(entry.value)) {
    if (levels === 0) {
      const range: Range = repeated ? map.range : entry.range;
      into.push(expressions.block(kind, entry.keyRange, labels, range, map));
      continue;
    }
    for (const child of map.entries) {
      if (child.key === '//') continue;
      const label: Label = { value: child.key, range: child.keyRange, quoted: true };
      collectBlocks(expressions, kind, child, [...labels, label], levels - 1, into);
    }
  }
}

/** An object, or a list of objects, which stands for repeated blocks. */
function mapsOf(node: DataNode | undefined): readonly MapNode[] {
  const map = asMap(node);
  if (map) return [map];
  return (asSequence(node)?.items ?? []).map(asMap).filter((item) => item !== undefined);
}
