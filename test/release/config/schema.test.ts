import { Ajv } from 'ajv';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readPipeline } from '../../../release/src/config/read';
import { EXAMPLES } from './examples';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The one schema that editors use for the whole file. */
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(readFileSync(join(ROOT, 'schemas/immutable.schema.json'), 'utf8')) as object,
);

function check(text: string): boolean {
  return validate(parse(text));
}

const SHIPPED = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .map((path) => join(ROOT, 'examples', path))
  .filter((path) => path.endsWith('immutable.yaml') && existsSync(path));

describe('the schema of the whole immutable.yaml', () => {
  it.each(Object.entries(EXAMPLES))('accepts the example %s of the design', (_name, text) => {
    expect(check(text), JSON.stringify(validate.errors)).toBe(true);
    expect(check(`${text}lint:\n  extends: [strict]\n`), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(SHIPPED)('accepts %s', (path) => {
    expect(check(readFileSync(path, 'utf8')), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a key that is unknown at the top', 'environment: {}\n'],
    ['images without the name of the application', 'images: { web: { container: { repository: a/b } } }\n'],
    ['a builder that is none', 'app: a\nimages: { web: { container: { repository: a/b, builder: kaniko } } }\n'],
    ['a key that is unknown deep inside', EXAMPLES.containers.replace('engine: podman', 'engin: podman')],
    ['a duration that is none', EXAMPLES.containers.replace('timeout: 30s', 'timeout: soon')],
    ['an unknown rule', 'app: a\nlint: { rules: { a/b: off } }\n'],
  ])('refuses %s, as the engine or the linter does', (_name, text) => {
    expect(check(text)).toBe(false);
    if (text.startsWith('app: a\nlint')) return;
    expect(readPipeline(text, 'immutable.yaml').problems).not.toEqual([]);
  });

  it('asks nothing of delivery in a file of the linter, and leaves x- keys alone', () => {
    expect(check('lint: { extends: strict }\n')).toBe(true);
    expect(check('x-shared: { a: 1 }\nlint: {}\n')).toBe(true);
    expect(check('{}')).toBe(true);
  });
});
