import type { TextEdit } from '../../core/finding';
import { asSequence, entry } from '../../lang/data/tree';
import type { MapNode } from '../../lang/data/tree';
import { joinInsertions } from '../edits/lifecycle';
import { appendItem, insertEntry } from '../edits/yaml';
import type { Container } from './containers';
import type { Workload } from './workloads';

/**
 * Edits that mount an `emptyDir` at a directory of a container, joined with other insertions of the same fix. Undefined
 * when something is mounted there already or a list cannot take another item.
 */
export function writableDirectory(
  text: string,
  workload: Workload,
  container: Container,
  path: string,
  others: readonly TextEdit[],
): TextEdit[] | undefined {
  if (container.volumeMounts.some(({ mountPath }) => mountPath?.value === path)) return undefined;
  const name = freeName(workload, path.slice(1).replace(/\W/g, '-'));
  const mount = addItem(text, container.node, 'volumeMounts', [`name: ${name}`, `mountPath: ${path}`]);
  const volume = addItem(text, workload.podSpec, 'volumes', [`name: ${name}`, 'emptyDir: {}']);
  if (!mount || !volume) return undefined;
  // At one place the deeper lines come first: they belong to what stands before it.
  return joinInsertions([...others, mount, volume].sort((a, b) => indentOf(b) - indentOf(a)));
}

function addItem(text: string, map: MapNode, key: string, lines: readonly string[]): TextEdit | undefined {
  const found = entry(map, key);
  if (!found) {
    const shown = lines.map((line, index) => (index === 0 ? `  - ${line}` : `    ${line}`));
    return insertEntry(text, map, [`${key}:`, ...shown]);
  }
  const list = asSequence(found.value);
  return list && map.entries.includes(found) ? appendItem(text, list, lines) : undefined;
}

function freeName({ volumes }: Workload, wanted: string): string {
  const taken = new Set(volumes.map(({ name }) => name));
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}-${i}`;
  return name;
}

function indentOf(edit: TextEdit): number {
  return /^[\r\n]*( *)/.exec(edit.text)?.[1]?.length ?? 0;
}
