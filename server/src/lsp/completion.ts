import { CompletionItemKind, type CompletionItem, type CompletionParams } from 'vscode-languageserver';
import { CONFIG_NAMES, PRESETS } from '../core/config';
import { FAMILIES, type Language } from '../core/rule';
import { LineIndex, type Range } from '../core/text';
import type { FileKind } from '../lang/detect';
import type { ConfigElsewhere } from './config-elsewhere';
import { configSchemaAt, keysOf, valuesOf } from './config-schema';
import type { Documents, OpenDocument } from './documents';
import { KNOWN_METAS } from './folder';
import { toLspRange, toOffsets } from './places';
import type { Session } from './session';
import { yamlCursor } from './yaml-cursor';

/** What makes an editor ask. */
export const COMPLETION_TRIGGERS: readonly string[] = ['[', ',', ':', '/'];

/** What completion works with. */
export interface CompletionParts {
  readonly documents: Documents;
  readonly session: Session;
  readonly elsewhere: ConfigElsewhere;
}

/** How many lines below a comment count as what it may be meant for. */
const NEAR = 4;

const PRAGMA = /\bimmutable:\s*ignore(?:-block|-file)?\[([^\]]*)$/;
const KEYWORD = /(?:#|\/\/|\/\*)\s*immutable:\s*([a-z-]*)$/;

/** Completes what only this extension knows: rules in suppressions, and `immutable.yaml`. */
export function complete({ textDocument, position }: CompletionParams, parts: CompletionParts): CompletionItem[] {
  const document = parts.documents.get(textDocument.uri);
  if (!document) return [];
  const lines = new LineIndex(document.text);
  const { start: offset } = toOffsets(lines, { start: position, end: position });
  const name = document.resource.path.slice(document.resource.path.lastIndexOf('/') + 1);
  if (CONFIG_NAMES.includes(name)) {
    return parts.elsewhere.holds(name) || name.endsWith('.json') ? [] : inConfig(lines, offset);
  }
  const before = lines.line(position.line).slice(0, position.character);
  const pragma = PRAGMA.exec(before);
  if (pragma) return rulesHere(document, lines, offset, pragma[1] ?? '', parts);
  const keyword = KEYWORD.exec(before);
  return keyword ? keywords(lines, { start: offset - (keyword[1] ?? '').length, end: offset }) : [];
}

function keywords(lines: LineIndex, range: Range): CompletionItem[] {
  const about = {
    ignore: 'Silences rules for the next statement, or for this line.',
    'ignore-block': 'Silences rules in the whole block below.',
    'ignore-file': 'Silences rules in the whole file; stands at its top.',
  };
  return Object.entries(about).map(([label, documentation]) => ({
    label,
    kind: CompletionItemKind.Keyword,
    documentation,
    textEdit: { range: toLspRange(lines, range), newText: `${label}[` },
  }));
}

function rulesHere(
  document: OpenDocument,
  lines: LineIndex,
  offset: number,
  written: string,
  { session }: CompletionParts,
): CompletionItem[] {
  const result = session.last(document);
  const line = lines.lineAt(offset);
  const found = new Set(
    (result?.items ?? [])
      .filter(({ range }) => range.start.line >= line && range.start.line <= line + NEAR)
      .map(({ finding }) => finding.rule),
  );
  const used = written.split(',').map((one) => one.trim());
  const token = used.at(-1) ?? '';
  const range = toLspRange(lines, { start: offset - token.length, end: offset });
  const language = languageOf(result?.kind ?? undefined);
  const custom = result?.location.folder.customRules().map(({ meta }) => meta) ?? [];
  return [...KNOWN_METAS, ...custom]
    .filter((meta) => !used.slice(0, -1).includes(meta.id))
    .filter((meta) => language === undefined || meta.languages.includes(language))
    .map((meta) => ({
      label: meta.id,
      kind: CompletionItemKind.EnumMember,
      documentation: `${meta.summary}.`,
      // What is reported just below comes first.
      sortText: `${found.has(meta.id) ? 0 : 1}${meta.id}`,
      preselect: found.has(meta.id),
      textEdit: { range, newText: meta.id },
    }));
}

/** The language of a kind of file, as rules name it; undefined where that does not tell. */
function languageOf(kind: FileKind | undefined): Language | undefined {
  switch (kind) {
    case 'terraform':
    case 'terraform-json':
      return 'terraform';
    case 'dockerfile':
    case 'compose':
    case 'kubernetes':
    case 'workflow':
    case 'packer':
    case 'kustomize':
      return kind;
    default:
      return undefined;
  }
}

function inConfig(lines: LineIndex, offset: number): CompletionItem[] {
  const cursor = yamlCursor(lines, offset);
  if (!cursor) return [];
  const schemas = configSchemaAt(cursor.path);
  const range = toLspRange(lines, cursor.range);
  const isPreset = cursor.path.join('/') === 'lint/extends' || cursor.path.join('/') === 'lint/extends/-';
  const values = isPreset ? PRESETS : valuesOf(schemas);
  const asValues = (): CompletionItem[] =>
    values.map((label) => ({ label, kind: CompletionItemKind.EnumMember, textEdit: { range, newText: label } }));
  if (cursor.type === 'value' || cursor.path.at(-1) === '-') {
    const items = asValues();
    if (cursor.type === 'value' || items.length > 0) return items;
  }
  return keysOf(schemas).map(({ name, description, schemas: own }) => {
    const isMap = own.length > 0 && own.every((schema) => schema['type'] === 'object');
    const isFamily = FAMILIES.some((family) => name === `${family}/*`);
    return {
      label: name,
      kind: CompletionItemKind.Property,
      ...(description === undefined ? {} : { documentation: description }),
      sortText: `${isFamily ? 1 : 0}${name}`,
      textEdit: { range, newText: isMap ? `${name}:\n${cursor.indent}  ` : `${name}: ` },
    };
  });
}
