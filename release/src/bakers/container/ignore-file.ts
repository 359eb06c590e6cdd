import { globExpression } from './globs';

/**
 * Which files of a build context are left out, by the text of a `.dockerignore`: the last line that matches decides, and
 * `!` takes a file back in (docs.docker.com/build/concepts/context, ".dockerignore files").
 */
export function ignoreFilter(text: string): (path: string) => boolean {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '!')
    .map((line) => {
      const isException = line.startsWith('!');
      return { isException, pattern: globExpression(isException ? line.slice(1).trim() : line) };
    });
  return (path) => lines.findLast(({ pattern }) => pattern.test(path))?.isException === false;
}
