import { textOf } from '../values/value';
import type { PackerBuild, PackerSource } from './types';

/**
 * True when one can tell afterwards what an image was built on: each build that uses the source writes a manifest or
 * registers the image in HCP Packer, and the image carries the id of its source as a tag.
 */
export function isTraceable(source: PackerSource): boolean {
  return source.builds.length > 0 && source.builds.every(isRegistered) && recordsSource(source);
}

function isRegistered(build: PackerBuild): boolean {
  return (
    build.block.has('hcp_packer_registry') !== 'no' || build.postProcessors.some(({ type }) => type === 'manifest')
  );
}

/** `tags = { SourceAMI = "{{ .SourceAMI }}" }`, or tag blocks that say so (amazon plugin, "Build Template Data"). */
function recordsSource(source: PackerSource): boolean {
  const inTags = ['tags', 'run_tags', 'snapshot_tags'].some((name) => {
    const tags = source.block.value(name);
    return tags?.type === 'object' && [...tags.entries.values()].some(({ value }) => isSourceName(textOf(value)));
  });
  return inTags || source.block.blocks('tag').some((tag) => isSourceName(textOf(tag.value('value'))));
}

function isSourceName(text: string | undefined): boolean {
  return text !== undefined && /\{\{-?\s*\.SourceAMI(Name)?\s*-?\}\}/.test(text);
}
