import type { CancellationToken } from 'vscode-languageserver';
import { LineIndex } from '../core/text';
import { inventory, type InventoryReference as Found, type InventoryRepository } from '../workspace/inventory';
import type { Documents } from './documents';
import type { FileText, FileTexts } from './file-texts';
import type { Log } from './log';
import { toLspRange } from './places';
import type { InventoryImage, InventoryReference } from './protocol';
import type { Session } from './session';
import type { SettingsOfResource } from './settings-cache';
import { formatUri, resourceKey } from './uri';

/** What the inventory is made from. */
export interface InventoryParts {
  readonly documents: Documents;
  readonly texts: FileTexts;
  readonly session: Session;
  readonly log: Log;
}

/**
 * Every image reference of the files, by repository. Between two files the server hears messages.
 *
 * @throws Cancelled when the token says so
 */
export async function imageInventory(
  uris: readonly string[],
  parts: InventoryParts,
  token: CancellationToken,
): Promise<InventoryImage[]> {
  const collected = new Map<string, Map<string, InventoryReference>>();
  for (const file of await parts.texts.readAll(uris)) {
    if (!file) continue;
    const settings = await parts.texts.settings(file.uri);
    const found = await parts.session.complete(() => inFile(file, settings, parts), token);
    for (const { repository, references } of found) {
      const known = collected.get(repository) ?? new Map<string, InventoryReference>();
      collected.set(repository, known);
      for (const reference of references) {
        const shown = inProtocol(reference, file, parts.documents);
        // A default of a module's variable is seen from each file that uses it.
        if (shown) known.set(JSON.stringify([shown.uri, shown.range, shown.text]), shown);
      }
    }
  }
  return [...collected]
    .filter(([, references]) => references.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([repository, references]) => ({ repository, references: [...references.values()] }));
}

function inFile(
  { location, text }: FileText,
  settings: SettingsOfResource,
  { log }: InventoryParts,
): readonly InventoryRepository[] {
  const { folder, path } = location;
  try {
    if (folder.config(path, settings).isIgnored(path)) return [];
    return inventory([{ path, text }], folder.engine);
  } catch (error) {
    log.errorOnce(`inventory ${path}`, `The images of ${path} could not be told.`, error);
    return [];
  }
}

/** Undefined when the file that it is written in is gone. */
function inProtocol(
  reference: Found,
  { uri, location, text }: FileText,
  documents: Documents,
): InventoryReference | undefined {
  const isHere = reference.path === location.path;
  const resource = isHere ? undefined : location.folder.resourceOf(reference.path);
  const written = isHere ? text : location.folder.files.read(reference.path);
  if (written === undefined || (!isHere && !resource)) return undefined;
  const open = resource && documents.byKey(resourceKey(resource));
  return {
    uri: resource ? (open?.uri ?? formatUri(resource)) : uri,
    range: toLspRange(new LineIndex(written), reference.range),
    text: reference.text,
    tag: reference.tag ?? null,
    tagClass: reference.tagClass,
    digest: reference.digest ?? null,
    environment: reference.environment,
    anchor: reference.anchor,
    role: reference.role,
    isWhole: reference.isWhole,
  };
}
