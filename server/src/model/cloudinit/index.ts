import { MappedText } from '../../core/mapped-text';
import { asMap, asScalar, asSequence, get, items } from '../../lang/data/tree';
import type { DataFile, DataNode, MapEntry, ScalarNode } from '../../lang/data/tree';
import { parseYaml } from '../../lang/data/yaml';
import { joinWords } from '../collect/start-command';
import { decodeBase64 } from '../values/base64';
import { isMime, mimeParts } from './mime';

/** A file that `write_files` makes. */
export interface CloudInitFile {
  readonly node: DataNode;
  readonly path: ScalarNode | undefined;
  readonly content: ScalarNode | undefined;
  readonly encoding: string | undefined;
}

/** Shell that runs when the instance boots, or that lies there to be run. */
export interface CloudInitScript {
  readonly text: MappedText;
  readonly origin: 'runcmd' | 'bootcmd' | 'script' | 'write_files';
}

export interface CloudInit {
  /** What the first line says; `other` for what cloud-init would not read, or is not known. */
  readonly kind: 'cloud-config' | 'script' | 'mime' | 'include' | 'other';
  /**
   * The first cloud-config. Its ranges are offsets in the text that was given, for a part of a mime message too;
   * `placeOf(config, range)` gives the place in the source.
   */
  readonly config: DataFile | undefined;
  /** Every cloud-config of a mime message. */
  readonly configs: readonly DataFile[];
  /** The entries of all configs, at the top level. */
  readonly entries: readonly MapEntry[];
  /** Shell scripts only: a script for another interpreter is not among them. */
  readonly scripts: readonly CloudInitScript[];
  /** Names under `packages`; a version that follows a name is left out. */
  readonly packages: readonly ScalarNode[];
  readonly files: readonly CloudInitFile[];
}

interface Collected {
  readonly configs: DataFile[];
  readonly entries: MapEntry[];
  readonly scripts: CloudInitScript[];
  readonly packages: ScalarNode[];
  readonly files: CloudInitFile[];
}

/**
 * Reads user data as cloud-init does (cloud-init, "User data formats"): the first line that is not blank tells the
 * format. Unknown parts (holes) are fine.
 */
export function analyseCloudInit(text: MappedText): CloudInit {
  const found: Collected = { configs: [], entries: [], scripts: [], packages: [], files: [] };
  const kind = kindOf(text.text);
  if (kind === 'cloud-config') addConfig(text, found);
  else if (kind === 'script') addScript(text, 'script', found);
  else if (kind === 'mime') addParts(text, found);
  return { kind, config: found.configs[0], ...found };
}

function kindOf(text: string): CloudInit['kind'] {
  const start = text.slice(0, 2000).replace(/^[\s\uFEFF]+/, '');
  if (/^(?:##[ \t]*template:[^\n]*\n\s*)?#cloud-config[ \t]*(?:\r?\n|$|#)/i.test(start)) return 'cloud-config';
  if (/^#!|^#cloud-boothook\b/i.test(start)) return 'script';
  if (/^#include(?:-once)?\b/i.test(start)) return 'include';
  return isMime(start) ? 'mime' : 'other';
}

function addParts(text: MappedText, found: Collected): void {
  for (const part of mimeParts(leadingBlanksDropped(text), leadingBlanks(text.text))) {
    const kind = kindOf(part.body.text);
    if (kind === 'script' || part.contentType === 'text/x-shellscript') addScript(part.body, 'script', found);
    else if ((kind === 'cloud-config' || part.contentType === 'text/cloud-config') && part.offset !== undefined) {
      addConfig(padded(part.body, part.offset, text), found);
    }
  }
}

const leadingBlanks = (text: string): number => text.length - text.trimStart().length;

const leadingBlanksDropped = (text: MappedText): MappedText => text.slice(leadingBlanks(text.text));

/** The part of a message with blanks before it, so that its offsets are those of the whole message. */
function padded(body: MappedText, offset: number, message: MappedText): MappedText {
  if (offset === 0) return body;
  const blanks = message.text.slice(0, offset).replace(/[^\r\n]/g, ' ');
  const place = message.sourceOf({ start: 0, end: offset }) ?? message.placeAt(0) ?? { start: 0, end: 0 };
  return MappedText.concat([MappedText.opaque(blanks, place), body]);
}

function addScript(text: MappedText, origin: CloudInitScript['origin'], found: Collected): void {
  const boothook = /^\s*#cloud-boothook[^\n]*\n/i.exec(text.text);
  const script = boothook ? text.slice(boothook[0].length) : text;
  const shebang = /^\s*#!([^\n]*)/.exec(script.text);
  if (shebang && !isShell(shebang[1] ?? '')) return;
  found.scripts.push({ text: script, origin });
}

const isShell = (shebang: string): boolean => /(?:^|[/\s])(?:ba|da|k|z|a)?sh(?:\s|$)/.test(shebang.trimEnd());

function addConfig(text: MappedText, found: Collected): void {
  const config = parseYaml(text, { template: /^\s*##[ \t]*template:/i.test(text.text) });
  found.configs.push(config);
  const root = asMap(config.documents.find((document) => document.root)?.root);
  if (!root) return;
  found.entries.push(...root.entries);
  for (const origin of ['bootcmd', 'runcmd'] as const) {
    for (const item of items(get(root, origin))) {
      const command = commandOf(item);
      if (command) found.scripts.push({ text: command, origin });
    }
  }
  for (const item of items(get(root, 'packages'))) {
    const name = asScalar(item) ?? asScalar(items(item)[0]);
    if (name && name.value !== null) found.packages.push(name);
  }
  for (const node of items(get(root, 'write_files'))) addFile(node, found);
}

/** An item of `runcmd`: a string goes to `sh`, a list is run as it is. */
function commandOf(item: DataNode): MappedText | undefined {
  const scalar = asScalar(item);
  if (scalar) return scalar.value === null ? undefined : scalar.text;
  const words = (asSequence(item)?.items ?? []).flatMap((word) => asScalar(word) ?? []);
  return words.length === 0 ? undefined : joinWords(words.map((word) => word.text));
}

function addFile(node: DataNode, found: Collected): void {
  const map = asMap(node);
  if (!map) return;
  const content = asScalar(get(map, 'content'));
  const encoding = asScalar(get(map, 'encoding'))?.text.text;
  found.files.push({ node: map, path: asScalar(get(map, 'path')), content, encoding });
  const text = content && contentOf(content, encoding);
  if (text && /^\s*#!/.test(text.text)) addScript(text, 'write_files', found);
}

function contentOf(content: ScalarNode, encoding: string | undefined): MappedText | undefined {
  if (encoding === undefined || encoding === 'text/plain') return content.text;
  if (encoding !== 'b64' && encoding !== 'base64') return undefined;
  const text = decodeBase64(content.text.text.replace(/\s+/g, ''));
  const place = content.text.sourceOf();
  return text === undefined || !place ? undefined : MappedText.opaque(text, place);
}
