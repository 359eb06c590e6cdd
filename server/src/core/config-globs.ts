import { compileGlob } from './glob';

/** Tests a path (with `/`) relative to the workspace. */
export type PathTest = (path: string) => boolean;

/**
 * Compiles globs that are relative to a directory. `!` in front takes paths out again; a later glob wins.
 * A glob that cannot be read matches nothing.
 *
 * @param directory of the file that holds the globs, `''` for the root
 */
export function globTest(globs: readonly string[], directory = ''): PathTest {
  const tests = globs.map((glob) => {
    const negated = isNegated(glob);
    return { negated, test: compile((negated ? glob.slice(1) : glob).replace(/^\.\//, '')) };
  });
  if (tests.length === 0) return () => false;
  const prefix = directory === '' ? '' : `${directory}/`;
  return (path) => {
    if (!path.startsWith(prefix)) return false;
    const relative = path.slice(prefix.length);
    let matched = false;
    for (const { negated, test } of tests) if (matched === negated && test(relative)) matched = !negated;
    return matched;
  };
}

/** Tests a name (an image's repository, a command's word): `*` also matches across `/`. */
export function nameTest(globs: readonly string[]): PathTest {
  const tests = globs.map((glob) => compile(glob, true));
  return (name) => tests.some((test) => test(name));
}

function isNegated(glob: string): boolean {
  return glob.startsWith('!');
}

function compile(glob: string, crossesSlash = false): PathTest {
  return compileGlob(glob, crossesSlash) ?? (() => false);
}
