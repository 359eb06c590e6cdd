import type { MappedText } from '../../core/mapped-text';
import type { Place, Range } from '../../core/text';
import { analyseCloudInit } from '../cloudinit';
import type { BootData } from '../facts';
import type { TerraformResource } from '../terraform/types';
import { emitScript, type Emitter } from './emitter';

export interface BootSource {
  readonly text: MappedText;
  readonly resource: TerraformResource | undefined;
  readonly argument: string;
  /** Where the argument stands: the place of what has no place of its own. */
  readonly at: Place;
  readonly anchor: string;
}

/** Emits what an instance reads at boot, and each of its scripts with the phase `boot`. */
export function emitBootData(emitter: Emitter, source: BootSource): void {
  if (!emitter.scripts) return;
  const cloudInit = analyseCloudInit(source.text);
  const fact: BootData = {
    cloudInit,
    resource: source.resource,
    argument: source.argument,
    at: source.at,
    anchor: source.anchor,
    place: (range: Range) => source.text.sourceOf(range) ?? source.at,
  };
  emitter.emit('boot-data', fact);
  cloudInit.scripts.forEach((script, index) => {
    emitScript(emitter, {
      phase: 'boot',
      text: script.text,
      owner: { type: 'cloud-init', part: script.origin, resource: source.resource },
      anchor: `${source.anchor}/${script.origin}${script.origin === 'script' ? '' : `.${index}`}`,
    });
  });
}
