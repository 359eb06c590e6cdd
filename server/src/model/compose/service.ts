import { HOLE } from '../../core/mapped-text';
import type { MappedText } from '../../core/mapped-text';
import { asMap, asScalar, asSequence, entry, get, items, stringOf } from '../../lang/data/tree';
import type { DataNode, MapEntry, MapNode, ScalarNode } from '../../lang/data/tree';
import { interpolate } from './interpolation';

export interface ComposeBuild {
  readonly node: DataNode;
  /** The directory or URL; undefined when only `dockerfile_inline` is given. */
  readonly context: MappedText | undefined;
  readonly dockerfile: MappedText | undefined;
  readonly dockerfileInline: ScalarNode | undefined;
  readonly target: MappedText | undefined;
}

export interface ComposePort {
  readonly node: DataNode;
  readonly hostIp: MappedText | undefined;
  readonly published: MappedText | undefined;
  readonly target: MappedText | undefined;
  readonly protocol: string;
}

export interface ComposeVolume {
  readonly node: DataNode;
  /** `unknown` when the source comes from the environment without a default. */
  readonly type: 'bind' | 'volume' | 'anonymous' | 'tmpfs' | 'unknown';
  readonly source: MappedText | undefined;
  readonly target: MappedText | undefined;
  readonly readOnly: boolean;
}

/** `command`, `entrypoint` or the command of a hook. */
export interface ComposeCommand {
  readonly node: DataNode;
  /** A string is split into words by Compose; no shell runs it. */
  readonly form: 'string' | 'list';
  /** The string as one text, or each item of the list. */
  readonly words: readonly MappedText[];
}

export interface ComposeHealthcheck {
  readonly entry: MapEntry;
  /** `disable: true` or `test: NONE`. */
  readonly disabled: boolean;
  /** Empty when the check only changes the timing of the image's own. */
  readonly test: readonly MappedText[];
}

export interface ComposeDependency {
  readonly name: string;
  readonly node: DataNode;
  /** `service_started`, `service_healthy` or `service_completed_successfully`. */
  readonly condition: string;
}

export interface ComposeVariable {
  readonly name: string;
  readonly node: DataNode;
  /** Undefined when it is taken from the environment of `docker compose`. */
  readonly value: MappedText | undefined;
}

export interface ComposeService {
  readonly name: string;
  /** The service's entry in `services`. */
  readonly entry: MapEntry;
  readonly node: MapNode;
  readonly image: MappedText | undefined;
  readonly imageNode: ScalarNode | undefined;
  readonly build: ComposeBuild | undefined;
  readonly command: ComposeCommand | undefined;
  readonly entrypoint: ComposeCommand | undefined;
  /** Commands of `post_start` hooks. */
  readonly postStart: readonly ComposeCommand[];
  readonly ports: readonly ComposePort[];
  readonly expose: readonly ScalarNode[];
  readonly volumes: readonly ComposeVolume[];
  readonly environment: readonly ComposeVariable[];
  readonly healthcheck: ComposeHealthcheck | undefined;
  readonly dependsOn: readonly ComposeDependency[];
  readonly restart: string | undefined;
  readonly readOnly: ScalarNode | undefined;
  /** The entry of `logging` and its driver. */
  readonly logging: MapEntry | undefined;
  readonly loggingDriver: ScalarNode | undefined;
  readonly deploy: MapNode | undefined;
  readonly profiles: readonly string[];
  readonly labels: readonly ComposeVariable[];
  /** `extends`: the service that this one is based on, in this file unless `file` is given. */
  readonly extends: { readonly service: string; readonly file: string | undefined } | undefined;
}

