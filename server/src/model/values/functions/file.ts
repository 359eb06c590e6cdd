import { MappedText } from '../../../core/mapped-text';
import { parseTemplate } from '../../../lang/hcl/parse';
import { FAILED, textValue } from '../combine';
import { joinPath } from '../../../core/paths';
import { spend, type Scope } from '../scope';
import { evaluateParts } from '../template';
import { UNKNOWN, type TextValue, type Value } from '../value';
import { encoded } from './encoding';
import { boolean, complete, isText, ofText, type BuiltIn, type CallContext } from './types';

/** The text of a file that is named relative to the module; every part of it maps to that file. */
function read(path: Value | undefined, call: CallContext): TextValue | undefined {
  const { directory, project } = call.scope;
  const written = complete(path, call);
  const target = written === undefined ? undefined : joinPath(directory, written);
  const text = target === undefined ? undefined : project.read(target);
  if (target === undefined || text === undefined) return undefined;
  return textValue(MappedText.verbatim(text, 0, target), { start: 0, end: text.length, path: target });
}

/** Renders a text as a template in which only the given variables have a meaning. */
function renderTemplate(source: TextValue, variables: Value | undefined, call: CallContext): Value {
  const names = new Map<string, Value>();
  if (variables?.type === 'object') for (const [name, entry] of variables.entries) names.set(name, entry.value);
  const scope: Scope = {
    ...call.scope,
    path: source.origin.path ?? call.scope.path,
    names,
    variable: () => UNKNOWN,
    local: () => UNKNOWN,
  };
  if (!spend(scope, 1 + (source.text.length >> 8))) return UNKNOWN;
  return evaluateParts(parseTemplate(source.text), source.origin, scope, call.evaluate);
}

/** Directory and name of a path, as Go's `path` has them. */
const directoryOf = (path: string): string => {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : slash === 0 ? '/' : path.slice(0, slash);
};

export const FILE_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  file: { run: ([path], call) => read(path, call) ?? UNKNOWN },
  filebase64: {
    run([path], call) {
      const content = read(path, call);
      return content ? encoded(content, true, call.origin) : UNKNOWN;
    },
  },
  // A file that cannot be read may still be there: it is not in the workspace, or built later.
  fileexists: { run: ([path], call) => boolean(read(path, call) ? true : undefined, call) },
  templatefile: {
    partial: true,
    run([path, variables], call) {
      const source = read(path, call);
      return source ? renderTemplate(source, variables, call) : UNKNOWN;
    },
  },
  templatestring: {
    run: ([source, variables], call) =>
      isText(source) && source.text.complete ? renderTemplate(source, variables, call) : FAILED,
  },
  basename: ofText((text) => {
    const end = text.text.replace(/\/+$/, '').length;
    return text.slice(text.text.lastIndexOf('/', end - 1) + 1, end);
  }),
  dirname: {
    run([path], call) {
      const text = complete(path, call);
      return text === undefined || !path?.origin
        ? UNKNOWN
        : textValue(MappedText.opaque(directoryOf(text), path.origin), path.origin);
    },
  },
  // Only to find files with: where the workspace lies is not known, and `.` alone would give a wrong name.
  abspath: {
    run([path], call) {
      const text = complete(path, call);
      return !path || text === undefined || /^\.*$/.test(text) ? UNKNOWN : path;
    },
  },
};
