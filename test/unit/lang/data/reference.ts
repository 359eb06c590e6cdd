import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Scalar } from 'yaml';
import type { DataFile, DataNode } from '../../../../server/src/lang/data/tree';

/** One line for each node: where it is, what it is, what it says. Empty scalars have no place: parsers differ there. */
export function describeTree(file: DataFile): string[] {
  const lines: string[] = [];
  const visit = (node: DataNode | undefined, path: string): void => {
    if (!node) return;
    const properties = node.type === 'alias' ? '' : named(node.anchor, node.tag);
    if (node.type === 'alias') lines.push(`${path} *${node.name} ${node.range.start}`);
    else if (node.type === 'scalar') {
      const { start, end } = node.range;
      lines.push(`${path} ${place(start, end)}${JSON.stringify(node.text.text)}${properties}`);
    } else if (node.type === 'map') {
      lines.push(`${path} {${node.flow ? 'flow' : 'block'}${properties}`);
      for (const entry of node.entries) {
        lines.push(`${path} key ${JSON.stringify(entry.key)} ${place(entry.keyRange.start, entry.keyRange.end)}`);
        visit(entry.value, `${path}.${entry.key}`);
      }
    } else {
      lines.push(`${path} [${node.flow ? 'flow' : 'block'}${properties}`);
      node.items.forEach((item, index) => visit(item, `${path}[${index}]`));
    }
  };
  for (const document of file.documents) {
    lines.push('---');
    visit(document.root, '$');
  }
  return lines;
}

/** The same lines from the `yaml` package, or undefined when it finds an error in the text. */
export function describeReference(text: string): string[] | undefined {
  const options = { schema: 'failsafe', uniqueKeys: false, strict: false, prettyErrors: false } as const;
  const documents = parseAllDocuments(text, { ...options, logLevel: 'silent' });
  if ('empty' in documents) return ['---'];
  const lines: string[] = [];
  /** A block scalar ends with its last line that is not blank. */
  const placeOf = (node: Scalar): string => {
    const [start, end] = node.range ?? [0, 0];
    const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
    return place(start, block ? start + text.slice(start, end).trimEnd().length : end);
  };
  const visit = (node: unknown, path: string): void => {
    if (isAlias(node)) lines.push(`${path} *${node.source} ${node.range?.[0] ?? -1}`);
    else if (isMap(node)) {
      lines.push(`${path} {${node.flow === true ? 'flow' : 'block'}${named(node.anchor, node.tag)}`);
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const name = typeof key.value === 'string' ? key.value : key.source === '<<' ? '<<' : '';
        lines.push(`${path} key ${JSON.stringify(name)} ${placeOf(key)}`);
        if (value === null) lines.push(`${path}.${name} ""`);
        else visit(value, `${path}.${name}`);
      }
    } else if (isSeq(node)) {
      lines.push(`${path} [${node.flow === true ? 'flow' : 'block'}${named(node.anchor, node.tag)}`);
      node.items.forEach((item, index) => visit(item, `${path}[${index}]`));
    } else if (isScalar(node)) {
      lines.push(`${path} ${placeOf(node)}${JSON.stringify(node.value ?? '')}${named(node.anchor, node.tag)}`);
    }
  };
  for (const document of documents) {
    if (document.errors.length > 0) return undefined;
    lines.push('---');
    const { contents } = document;
    const isEmpty = isScalar(contents) && contents.range?.[0] === contents.range?.[1] && contents.type === 'PLAIN';
    if (!(isEmpty && contents.anchor === undefined && contents.tag === undefined)) visit(contents, '$');
  }
  return lines;
}

function place(start: number, end: number): string {
  return start === end ? '' : `${start}-${end} `;
}

function named(anchor: string | undefined, tag: string | undefined): string {
  return `${anchor === undefined ? '' : ` &${anchor}`}${tag === undefined ? '' : ` !${tag}`}`;
}
