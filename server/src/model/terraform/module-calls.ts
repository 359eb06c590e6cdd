import type { ConfigBlock } from '../config-block';
import { joinPath } from '../../core/paths';
import type { Project } from '../project';
import { every, numberIn, textOf } from '../values/value';
import { given } from './literals';
import { parseModuleSource } from './module-source';

/** More callers than this are not told apart. */
const MAX_CALLERS = 16;

/**
 * The directory of the local module that a `module` block calls; undefined for modules from elsewhere.
 *
 * @param directory the one that holds the block
 */
export function calledDirectory(call: ConfigBlock, directory: string): string | undefined {
  const source = textOf(call.value('source'));
  return source !== undefined && parseModuleSource(source).type === 'local' ? joinPath(directory, source) : undefined;
}

/**
 * The blocks of the workspace that call the module of a directory. Empty when nobody does, and before the workspace was
 * read; undefined when they are too many.
 */
export function callersOf(directory: string, project: Project): readonly ConfigBlock[] | undefined {
  const paths = project.index?.moduleCallers(directory) ?? [];
  if (paths.length > MAX_CALLERS) return undefined;
  const calls = paths.flatMap((path) => {
    const module = project.terraformModule(path);
    return module.moduleCalls.filter(
      (call) => call.path === path && calledDirectory(call, module.directory) === directory && !isDisabled(call),
    );
  });
  return calls.length > MAX_CALLERS ? undefined : calls;
}

/** `count = 0`: the module is not there. */
export function isDisabled(call: ConfigBlock): boolean {
  const count = given(call, 'count');
  return count !== undefined && every(count.value, (option) => numberIn(option) === 0);
}
