import { MappedText } from '../../core/mapped-text';
import type { Place } from '../../core/text';
import type { ScalarNode } from '../../lang/data/tree';
import { analyseHelmChart, analyseHelmValues } from '../helm';
import { analyseKustomization } from '../kustomize';
import type { SourceFile } from '../source-file';
import { emitImage, type Emitter } from './emitter';

/** Facts of a chart's values: images that are written in parts. */
export function collectHelmValues(file: SourceFile, emitter: Emitter): void {
  if (!file.data) return;
  for (const image of analyseHelmValues(file.data)) {
    emitter.emit('helm.image', image);
    // Without a tag the chart's templates decide, usually for the chart's appVersion.
    if (!image.tag && !image.digest) continue;
    emitParts(emitter, 'helm.values', image.path.join('.'), {
      registry: image.registry,
      repository: image.repository,
      tag: image.tag,
      digest: image.digest,
    });
  }
}

/** Facts of a `Chart.yaml`. */
export function collectHelmChart(file: SourceFile, emitter: Emitter): void {
  if (file.data) emitter.emit('helm', analyseHelmChart(file.data));
}

/** Facts of a kustomization: what its `images` replace names, tags and digests by. */
export function collectKustomization(file: SourceFile, emitter: Emitter): void {
  if (!file.data) return;
  const kustomization = analyseKustomization(file.data);
  emitter.emit('kustomize', kustomization);
  kustomization.images.forEach((image, index) => {
    const repository = image.newName ?? image.name;
    if (!repository || (!image.newTag && !image.digest)) return;
    emitParts(emitter, 'kustomize.images', `images.${image.name?.text.text ?? index}`, {
      registry: undefined,
      repository,
      tag: image.newTag,
      digest: image.digest,
    });
  });
}

interface ImageParts {
  readonly registry: ScalarNode | undefined;
  readonly repository: ScalarNode;
  readonly tag: ScalarNode | undefined;
  readonly digest: ScalarNode | undefined;
}

function emitParts(
  emitter: Emitter,
  site: 'helm.values' | 'kustomize.images',
  anchor: string,
  parts: ImageParts,
): void {
  const joint = (text: string, node: ScalarNode): MappedText =>
    MappedText.opaque(text, { start: node.range.start, end: node.range.start });
  const pieces: MappedText[] = [];
  if (parts.registry) pieces.push(parts.registry.text, joint('/', parts.repository));
  pieces.push(parts.repository.text);
  if (parts.tag) pieces.push(joint(':', parts.tag), parts.tag.text);
  if (parts.digest) {
    // Both `sha256:…` and the bare hexadecimal digits are in use.
    const bare = /^[0-9a-f]{64}$/.test(parts.digest.text.text);
    pieces.push(joint(bare ? '@sha256:' : '@', parts.digest), parts.digest.text);
  }
  const tagAt: Place = parts.tag?.text.sourceOf() ?? parts.tag?.range ?? parts.repository.range;
  emitImage(emitter, { site, at: tagAt, anchor, shipped: true, tagAt }, [MappedText.concat(pieces)]);
}