/** One service. Keys that come through `<<` count as the service's own. */
export function composeService(service: MapEntry, node: MapNode): ComposeService {
  const imageNode = scalarIn(node, 'image');
  const logging = entry(node, 'logging');
  return {
    name: service.key,
    entry: service,
    node,
    imageNode,
    image: imageNode && interpolate(imageNode.text),
    build: build(get(node, 'build')),
    command: command(get(node, 'command')),
    entrypoint: command(get(node, 'entrypoint')),
    postStart: items(get(node, 'post_start')).flatMap((hook) => command(get(hook, 'command')) ?? []),
    ports: items(get(node, 'ports')).map(port),
    expose: scalars(get(node, 'expose')),
    volumes: items(get(node, 'volumes')).map(volume),
    environment: variables(get(node, 'environment')),
    healthcheck: healthcheck(entry(node, 'healthcheck')),
    dependsOn: dependencies(get(node, 'depends_on')),
    restart: restart(get(node, 'restart')),
    readOnly: scalarIn(node, 'read_only'),
    logging,
    loggingDriver: scalarIn(logging?.value, 'driver'),
    deploy: asMap(get(node, 'deploy')),
    profiles: scalars(get(node, 'profiles')).map((profile) => profile.text.text),
    labels: variables(get(node, 'labels')),
    extends: extended(get(node, 'extends')),
  };
}

/** A scalar that is not null. */
function scalarIn(node: DataNode | undefined, key: string): ScalarNode | undefined {
  const scalar = asScalar(get(node, key));
  return scalar && scalar.value !== null ? scalar : undefined;
}

function textIn(node: DataNode | undefined, key: string): MappedText | undefined {
  const scalar = scalarIn(node, key);
  return scalar && interpolate(scalar.text);
}

function scalars(node: DataNode | undefined): ScalarNode[] {
  return items(node).flatMap((item) => asScalar(item) ?? []);
}

/** `restart: no` without quotes is a boolean that Compose takes for `"no"`. */
function restart(node: DataNode | undefined): string | undefined {
  const scalar = asScalar(node);
  if (!scalar || scalar.value === null) return undefined;
  return scalar.value === false ? 'no' : interpolate(scalar.text).text;
}

function build(node: DataNode | undefined): ComposeBuild | undefined {
  const context = asScalar(node);
  if (node && context && context.value !== null) {
    const rest = { dockerfile: undefined, dockerfileInline: undefined, target: undefined };
    return { node, context: interpolate(context.text), ...rest };
  }
  const map = asMap(node);
  if (!node || !map) return undefined;
  return {
    node,
    context: textIn(map, 'context'),
    dockerfile: textIn(map, 'dockerfile'),
    dockerfileInline: scalarIn(map, 'dockerfile_inline'),
    target: textIn(map, 'target'),
  };
}

function command(node: DataNode | undefined): ComposeCommand | undefined {
  const scalar = asScalar(node);
  if (node && scalar && scalar.value !== null) return { node, form: 'string', words: [interpolate(scalar.text)] };
  if (!node || !asSequence(node)) return undefined;
  return { node, form: 'list', words: scalars(node).map((item) => interpolate(item.text)) };
}

/** Short form: `[[IP:]HOST:]CONTAINER[/PROTOCOL]`. */
function port(node: DataNode): ComposePort {
  const scalar = asScalar(node);
  if (!scalar) {
    return {
      node,
      hostIp: textIn(node, 'host_ip'),
      published: textIn(node, 'published'),
      target: textIn(node, 'target'),
      protocol: stringOf(get(node, 'protocol')) ?? 'tcp',
    };
  }
  const text = interpolate(scalar.text);
  const slash = text.text.lastIndexOf('/');
  const addresses = slash < 0 ? text : text.slice(0, slash);
  const last = addresses.text.lastIndexOf(':');
  const before = last < 0 ? undefined : addresses.slice(0, last);
  const separator = before ? before.text.lastIndexOf(':') : -1;
  return {
    node,
    target: addresses.slice(last + 1),
    published: before?.slice(separator + 1),
    hostIp: separator < 0 ? undefined : before?.slice(0, separator),
    protocol: slash < 0 ? 'tcp' : text.text.slice(slash + 1),
  };
}

