import type { Range } from '../../core/text';
import type { Comment, Regions } from '../syntax';
import type { DataFile, DataNode } from './tree';

/**
 * What a comment can govern in a YAML or JSON file. A statement is an entry or an item whose value is a scalar or an
 * alias; a block is an entry or an item that holds a map or a sequence.
 */
export function regions(file: DataFile): Regions {
  const comments: Comment[] = [];
  const statements: Range[] = [];
  const blocks: Range[] = [];
  const add = (node: DataNode, range: Range): void => {
    const leaf = node.type === 'scalar' || node.type === 'alias';
    (leaf ? statements : blocks).push(range);
    visit(node);
  };
  const visit = (node: DataNode): void => {
    if (node.type === 'map') for (const entry of node.entries) add(entry.value, entry.range);
    else if (node.type === 'sequence') for (const item of node.items) add(item, item.range);
  };
  for (const document of file.documents) {
    comments.push(...document.comments);
    if (document.root) visit(document.root);
  }
  return { comments, statements, blocks };
}
