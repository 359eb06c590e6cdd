import { LineIndex } from '../core/text';
import { placeOfAddress, type ModuleFiles } from '../workspace/terraform-address';
import type { Folders } from './folders';
import { toLspRange } from './places';
import type { LspRange } from './protocol';
import { formatUri, parseUri } from './uri';

/** The blocks that resource addresses of a plan come from; null where there is none. */
export function terraformBlocks(
  directory: string,
  addresses: readonly string[],
  folders: Folders,
): ({ readonly uri: string; readonly range: LspRange } | null)[] {
  const { folder, path } = folders.locate(parseUri(directory));
  const files: ModuleFiles = {
    list: (at) => folder.files.list(at),
    source: (at) => {
      const text = folder.files.read(at);
      return text === undefined ? undefined : folder.engine.source(at, text);
    },
  };
  return addresses.map((address) => {
    const place = placeOfAddress(address, path, files);
    const resource = place && folder.resourceOf(place.path);
    const text = place && folder.files.read(place.path);
    if (!resource || text === undefined) return null;
    return { uri: formatUri(resource), range: toLspRange(new LineIndex(text), place.range) };
  });
}
