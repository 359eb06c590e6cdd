import { MarkupKind, type Hover, type HoverParams } from 'vscode-languageserver';
import { CONFIG_NAMES } from '../core/config';
import { markdownCode, markdownLink, markdownMessage, withoutMarkdown } from '../core/markdown';
import { LineIndex, type Range } from '../core/text';
import { asMap, type DataNode } from '../lang/data/tree';
import { parseYaml } from '../lang/data/yaml';
import { configSchemaAt, keysOf, ITEM } from './config-schema';
import type { ClientFeatures } from './client-features';
import type { ConfigElsewhere } from './config-elsewhere';
import type { Documents, OpenDocument } from './documents';
import type { Folders } from './folders';
import { imageHover } from './image-hover';
import type { Log } from './log';
import { toLspRange, toOffsets } from './places';
import { whyOf } from './rule-pages';
import type { RuleLinks } from './rule-links';
import type { Runtime } from './runtime';
import type { DocumentResult, Session } from './session';
import { suppressionHover, type HoverText } from './suppression-hover';

/** What hovers are made from. */
export interface HoverParts {
  readonly documents: Documents;
  readonly folders: Folders;
  readonly session: Session;
  readonly links: RuleLinks;
  readonly runtime: Runtime;
  readonly features: ClientFeatures;
  readonly elsewhere: ConfigElsewhere;
  readonly log: Log;
}

/** What is known of the thing under the pointer: a finding, a suppression, an image, a key of `immutable.yaml`. */
export function hover({ textDocument, position }: HoverParams, parts: HoverParts): Hover | null {
  const document = parts.documents.get(textDocument.uri);
  if (!document) return null;
  const name = document.resource.path.slice(document.resource.path.lastIndexOf('/') + 1);
  if (CONFIG_NAMES.includes(name)) {
    const lines = new LineIndex(document.text);
    const { start } = toOffsets(lines, { start: position, end: position });
    return parts.elsewhere.holds(name) || name.endsWith('.json')
      ? null
      : asHover([configHover(document, start, parts)], lines, parts);
  }
  const result = parts.session.cached(document);
  if (!result || result.role === 'base' || result.role === 'ignored' || result.kind === null) return null;
  const { start: offset } = toOffsets(result.lines, { start: position, end: position });
  const { engine } = result.location.folder;
  const { path } = result.location;
  const { text, languageId } = document;
  const today = parts.runtime.now().toISOString().slice(0, 10);
  const near = text.slice(result.lines.lineStart(position.line), result.lines.lineEnd(position.line));
  const isComment = near.includes('immutable');
  const suppressions = isComment ? engine.suppressions(path, text, languageId) : [];
  const found = [
    suppressionHover(suppressions, offset, result, parts.folders, parts.links, today),
    findingHover(result, offset, parts),
    imageHover(engine.imageUses(path, text, languageId), offset, result, parts.documents, parts.log),
  ];
  // Another version of the file must not stay where its neighbours look for the file itself.
  if (result.role !== 'work') engine.fileChanged(path);
  return asHover(found, result.lines, parts);
}

function asHover(found: readonly (HoverText | undefined)[], lines: LineIndex, { features }: HoverParts): Hover | null {
  const texts = found.filter((one) => one !== undefined);
  const [first] = texts;
  if (!first) return null;
  const value = texts.map(({ markdown }) => markdown).join('\n\n---\n\n');
  return {
    contents: features.markdown
      ? { kind: MarkupKind.Markdown, value }
      : { kind: MarkupKind.PlainText, value: withoutMarkdown(value) },
    range: toLspRange(lines, first.range),
  };
}

/** The message itself is in the diagnostic, which editors show beside the hover. */
function findingHover(
  result: DocumentResult,
  offset: number,
  { folders, links, runtime }: HoverParts,
): HoverText | undefined {
  const items = result.items.filter(({ range }) => {
    const { start, end } = toOffsets(result.lines, range);
    return start <= offset && offset <= end;
  });
  const [first] = items;
  if (!first) return undefined;
  const rules = [...new Set(items.map(({ finding }) => finding.rule))];
  const texts = rules.map((rule) => {
    const href = links.href(rule, result.location.folder.customRules());
    const name = `**${href === undefined ? markdownCode(rule) : markdownLink(markdownCode(rule), href)}**`;
    const summary = folders.metaOf(rule)?.summary;
    const why = whyOf(runtime.readDoc(rule) ?? '');
    return [
      `${name}${summary === undefined ? '' : `: ${markdownMessage(summary)}.`}`,
      ...(why === undefined ? [] : [why]),
    ].join('\n\n');
  });
  return { markdown: texts.join('\n\n'), range: toOffsets(result.lines, first.range) };
}

/** A key of the configuration, by its schema. */
function configHover(document: OpenDocument, offset: number, { links }: HoverParts): HoverText | undefined {
  const root = parseYaml(document.text).documents[0]?.root;
  const found = keyAt(root, offset, []);
  if (!found) return undefined;
  const name = found.path.at(-1) ?? '';
  const key = keysOf(configSchemaAt(found.path.slice(0, -1))).find((one) => one.name === name);
  if (!key) return undefined;
  const href = name.includes('/') ? links.href(name) : undefined;
  const title = `**${href === undefined ? markdownCode(name) : markdownLink(markdownCode(name), href)}**`;
  return { markdown: `${title}${key.description === undefined ? '' : `: ${key.description}`}`, range: found.range };
}

function keyAt(
  node: DataNode | undefined,
  offset: number,
  path: readonly string[],
): { readonly path: readonly string[]; readonly range: Range } | undefined {
  if (node?.type === 'sequence') {
    const item = node.items.find(({ range }) => range.start <= offset && offset <= range.end);
    return keyAt(item, offset, [...path, ITEM]);
  }
  for (const entry of asMap(node)?.entries ?? []) {
    const { keyRange, range } = entry;
    const own = [...path, entry.key];
    if (keyRange.start <= offset && offset <= keyRange.end) return { path: own, range: keyRange };
    if (range.start <= offset && offset <= range.end) return keyAt(entry.value, offset, own);
  }
  return undefined;
}
