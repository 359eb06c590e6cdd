import type { DataPath, PipelineDocument } from './document';
import { ENGINE_WORDS, STEERING_VARIABLES } from './reserved';
import type { WrittenContainers, WrittenEnvironment, WrittenPipeline } from './written';

/** What a target needs beside its own part of the file, so that a plan does not have to refuse it. */
export function checkTarget(
  { target, route, soak }: WrittenEnvironment,
  at: DataPath,
  written: WrittenPipeline,
  document: PipelineDocument,
): void {
  const { containers, terraform } = target;
  if (containers) checkContainers(containers, [...at, 'target', 'containers'], written, document);
  if (containers && !route?.file) {
    document.problem(
      [...at, route ? 'route' : 'target'],
      'Nothing says how the traffic gets to a slot. Add `route: { file: { path: FILE, content: "… ${slot.port} …" } }`.',
      true,
    );
  }
  if (route?.file && !/\$\{slot\.(?:name|port|active|idle)\}/.test(route.file.content)) {
    document.problem(
      [...at, 'route', 'file', 'content'],
      'The content is the same for every slot. Put `${slot.port}` or `${slot.name}` into it.',
    );
  }
  if (route?.file && target.terraform) {
    document.problem([...at, 'route'], '`file` routes between the slots of a `containers` target.');
  }
  if (terraform && !terraform.blueGreen && soak !== undefined) {
    document.problem(
      [...at, 'soak'],
      'Nothing is kept warm without slots. Remove this, or add `target.terraform.blueGreen`.',
      true,
    );
  }
}

function checkContainers(
  { run }: WrittenContainers,
  at: DataPath,
  written: WrittenPipeline,
  document: PipelineDocument,
): void {
  const [first] = run;
  const slots = Object.keys(first?.slots ?? {});
  const names = new Set<string>();
  const ports = new Map<string, string>();
  run.forEach((one, index) => {
    const here: DataPath = [...at, 'run', index];
    if (names.has(one.name)) document.problem([...here, 'name'], `There is another container \`${one.name}\`.`);
    names.add(one.name);
    const image = written.images?.[one.image];
    if (!image) document.problem([...here, 'image'], `There is no image \`${one.image}\` in this file.`);
    else if (!image.container) document.problem([...here, 'image'], `\`${one.image}\` is no container image.`);
    if (Object.keys(one.slots).sort().join() !== [...slots].sort().join()) {
      document.problem(
        [...here, 'slots'],
        `Other slots than \`${first?.name ?? ''}\` has. Give every container the slots ${slots.join(' and ')}.`,
      );
    }
    for (const [slot, { publish }] of Object.entries(one.slots)) {
      publish.forEach((text, place) => {
        const problem = portProblem(text, `\`${one.name}\` in ${slot}`, ports);
        if (problem !== undefined) document.problem([...here, 'slots', slot, 'publish', place], problem);
      });
    }
    one.args?.forEach((word, place) => {
      if (ENGINE_WORDS.test(word)) {
        document.problem([...here, 'args', place], `Remove \`${word}\`: the engine sets that itself.`);
      }
    });
    for (const [name, value] of Object.entries(one.env ?? {})) {
      if (typeof value === 'string' || !STEERING_VARIABLES.test(name)) continue;
      document.problem(
        [...here, 'env', name],
        `A secret of this name would steer the container engine. Give it another name, or write its value.`,
        true,
      );
    }
  });
}

/** A port of the host serves one container: the old version and the new one run beside each other. */
function portProblem(text: string, owner: string, taken: Map<string, string>): string | undefined {
  const [port = '', address = '0.0.0.0'] = text
    .split(/:(?![^[]*\])/)
    .reverse()
    .slice(1);
  if (Number(port) < 1 || Number(port) > 65_535) return `${port} is no port.`;
  const other = taken.get(`${address}:${port}`);
  taken.set(`${address}:${port}`, owner);
  return other === undefined ? undefined : `${other} has this port already.`;
}
