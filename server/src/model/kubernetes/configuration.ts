import { HOLE } from '../../core/mapped-text';
import { asMap, entry, get, type DataFile, type MapEntry, type MapNode, type ScalarNode } from '../../lang/data/tree';
import type { Workload } from './workloads';
import { isRendered, mayHoldMore } from './template-holes';

/** Annotations whose value follows the content of the configuration: `checksum/config`, `config-hash`. */
const CHECKSUM =
  /checksum|(^|[./_-])(config|secret|env)[._-]?(hash|sha(256)?|version|digest)$|(^|[./_-])hash([./_-]|$)|sha256/i;

/** A controller that restarts pods when their configuration changes; it reads the workload's own annotations. */
const RELOADER = /^((configmap|secret)\.)?reloader\.stakater\.com\/|^(keel\.sh|wave\.pusher\.com)\//;

/** A program in the pod that notices a changed file and tells the application. */
const RELOADING_CONTAINER = /reload|k8s-sidecar/;

/**
 * The name of a ConfigMap or Secret for comparing: its text, or, when a template writes it, the template's source within
 * its chart. Two names written by the same actions are the same name.
 *
 * @param path path of the file that holds the name
 */
export function configName(name: ScalarNode, file: DataFile, path: string): string {
  if (!name.text.text.includes(HOLE)) return name.text.text;
  const source = file.text
    .slice(name.range.start, name.range.end)
    .replace(/^(["'])(.*)\1$/s, '$2')
    .replace(/\{\{-?\s*|\s*-?\}\}|\s+/g, ' ')
    .trim();
  const templates = path.lastIndexOf('/templates/');
  return `${templates < 0 ? path : path.slice(0, templates)}: ${source}`;
}

/** The annotation with a checksum of the configuration in a `metadata` map. */
export function checksumAnnotation(metadata: MapNode | undefined): MapEntry | undefined {
  return asMap(get(metadata, 'annotations'))?.entries.find(({ key }) => CHECKSUM.test(key));
}

/** True when a change of the configuration reaches the running pods, or when a template may see to it. */
export function followsConfiguration(workload: Workload, file: DataFile): boolean {
  const { podMetadata } = workload;
  if (checksumAnnotation(podMetadata)) return true;
  const annotations = entry(podMetadata, 'annotations');
  const map = asMap(annotations?.value);
  if (isRendered(file, annotations?.value) || (map && mayHoldMore(file, map))) return true;
  if (podMetadata && mayHoldMore(file, podMetadata)) return true;
  const own = asMap(get(workload.object.metadata, 'annotations'))?.entries ?? [];
  if (own.some(({ key }) => RELOADER.test(key))) return true;
  return workload.containers.some(
    ({ name, image }) => RELOADING_CONTAINER.test(name ?? '') || RELOADING_CONTAINER.test(image?.text.text ?? ''),
  );
}
