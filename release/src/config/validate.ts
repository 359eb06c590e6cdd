import type { ErrorObject } from 'ajv';
import type { DataPath, PipelineDocument } from './document';
import { isPipeline } from './shape';

/** Notes where the data is not what the schema says, each place once, in plain words. */
export function checkShape(document: PipelineDocument): void {
  if (document.data === undefined) return;
  if (isPipeline(document.data)) return;
  const errors = isPipeline.errors ?? [];
  const said = new Set<string>();
  for (const error of errors) {
    // A branch of a choice: the choice itself says it better, unless something deeper in it is wrong.
    if (isNoise(error, errors)) continue;
    const at = pathOf(error);
    const key = `${at.join('/')} ${messageOf(error)}`;
    if (said.has(key)) continue;
    said.add(key);
    document.problem(
      at,
      messageOf(error),
      error.keyword === 'additionalProperties' || error.keyword === 'propertyNames',
    );
  }
}

function isNoise(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword === 'if') return true;
  const isChoice = error.keyword === 'oneOf' || error.keyword === 'anyOf';
  const isBelow = (other: ErrorObject): boolean => other.instancePath.startsWith(`${error.instancePath}/`);
  if (isChoice) return all.some((other) => other !== error && isBelow(other));
  // The choice at the same place speaks for its branches.
  return all.some(
    (other) =>
      (other.keyword === 'oneOf' || other.keyword === 'anyOf') &&
      other.instancePath === error.instancePath &&
      error.schemaPath.startsWith(other.schemaPath),
  );
}

function pathOf(error: ErrorObject): DataPath {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const extra = parameters['additionalProperty'] ?? parameters['propertyName'];
  return typeof extra === 'string' ? [...path, extra] : path;
}

function messageOf(error: ErrorObject): string {
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const text = (name: string): string => String(parameters[name]);
  switch (error.keyword) {
    case 'additionalProperties':
      return `\`${text('additionalProperty')}\` is no key that can stand here. Remove it, or write \`x-${text('additionalProperty')}\` at the top level.`;
    case 'required':
      return `\`${text('missingProperty')}\` is missing.`;
    case 'enum':
      return `Write one of ${(parameters['allowedValues'] as unknown[]).map((value) => `\`${String(value)}\``).join(', ')}.`;
    case 'const':
      return `Write \`${text('allowedValue')}\`.`;
    case 'type':
      return `This must be ${describeType(parameters['type'])}.`;
    case 'pattern':
      return describePattern(text('pattern'));
    case 'propertyNames':
      return `\`${text('propertyName')}\` is no name: use small letters, digits and \`-\`, at most 39, a letter first.`;
    case 'oneOf':
    case 'anyOf':
      return 'This fits none of the forms that can stand here, or more than one.';
    default:
      return `This ${error.message ?? 'is not as expected'}.`;
  }
}

function describeType(type: unknown): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text (put it in quotes)',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of keys and values',
  };
  const types = Array.isArray(type) ? type.map(String) : String(type).split(',');
  return types.map((name) => names[name] ?? name).join(' or ');
}

function describePattern(pattern: string): string {
  if (pattern.includes('ms|s|m|h')) return 'Write a duration such as `30s`, `5m` or `1h`.';
  if (pattern.startsWith('^[a-z][a-z0-9-]')) return 'Use small letters, digits and `-`, at most 39, a letter first.';
  if (pattern.includes('https?')) return 'Write a URL that begins with http:// or https://.';
  if (pattern.startsWith('^([0-9.]+:'))
    return 'Write a port as `127.0.0.1:8081:8080`: address, outer port, inner port.';
  if (pattern.startsWith('^[A-Za-z0-9_][A-Za-z0-9_.-]')) return 'Write the name of a Git remote, such as `origin`.';
  return `This must match ${pattern}.`;
}
