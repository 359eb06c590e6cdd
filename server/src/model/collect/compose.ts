import { analyseCompose, type ComposeCommand, type ComposeService } from '../compose';
import { parseImageReference } from '../image-reference';
import type { SourceFile } from '../source-file';
import { emitImage, emitScript, type Emitter } from './emitter';
import { joinWords } from './start-command';

/** Facts of a compose file. */
export function collectCompose(file: SourceFile, emitter: Emitter): void {
  if (!file.data) return;
  const compose = analyseCompose(file.data);
  emitter.emit('compose', compose);
  const built = new Set(compose.services.filter((service) => service.build).map((service) => service.image?.text));
  for (const service of compose.services) {
    emitter.emit('compose.service', service);
    collectImage(service, built, emitter);
    collectCommands(service, emitter);
  }
}

function collectImage(service: ComposeService, built: ReadonlySet<string | undefined>, emitter: Emitter): void {
  const { image, imageNode } = service;
  if (!image || !imageNode) return;
  // A name without a registry that is built here is never pulled.
  const local = built.has(image.text) && parseImageReference(image.text)?.domain === undefined;
  emitImage(
    emitter,
    {
      site: 'compose.service',
      at: imageNode.range,
      anchor: `service.${service.name}/image`,
      shipped: true,
      builtHere: local,
    },
    [image],
  );
}

function collectCommands(service: ComposeService, emitter: Emitter): void {
  const commands: [key: string, command: ComposeCommand | undefined][] = [
    ['entrypoint', service.entrypoint],
    ['command', service.command],
    ...service.postStart.map((command, index): [string, ComposeCommand] => [`post_start.${index}`, command]),
  ];
  for (const [key, command] of commands) {
    if (!command || command.words.length === 0) continue;
    // Compose splits a string into words as a shell would, but runs no shell.
    const [first] = command.words;
    const text = command.form === 'string' && first ? first : joinWords(command.words);
    emitScript(emitter, {
      phase: 'start',
      text,
      owner: { type: 'compose', service, key },
      anchor: `service.${service.name}/${key}`,
    });
  }
}
