import type { Range } from '../../core/text';
import type { Regions } from '../syntax';
import type { DockerfileSyntax } from './ast';

/** What the suppression engine needs: instructions are statements, stages are blocks. */
export function regions(syntax: DockerfileSyntax): Regions {
  const statements = syntax.instructions.map((instruction) => instruction.range);
  const blocks: Range[] = [];
  let start: number | undefined;
  let end = 0;
  for (const instruction of syntax.instructions) {
    if (instruction.keyword === 'FROM') {
      if (start !== undefined) blocks.push({ start, end });
      start = instruction.range.start;
    }
    end = instruction.range.end;
  }
  if (start !== undefined) blocks.push({ start, end });
  return { comments: syntax.comments, statements, blocks };
}
