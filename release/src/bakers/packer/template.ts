import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { RunStoppedError } from '../../run/context';

/** Settings of provisioners, builders and post-processors that name files of ours (Packer, component reference). */
const FILE_SETTINGS =
  /(?:^|[\s{,"])"?(sources?|scripts?|playbook_files?|playbook_dir|role_paths|galaxy_file|manifest_file|cookbook_paths|http_directory|user_data_file|cd_files|floppy_files|local_state_tree)"?\s*[=:]\s*(?:\[([^\]]*)\]|"((?:[^"\\]|\\.)*)")/gm;

/** Settings of builders and post-processors that name what they write (Packer, component reference). */
const OUTPUT_SETTINGS =
  /(?:^|[\s{,"])"?(target|output|output_directory|output_filename|output_path)"?\s*[=:]\s*"((?:[^"\\]|\\.)*)"/gm;

/** Functions that read files: their paths are relative to the template, those of settings to where Packer runs. */
const FILE_FUNCTIONS =
  /\b(?:file|filebase64|templatefile|fileset|filesha256|filesha512|filemd5)\s*\(\s*(?:"((?:[^"\\]|\\.)*)"|([^",)]+))/g;

/** A template as it lies on the disk: what of it must be known without Packer. */
export interface PackerTemplate {
  /** The files that Packer reads, relative to the workspace. */
  readonly files: readonly string[];
  /** Files and folders that it names, relative to the workspace. */
  readonly named: readonly string[];
  /** Names that only Packer can work out: what they stand for is not known. */
  readonly unknown: readonly string[];
  /** Where `manifest` post-processors write, relative to the workspace. */
  readonly manifests: readonly string[];
  /** Files and folders that it writes, but manifests, relative to the workspace; may name variables. */
  readonly outputs: readonly string[];
  /** True when the template has `variable "immutable_run"`, to label what it leaves in the cloud. */
  readonly takesRun: boolean;
}

/**
 * Reads a template, HCL2 or JSON, file or folder.
 *
 * @param workspace absolute; Packer runs in it
 * @param template relative to it
 * @throws RunStoppedError `refused` when it is not there
 */
export function readTemplate(workspace: string, template: string): PackerTemplate {
  const files = templateFiles(workspace, template);
  const texts = files.map((file) => withoutComments(readFileSync(join(workspace, file), 'utf8'), file));
  const folder = statSync(join(workspace, template)).isDirectory() ? template : dirname(template);
  const all = texts.join('\n');
  const values = [...all.matchAll(FILE_SETTINGS)].flatMap(([, setting = '', list, one]) =>
    (list === undefined ? [one ?? ''] : stringsIn(list)).filter((value) => isPath(setting, value)),
  );
  const read = [...all.matchAll(FILE_FUNCTIONS)].map(([, literal, other]) =>
    literal === undefined ? `\${${other?.trim() ?? ''}}` : relativeTo(folder, literal),
  );
  const paths = [...values, ...read].map((value) =>
    value.replaceAll('${path.root}', folder).replaceAll('{{template_dir}}', folder),
  );
  const isUnknown = (path: string): boolean => /\$\{|\{\{/.test(path);
  const manifests = manifestsIn(all).map((path) => path.replaceAll('${path.root}', folder));
  return {
    files,
    named: paths.filter((path) => !isUnknown(path)).map((path) => insideOf(workspace, path)),
    unknown: paths.filter(isUnknown),
    manifests: manifests.filter((path) => !isUnknown(path)),
    outputs: [...all.matchAll(OUTPUT_SETTINGS)]
      .map(([, , path = '']) => path.replaceAll('${path.root}', folder).replaceAll('{{template_dir}}', folder))
      .filter((path) => path !== '' && !manifests.includes(path)),
    takesRun: /variable\s+"immutable_run"|"immutable_run"\s*:/.test(all),
  };
}

/**
 * Fills variables into the outputs of a template; those that only Packer can work out are left out.
 *
 * @param values by the names of the variables
 */
export function knownOutputs(
  { outputs }: Pick<PackerTemplate, 'outputs'>,
  values: ReadonlyMap<string, string>,
): readonly string[] {
  return outputs
    .map((path) =>
      path.replace(
        /\$\{var\.(\w+)\}|\{\{\s*user\s+[`"](\w+)[`"]\s*\}\}/g,
        (text, hcl?: string, json?: string) => values.get(hcl ?? json ?? '') ?? text,
      ),
    )
    .filter((path) => !/\$\{|\{\{/.test(path));
}

function templateFiles(workspace: string, template: string): string[] {
  const stat = statSync(join(workspace, template), { throwIfNoEntry: false });
  if (!stat) {
    throw new RunStoppedError('refused', `There is no ${template}. Correct \`packer.template\`. Nothing was changed.`);
  }
  if (!stat.isDirectory()) return [template];
  return readdirSync(join(workspace, template))
    .filter((name) => /\.pkr\.(hcl|json)$|\.auto\.pkrvars\.(hcl|json)$/.test(name))
    .sort()
    .map((name) => join(template, name));
}

/** A `source` block and the sources of a build are no files: `source.file.app`. */
function isPath(setting: string, value: string): boolean {
  if (value === '') return false;
  return !/^sources?$/.test(setting) || !/^(source\.)?[\w-]+\.[\w-]+$/.test(value) || /^\.{0,2}\//.test(value);
}

function stringsIn(list: string): string[] {
  return [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text);
}

function manifestsIn(text: string): string[] {
  const hcl = [...text.matchAll(/post-processor\s+"manifest"\s*\{([^}]*)\}/g)].map(([, body = '']) => body);
  const json = [...text.matchAll(/\{[^{}]*"type"\s*:\s*"manifest"[^{}]*\}/g)].map(([body]) => body);
  return [...hcl, ...json].map((body) => /\boutput"?\s*[=:]\s*"([^"]*)"/.exec(body)?.[1] ?? 'packer-manifest.json');
}

function withoutComments(text: string, file: string): string {
  return file.endsWith('.json') ? text : text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*(?:#|\/\/).*$/gm, '');
}

function insideOf(workspace: string, path: string): string {
  return path.startsWith('/') ? relative(workspace, path) : path;
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith('${path.root}') || isAbsolute(path) ? path : join(folder, path);
}
