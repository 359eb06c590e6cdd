import { join } from 'node:path';
import type { ImageConfig } from '../../../../release/src/config/types';

/** Where a lens stands: the line that makes the image, from 0. */
export interface BakePlace {
  readonly image: string;
  readonly line: number;
}

/**
 * The lines of a file that bake images of a pipeline: the final stage of a Dockerfile (or the stage that the image
 * names as its target), and each `build` block of a Packer template.
 *
 * @param folder of the pipeline, absolute
 * @param file absolute
 */
export function bakePlaces(
  images: Iterable<ImageConfig>,
  folder: string,
  file: string,
  text: string,
): readonly BakePlace[] {
  return [...images].flatMap(({ name, bake }): BakePlace[] => {
    if (bake.kind === 'container') {
      if (join(folder, bake.dockerfile) !== file) return [];
      const line = finalStage(text, bake.target);
      return line === undefined ? [] : [{ image: name, line }];
    }
    const template = join(folder, bake.template);
    const isPart =
      template === file || (file.startsWith(`${template}/`) && !file.slice(template.length + 1).includes('/'));
    if (!isPart || !/\.pkr\.hcl$/.test(file)) return [];
    return linesOf(text, /^\s*build\s*\{/).map((line) => ({ image: name, line }));
  });
}

const FROM = /^\s*FROM\s+\S+(?:\s+\S+)*?(?:\s+AS\s+(\S+))?\s*$/i;

function finalStage(text: string, target: string | undefined): number | undefined {
  const stages = linesOf(text, FROM);
  const lines = text.split('\n');
  const named = stages.find(
    (line) => target !== undefined && FROM.exec(lines[line] ?? '')?.[1]?.toLowerCase() === target.toLowerCase(),
  );
  return named ?? stages.at(-1);
}

function linesOf(text: string, pattern: RegExp): readonly number[] {
  return text.split('\n').flatMap((line, index) => (pattern.test(line.replace(/\r$/, '')) ? [index] : []));
}