/** Short form: `[SOURCE:]TARGET[:MODE]`. */
function volume(node: DataNode): ComposeVolume {
  const scalar = asScalar(node);
  if (!scalar) return longVolume(node);
  const text = interpolate(scalar.text);
  const colons: number[] = [];
  for (let at = text.text.indexOf(':'); at >= 0; at = text.text.indexOf(':', at + 1)) {
    // The colon of a Windows drive: `C:\data:/data`.
    const previous = colons[colons.length - 1];
    const letter = text.text.slice(previous === undefined ? 0 : previous + 1, at);
    if (!/^[A-Za-z]$/.test(letter) || !/[\\/]/.test(text.text[at + 1] ?? '')) colons.push(at);
  }
  const [first, second] = colons;
  if (first === undefined) return { node, type: 'anonymous', source: undefined, target: text, readOnly: false };
  const source = text.slice(0, first);
  const mode = second === undefined ? '' : text.text.slice(second + 1);
  return {
    node,
    type: sourceType(source.text),
    source,
    target: text.slice(first + 1, second),
    readOnly: mode.split(',').includes('ro'),
  };
}

function sourceType(source: string): ComposeVolume['type'] {
  if (/^(?:[./~]|[A-Za-z]:[\\/])/.test(source)) return 'bind';
  return source.startsWith(HOLE) ? 'unknown' : 'volume';
}

function longVolume(node: DataNode): ComposeVolume {
  const type = stringOf(get(node, 'type'));
  const source = textIn(node, 'source');
  return {
    node,
    type: type === 'bind' || type === 'tmpfs' ? type : type !== 'volume' ? 'unknown' : source ? 'volume' : 'anonymous',
    source,
    target: textIn(node, 'target'),
    readOnly: asScalar(get(node, 'read_only'))?.value === true,
  };
}

/** A map, or a list of `NAME=value`. */
function variables(node: DataNode | undefined): ComposeVariable[] {
  const map = asMap(node);
  if (map) {
    return map.entries.flatMap((candidate) => {
      if (candidate.key === '<<') return variables(candidate.value);
      const scalar = asScalar(candidate.value);
      const value = scalar && scalar.value !== null ? interpolate(scalar.text) : undefined;
      return scalar ? [{ name: candidate.key, node: candidate.value, value }] : [];
    });
  }
  return items(node).flatMap((item): ComposeVariable[] => {
    const scalar = asScalar(item);
    if (!scalar) return [];
    const text = interpolate(scalar.text);
    const equals = text.text.indexOf('=');
    if (equals < 0) return [{ name: text.text, node: item, value: undefined }];
    return [{ name: text.text.slice(0, equals), node: item, value: text.slice(equals + 1) }];
  });
}

function healthcheck(found: MapEntry | undefined): ComposeHealthcheck | undefined {
  if (!found || !asMap(found.value)) return undefined;
  const test = command(get(found.value, 'test'))?.words ?? [];
  const disabled = asScalar(get(found.value, 'disable'))?.value === true || test[0]?.text === 'NONE';
  return { entry: found, disabled, test };
}

function dependencies(node: DataNode | undefined): ComposeDependency[] {
  const map = asMap(node);
  if (!map) {
    return items(node).flatMap((item) => {
      const name = asScalar(item)?.text.text;
      return name === undefined ? [] : [{ name, node: item, condition: 'service_started' }];
    });
  }
  return map.entries
    .filter((candidate) => candidate.key !== '<<')
    .map((candidate) => ({
      name: candidate.key,
      node: candidate.value,
      condition: stringOf(get(candidate.value, 'condition')) ?? 'service_started',
    }));
}

function extended(node: DataNode | undefined): ComposeService['extends'] {
  const short = stringOf(node);
  if (short !== undefined) return { service: short, file: undefined };
  const service = stringOf(get(node, 'service'));
  return service === undefined ? undefined : { service, file: stringOf(get(node, 'file')) };
}
