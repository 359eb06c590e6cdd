import { parseImageReference } from '../image-reference';
import type { Dockerfile } from './analyse';
import type { Stage } from './stage';

/** Ports whose protocols are not HTTP, or HTTP behind TLS. */
const NOT_HTTP: ReadonlySet<number> = new Set([
  21, 22, 25, 53, 110, 143, 389, 443, 465, 587, 636, 1433, 1521, 1883, 2181, 3306, 4222, 5432, 5672, 6379, 8443, 9042,
  9092, 9443, 11211, 27017, 50051,
]);

/** The layers of a stage's image that stand in the file, the oldest first. */
function layersOf(stage: Stage): readonly Stage[] {
  return [...stage.parents].reverse().concat(stage);
}

/** The ports that `EXPOSE` names in the stage or its parents; `undefined` stands for one that is not known. */
export function exposedPorts(stage: Stage, dockerfile: Dockerfile): readonly (number | undefined)[] {
  return layersOf(stage).flatMap((layer) =>
    layer.instructions.flatMap((instruction) =>
      instruction.keyword !== 'EXPOSE'
        ? []
        : instruction.words.map((word) => {
            const found = /^(\d{1,5})(?:\/tcp)?$/i.exec(dockerfile.expand(word, instruction).text);
            return found ? Number(found[1]) : undefined;
          }),
    ),
  );
}

/**
 * A command that asks `/` on the only exposed port, with a tool that the image has: of its base image, or installed in
 * one of its layers. Undefined when the port, its protocol or the tool cannot be told.
 */
export function probeCommand(stage: Stage, dockerfile: Dockerfile): { words: string[]; port: number } | undefined {
  const ports = new Set(exposedPorts(stage, dockerfile));
  const [port] = ports;
  if (ports.size !== 1 || port === undefined || NOT_HTTP.has(port)) return undefined;
  const words = toolCommand(stage, `http://127.0.0.1:${port}/`);
  return words && { words, port };
}

function toolCommand(stage: Stage, url: string): string[] | undefined {
  const layers = layersOf(stage);
  const base = parseImageReference(layers[0]?.base.text ?? '');
  const repository = base?.repository ?? '';
  const tag = base?.tag ?? '';
  // BusyBox brings wget with every Alpine image.
  if (/\/(alpine|busybox)$/.test(repository) || /(^|-)alpine/.test(tag)) return ['wget', '-qO-', url];
  const scripts = layers.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === 'RUN').map(({ argument }) => argument.text),
  );
  if (isInstalled('curl', scripts)) return ['curl', '-fsS', url];
  if (isInstalled('wget', scripts)) return ['wget', '-qO-', url];
  const major = Number(/^\d+/.exec(tag)?.[0] ?? NaN);
  const fetches = `fetch('${url}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  // `fetch` came with Node.js 18.
  if (repository === 'docker.io/library/node' && major >= 18) return ['node', '-e', fetches];
  if (/^gcr\.io\/distroless\/nodejs(18|2\d)-/.test(repository)) return ['/nodejs/bin/node', '-e', fetches];
  if (repository === 'docker.io/library/python' && major >= 3) {
    return ['python', '-c', `import urllib.request; urllib.request.urlopen('${url}', timeout=3)`];
  }
  return undefined;
}

/** Installed by the system's package manager, and never removed again. */
function isInstalled(tool: string, scripts: readonly string[]): boolean {
  const installs = new RegExp(
    `\\b(?:apt-get|apt|apk|dnf|microdnf|yum)\\b[^;&|]*\\b(?:install|add)\\b[^;&|]*\\s${tool}(?=[\\s;&|=]|$)`,
  );
  const removes = new RegExp(
    `\\b(?:purge|remove|del|erase)\\b[^;&|]*\\s${tool}\\b|--virtual|--auto-remove|\\bautoremove\\b`,
  );
  return scripts.some((script) => installs.test(script)) && !scripts.some((script) => removes.test(script));
}
