import type { Range } from '../../core/text';
import type { Regions } from '../syntax';
import type { HclFile } from './ast';
import { walkBody } from './walk';

/** What the suppression engine needs: attributes with their whole value are statements, blocks are blocks. */
export function regions(file: HclFile): Regions {
  const statements: Range[] = [];
  const blocks: Range[] = [];
  walkBody(file.body, (item) => {
    (item.type === 'attribute' ? statements : blocks).push(item.range);
  });
  return { comments: file.comments, statements, blocks };
}
