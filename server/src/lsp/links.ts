import type { DocumentLink, DocumentLinkParams } from 'vscode-languageserver';
import { CONFIG_NAMES } from '../core/config';
import { LineIndex, type Range } from '../core/text';
import { asMap, entry, items, type DataNode } from '../lang/data/tree';
import { parseYaml } from '../lang/data/yaml';
import type { Documents, OpenDocument } from './documents';
import { toLspRange } from './places';
import type { RuleLinks } from './rule-links';
import type { Session } from './session';

/** What links are made from. */
export interface LinkParts {
  readonly documents: Documents;
  readonly session: Session;
  readonly links: RuleLinks;
}

/** Rule ids in suppressions and in `immutable.yaml` lead to their pages. */
export function documentLinks(
  { textDocument }: DocumentLinkParams,
  { documents, session, links }: LinkParts,
): DocumentLink[] {
  const document = documents.get(textDocument.uri);
  if (!document) return [];
  const lines = new LineIndex(document.text);
  return ruleNames(document, session).flatMap(({ id, range }) => {
    const target = links.href(id, session.locate(document).folder.customRules());
    return target === undefined ? [] : [{ range: toLspRange(lines, range), target, tooltip: `What ${id} is about` }];
  });
}

interface RuleName {
  readonly id: string;
  readonly range: Range;
}

function ruleNames(document: OpenDocument, session: Session): readonly RuleName[] {
  const { text, resource, languageId } = document;
  if (CONFIG_NAMES.includes(resource.path.slice(resource.path.lastIndexOf('/') + 1))) return configuredRules(text);
  if (!text.includes('immutable')) return [];
  const { folder, path } = session.locate(document);
  return folder.engine.suppressions(path, text, languageId).flatMap(({ rules, malformed }) => (malformed ? [] : rules));
}

function configuredRules(text: string): readonly RuleName[] {
  const lint = entry(parseYaml(text).documents[0]?.root, 'lint')?.value;
  const maps: (DataNode | undefined)[] = [
    entry(lint, 'rules')?.value,
    ...items(entry(lint, 'overrides')?.value).map((override) => entry(override, 'rules')?.value),
  ];
  return maps.flatMap((map) => (asMap(map)?.entries ?? []).map(({ key, keyRange }) => ({ id: key, range: keyRange })));
}
