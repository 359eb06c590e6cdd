import { asMap, entry, get, type DataFile } from '../../lang/data/tree';
import { analyseKubernetes, containersOf, words, type Container, type Workload } from '../kubernetes';
import type { SourceFile } from '../source-file';
import { emitImage, emitScript, type Emitter } from './emitter';
import { joinWords } from './start-command';

/** Facts of a Kubernetes manifest. Helm templates give them too, with holes where values come in. */
export function collectKubernetes(file: SourceFile, emitter: Emitter): void {
  if (!file.data) return;
  const manifest = analyseKubernetes(file.data);
  emitter.emit('kubernetes', manifest);
  for (const object of manifest.objects) emitter.emit('kubernetes.object', object);
  collectFragments(file.data, emitter);
  for (const workload of manifest.workloads) {
    emitter.emit('kubernetes.workload', workload);
    workload.containers.forEach((container, index) => collectContainer(workload, container, index, emitter));
  }
}

/**
 * A document without `kind` beside objects of a manifest, as documentation cuts it out of a Deployment: its images are read,
 * nothing else can be told about it.
 */
function collectFragments(data: DataFile, emitter: Emitter): void {
  data.documents.forEach((document, index) => {
    const root = asMap(document.root);
    if (!root || entry(root, 'kind') || entry(root, 'apiVersion')) return;
    const spec = get(root, 'spec', 'template', 'spec') ?? get(root, 'spec');
    for (const container of containersOf(spec)) {
      if (!container.image) continue;
      const anchor = `fragment.${index}/container.${container.name ?? '?'}/image`;
      emitImage(emitter, { site: 'kubernetes.container', at: container.image.range, anchor, shipped: true }, [
        container.image.text,
      ]);
    }
  });
}

/** `Deployment/web`: what the object is called in anchors. */
export function objectAnchor(object: Workload['object']): string {
  return `${object.kind}/${object.name?.text.text ?? '?'}`;
}

/** `Deployment/web/container.app`. */
export function containerAnchor(workload: Workload, container: Container, index: number): string {
  return `${objectAnchor(workload.object)}/${container.role === 'container' ? 'container' : container.role}.${container.name ?? index}`;
}

function collectContainer(workload: Workload, container: Container, index: number, emitter: Emitter): void {
  const anchor = containerAnchor(workload, container, index);
  const { image } = container;
  if (image) {
    emitImage(emitter, { site: 'kubernetes.container', at: image.range, anchor: `${anchor}/image`, shipped: true }, [
      image.text,
    ]);
  }
  const owner = {
    type: 'kubernetes',
    workload,
    container: container.name ?? String(index),
    role: container.role,
  } as const;
  const start = [...container.command, ...container.args];
  if (start.length > 0) {
    emitScript(emitter, {
      phase: 'start',
      text: joinWords(start.map((word) => word.text)),
      owner: { ...owner, key: 'command' },
      anchor: `${anchor}/command`,
    });
  }
  for (const key of ['postStart', 'preStop'] as const) {
    const command = words(get(container.lifecycle, key, 'exec', 'command'));
    if (command.length === 0) continue;
    emitScript(emitter, {
      // preStop runs when the container ends: nothing it does outlives it.
      phase: key === 'postStart' ? 'start' : 'script',
      text: joinWords(command.map((word) => word.text)),
      owner: { ...owner, key },
      anchor: `${anchor}/${key}`,
    });
  }
}
