import { parseJson } from '../../../../server/src/lang/data/json';
import type { HclFile } from '../../../../server/src/lang/hcl/ast';
import { hclFromJson } from '../../../../server/src/lang/hcl/from-json';
import { parseHcl } from '../../../../server/src/lang/hcl/parse';
import type { Place } from '../../../../server/src/core/text';
import { buildPackerTemplate } from '../../../../server/src/model/packer/build';
import type { PackerTemplate } from '../../../../server/src/model/packer/types';
import type { ProjectFiles } from '../../../../server/src/model/project';
import { buildTerraformModule } from '../../../../server/src/model/terraform/build';
import type { TerraformFile, TerraformModule } from '../../../../server/src/model/terraform/types';
import type { Value } from '../../../../server/src/model/values/value';

export type Files = Readonly<Record<string, string>>;

export function projectOf(files: Files): ProjectFiles {
  return { read: (path) => files[path], list: () => undefined };
}

function syntaxOf(path: string, text: string, dialect: 'terraform' | 'packer'): HclFile {
  return path.endsWith('.json') ? hclFromJson(parseJson(text), dialect) : parseHcl(text);
}

function pick(files: Files, pattern: RegExp, dialect: 'terraform' | 'packer'): TerraformFile[] {
  return Object.entries(files)
    .filter(([path]) => pattern.test(path))
    .map(([path, text]) => ({ path, syntax: syntaxOf(path, text, dialect) }));
}

export function moduleOf(files: Files, directory = ''): TerraformModule {
  const configuration = pick(files, /\.(tf|tofu)(\.json)?$/, 'terraform');
  return buildTerraformModule(
    directory,
    configuration,
    pick(files, /\.tfvars(\.json)?$/, 'terraform'),
    projectOf(files),
  );
}

export function templateOf(files: Files, directory = ''): PackerTemplate {
  const configuration = pick(files, /(\.pkr\.hcl|\.json)$/, 'packer');
  return buildPackerTemplate(directory, configuration, pick(files, /\.pkrvars\.hcl$/, 'packer'), projectOf(files));
}

/** The value of `output "it"` in a module of one or more files. */
export function valueOf(files: Files | string, directory = ''): Value {
  const module = moduleOf(typeof files === 'string' ? { 'main.tf': files } : files, directory);
  const value = module.outputs.find((output) => output.labels[0] === 'it')?.value('value');
  if (!value) throw new Error('no output "it"');
  return value;
}

/** The value of one expression. */
export function evaluated(expression: string, rest = '', files: Files = {}): Value {
  return valueOf({ ...files, 'main.tf': `${rest}\noutput "it" {\n  value = ${expression}\n}\n` });
}

/** A value as plain data: unknown is `'?'`, an open list or object has a `'…'`, holes are `?`, choices are `{ oneOf }`. */
export function plain(value: Value | undefined): unknown {
  if (value === undefined) return undefined;
  switch (value.type) {
    case 'unknown':
      return '?';
    case 'null':
      return null;
    case 'text':
      return value.text.text.replaceAll('\uE000', '?');
    case 'list':
      return [...value.items.map(plain), ...(value.open ? ['…'] : [])];
    case 'object': {
      const entries = [...value.entries].map(([key, entry]): [string, unknown] => [key, plain(entry.value)]);
      return Object.fromEntries([...entries, ...(value.open ? [['…', true] as [string, unknown]] : [])]);
    }
    case 'choice':
      return { oneOf: value.options.map(plain) };
    default:
      return value.value;
  }
}

export function slice(files: Files, place: Place | undefined): string | undefined {
  return place?.path === undefined ? undefined : files[place.path]?.slice(place.start, place.end);
}
