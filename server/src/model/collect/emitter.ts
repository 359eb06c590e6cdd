import type { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import { looksLikePosixShell, parseShell } from '../../lang/shell/parse';
import type { CommandUse, ImageOption, ImageSite, ImageUse, Phase, ScriptOwner, ScriptUse } from '../facts';
import { parseImageReference } from '../image-reference';
import { shellImages } from './shell-images';

/** Hands facts to the rules, and skips the work for facts that no rule wants. */
export interface Emitter {
  /** False while a file is only summarised: shell scripts are then not parsed. */
  readonly scripts: boolean;
  wants(fact: string): boolean;
  emit(fact: string, value: unknown): void;
}

export interface ImageSource {
  readonly site: ImageSite;
  readonly at: Place;
  readonly anchor: string;
  readonly shipped: boolean;
  readonly builtHere?: boolean | undefined;
  readonly tagAt?: Place | undefined;
}

/** Emits an image fact for the possible texts of one reference; nothing when one of them is no reference at all. */
export function emitImage(emitter: Emitter, source: ImageSource, texts: readonly MappedText[]): void {
  if (!emitter.wants('image') || texts.length === 0) return;
  const options: ImageOption[] = [];
  for (const text of texts) {
    const trimmed = text.trim();
    // A matrix gives the empty string to the rows that need no container (pitfall P9).
    if (trimmed.length === 0) continue;
    const reference = parseImageReference(trimmed.text);
    if (!reference) return;
    options.push({ text: trimmed, reference });
  }
  if (options.length === 0) return;
  const use: ImageUse = {
    site: source.site,
    at: source.at,
    options,
    anchor: source.anchor,
    shipped: source.shipped,
    builtHere: source.builtHere ?? false,
    tagAt: source.tagAt,
  };
  emitter.emit('image', use);
}

export interface ScriptSource {
  readonly phase: Phase;
  readonly text: MappedText;
  readonly owner: ScriptOwner;
  readonly anchor: string;
  /** Path of the file that holds the script when it is another one. */
  readonly path?: string | undefined;
  readonly variables?: ((name: string) => MappedText | undefined) | undefined;
}

/**
 * Parses a script once and emits it, its commands, and the images that its commands pull, run or tag.
 * PowerShell and the like are left alone.
 */
export function emitScript(emitter: Emitter, source: ScriptSource): ScriptUse | undefined {
  if (!emitter.scripts) return undefined;
  if (!emitter.wants('script') && !emitter.wants('command') && !emitter.wants('image')) return undefined;
  if (!looksLikePosixShell(source.text.text)) return undefined;
  const shell = parseShell(source.text, source.variables ? { variables: source.variables } : {});
  const script: ScriptUse = {
    phase: source.phase,
    shell,
    owner: source.owner,
    path: source.path,
    anchor: source.anchor,
  };
  emitter.emit('script', script);
  if (emitter.wants('command')) {
    for (const command of shell.commands) {
      if (command.words.length === 0) continue;
      const use: CommandUse = { command, script, phase: source.phase, anchor: `${source.anchor}/${command.name}` };
      emitter.emit('command', use);
    }
  }
  if (emitter.wants('image')) {
    for (const image of shellImages(script)) emitImage(emitter, image.source, [image.text]);
  }
  return script;
}
