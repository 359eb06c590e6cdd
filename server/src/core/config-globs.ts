import picomatch from 'picomatch/posix';

/** Tests a path (with `/`) relative to the workspace. */
export type PathTest = (path: string) => boolean;

/** Globs of one list longer than this are cut: a configuration file must not stall an editor. */
const MAX_GLOB_LENGTH = 500;

/**
 * Compiles globs that are relative to a directory. `!` in front takes paths out again; a later glob wins.
 * A glob that cannot be compiled matches nothing.
 *
 * @param directory of the file that holds the globs, `''` for the root
 */
export function globTest(globs: readonly string[], directory = ''): PathTest {
  const tests = globs.map((glob) => {
    const negated = glob.startsWith('!');
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
  const tests = globs.map((glob) => compile(glob, { bash: true }));
  return (name) => tests.some((test) => test(name));
}

function compile(glob: string, options: { readonly bash?: boolean } = {}): PathTest {
  if (glob === '' || glob.length > MAX_GLOB_LENGTH) return () => false;
  try {
    return picomatch(glob, { dot: true, nonegate: true, ...options });
  } catch {
    return () => false;
  }
}
