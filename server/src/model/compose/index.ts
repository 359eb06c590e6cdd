import { asMap, get, stringOf } from '../../lang/data/tree';
import type { DataFile, MapNode } from '../../lang/data/tree';
import { composeService } from './service';
import type { ComposeService } from './service';

export { interpolate } from './interpolation';
export type {
  ComposeBuild,
  ComposeCommand,
  ComposeDependency,
  ComposeHealthcheck,
  ComposePort,
  ComposeService,
  ComposeVariable,
  ComposeVolume,
} from './service';

export interface ComposeFile {
  readonly file: DataFile;
  readonly root: MapNode | undefined;
  /** `name:` of the project. */
  readonly name: string | undefined;
  readonly services: readonly ComposeService[];
  /** Names of the volumes that are declared at the top. */
  readonly volumes: readonly string[];
}

/** What a compose file declares. Only its first document counts. */
export function analyseCompose(file: DataFile): ComposeFile {
  const root = asMap(file.documents[0]?.root);
  const services = asMap(get(root, 'services'));
  return {
    file,
    root,
    name: stringOf(get(root, 'name')),
    services: (services?.entries ?? []).flatMap((service) => {
      const node = asMap(service.value);
      return node && service.key !== '<<' ? [composeService(service, node)] : [];
    }),
    volumes: (asMap(get(root, 'volumes'))?.entries ?? []).map(({ key }) => key),
  };
}

/**
 * True for a service that runs once and ends (P28): `restart: "no"` is written, or another service waits for its
 * completion. Without a `restart` nothing is known: it is Compose's default.
 */
export function isOneShot(service: ComposeService, compose: ComposeFile): boolean {
  if (service.restart === 'no') return true;
  const known = completing.get(compose) ?? servicesThatComplete(compose);
  completing.set(compose, known);
  return known.has(service.name);
}

const completing = new WeakMap<ComposeFile, ReadonlySet<string>>();

/** Names of the services whose end another one waits for. */
function servicesThatComplete({ services }: ComposeFile): ReadonlySet<string> {
  const waits = services.flatMap(({ dependsOn }) => dependsOn);
  const ended = waits.filter(({ condition }) => condition === 'service_completed_successfully');
  return new Set(ended.map(({ name }) => name));
}
