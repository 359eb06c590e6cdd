import type { MappedText } from '../../core/mapped-text';
import { cover, type Range } from '../../core/text';
import {
  asMap,
  asScalar,
  asSequence,
  type DataNode,
  entry as entryOf,
  type MapEntry,
  type MapNode,
  stringOf,
} from '../data/tree';
import type { Attribute, Block, Label, TemplatePart } from './ast';
import { JsonExpressions } from './json-expressions';

/**
 * Blocks and arguments of a legacy Packer template, as its HCL2 form would have them (Packer, "Templates: legacy JSON"):
 * each builder a `source`, provisioners and post-processors in one `build`, each variable a `variable` block.
 */
export function packerItems(text: string, root: MapNode | undefined): (Attribute | Block)[] {
  const items: (Attribute | Block)[] = [];
  if (!root) return items;
  // Packer ignores root keys that begin with `_`: people write comments in them.
  const expressions = new JsonExpressions(text, parsePackerString, (key) => key.startsWith('_'));
  const steps: Block[] = [];
  let build: { readonly kindRange: Range; range: Range } | undefined;
  for (const entry of root.entries) {
    switch (entry.key) {
      case 'builders':
        for (const map of mapsIn(entry.value)) items.push(source(expressions, map));
        break;
      case 'provisioners':
      case 'post-processors':
        build = build
          ? { ...build, range: cover(build.range, entry.range) }
          : { kindRange: entry.keyRange, range: entry.range };
        for (const item of asSequence(entry.value)?.items ?? []) {
          const step = entry.key === 'provisioners' ? provisioner(expressions, item) : postProcessor(expressions, item);
          if (step) steps.push(step);
        }
        break;
      case 'variables':
        for (const variable of asMap(entry.value)?.entries ?? []) items.push(variableBlock(expressions, variable));
        break;
      default:
        if (!entry.key.startsWith('_')) items.push(expressions.attribute(entry));
    }
  }
  if (build) items.push(group('build', build.kindRange, build.range, steps));
  return items.sort((a, b) => a.range.start - b.range.start);
}

function mapsIn(node: DataNode): readonly MapNode[] {
  return (asSequence(node)?.items ?? []).map(asMap).filter((map) => map !== undefined);
}

/** The label that a key of the object gives; its place is the value. */
function label(map: MapNode, key: string): Label | undefined {
  const node = entryOf(map, key)?.value;
  const value = stringOf(node);
  return node && value !== undefined ? { value, range: node.range, quoted: true } : undefined;
}

/** What a step is called when it names no type: Packer refuses it, the text is half-typed. */
function unnamed(map: MapNode): Label {
  return { value: '', range: { start: map.range.start, end: map.range.start }, quoted: false };
}

function source(expressions: JsonExpressions, map: MapNode): Block {
  const type = label(map, 'type') ?? unnamed(map);
  const name = label(map, 'name') ?? type;
  return expressions.block('source', type.range, [type, name], map.range, map, ['type', 'name']);
}

function provisioner(expressions: JsonExpressions, node: DataNode): Block | undefined {
  const map = asMap(node);
  if (!map) return undefined;
  const type = label(map, 'type') ?? unnamed(map);
  return expressions.block('provisioner', type.range, [type], map.range, map, ['type']);
}

/** An object, a string (the type alone), or a list of these: a sequence whose steps work on each other's result. */
function postProcessor(expressions: JsonExpressions, node: DataNode): Block | undefined {
  const map = asMap(node);
  if (map) {
    const type = label(map, 'type') ?? unnamed(map);
    return expressions.block('post-processor', type.range, [type], map.range, map, ['type']);
  }
  const sequence = asSequence(node);
  if (sequence) {
    // Packer knows lists of steps, not lists of lists: deeper ones are not followed.
    const steps = sequence.items.map((item) => (asSequence(item) ? undefined : postProcessor(expressions, item)));
    const opener = { start: sequence.range.start, end: sequence.range.start + 1 };
    return group(
      'post-processors',
      opener,
      sequence.range,
      steps.filter((step) => step !== undefined),
    );
  }
  const type = stringOf(node);
  if (type === undefined) return undefined;
  const { range } = node;
  return {
    ...group('post-processor', range, range, []),
    labels: [{ value: type, range, quoted: true }],
  };
}

/** A block that no object of its own stands for. */
function group(kind: string, kindRange: Range, range: Range, items: readonly Block[]): Block {
  const start = { start: kindRange.end, end: kindRange.end };
  return {
    type: 'block',
    range,
    kind,
    kindRange,
    labels: [],
    body: { type: 'body', range: { start: kindRange.end, end: range.end }, items },
    openBrace: start,
    closeBrace: undefined,
  };
}

/** `"name": "default"`; `null` means that a value must be given. */
function variableBlock(expressions: JsonExpressions, entry: MapEntry): Block {
  const label: Label = { value: entry.key, range: entry.keyRange, quoted: true };
  const required = asScalar(entry.value)?.value === null;
  const block = group('variable', entry.keyRange, entry.range, []);
  const items: Attribute[] = required ? [] : [{ ...expressions.attribute(entry), name: 'default' }];
  return { ...block, labels: [label], body: { ...block.body, range: entry.range, items } };
}

/** ``{{user `x`}}`` and `{{ user "x" }}`: the only function of Packer's Go templates that names a variable. */
const USER_VARIABLE = /\{\{-?\s*user\s+(?:`([^`]*)`|"([^"]*)")\s*-?\}\}/dg;

/** A string of a legacy template: user variables become `var.x`, everything else is literal text. */
function parsePackerString(text: MappedText): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let done = 0;
  const literal = (end: number): void => {
    if (end > done) parts.push({ type: 'text', range: sourceRange(text, done, end), text: text.slice(done, end) });
  };
  for (const match of text.text.matchAll(USER_VARIABLE)) {
    const [nameStart, nameEnd] = match.indices?.[1] ?? match.indices?.[2] ?? [match.index, match.index];
    literal(match.index);
    done = match.index + match[0].length;
    const range = sourceRange(text, match.index, done);
    parts.push({
      type: 'interpolation',
      range,
      stripBefore: false,
      stripAfter: false,
      expression: {
        type: 'traversal',
        range,
        root: 'var',
        rootRange: range,
        steps: [
          { type: 'name', name: text.text.slice(nameStart, nameEnd), range: sourceRange(text, nameStart, nameEnd) },
        ],
      },
    });
  }
  literal(text.length);
  return parts;
}

/** Where a part of the text was written. */
function sourceRange(text: MappedText, start: number, end: number): Range {
  const place = text.sourceOf({ start, end }) ?? text.placeAt(start);
  return place ? { start: place.start, end: place.end } : { start: 0, end: 0 };
}
