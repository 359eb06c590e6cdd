import type { PackerBuild, PackerStep } from '../packer/types';
import type { Project } from '../project';
import type { SourceFile } from '../source-file';
import { textsOf } from '../values/texts';
import { alternatives } from '../values/value';
import { joinPath } from '../../core/paths';
import { emitImage, emitScript, type Emitter } from './emitter';
import { MappedText, MappedTextBuilder } from '../../core/mapped-text';

/** Facts of a Packer file: HCL2 in its directory's template, or a legacy JSON template. */
export function collectPacker(file: SourceFile, project: Project, emitter: Emitter): void {
  const template = project.packerTemplate(file.path);
  emitter.emit('packer', template);
  for (const settings of template.settings) if (settings.path === file.path) emitter.emit('packer.settings', settings);
  for (const data of template.dataSources) if (data.path === file.path) emitter.emit('packer.data', data);
  for (const source of template.sources) {
    if (source.block.path !== file.path) continue;
    emitter.emit('packer.source', source);
    if (source.builder !== 'docker') continue;
    const image = source.block.attribute('image');
    if (!image) continue;
    emitImage(
      emitter,
      {
        site: 'packer.source',
        at: { ...image.range, path: image.path },
        anchor: `source.${source.builder}.${source.name}/image`,
        shipped: true,
      },
      textsOf(image.value),
    );
  }
  template.builds.forEach((build, index) => {
    if (build.block.path !== file.path) return;
    emitter.emit('packer.build', build);
    build.provisioners.forEach((step, position) => {
      emitShell(file, project, emitter, build, step, `build.${index}/provisioner.${position}`);
    });
    build.postProcessors.forEach((step, position) => {
      if (step.type === 'docker-tag') emitTags(emitter, step, `build.${index}/post-processor.${position}`);
    });
  });
}

function emitShell(
  file: SourceFile,
  project: Project,
  emitter: Emitter,
  build: PackerBuild,
  step: PackerStep,
  anchor: string,
): void {
  if (step.type !== 'shell' && step.type !== 'shell-local') return;
  const phase = step.type === 'shell' ? 'bake' : 'local';
  const owner = { type: 'packer', step, build } as const;
  const inline = step.block.value('inline');
  for (const option of inline ? alternatives(inline) : []) {
    if (option.type !== 'list') continue;
    // Packer writes the items into one script, a line each (shell provisioner documentation).
    const builder = new MappedTextBuilder();
    option.items.forEach((item) => {
      const text = item.type === 'text' ? item.text : MappedText.hole(item.origin ?? option.origin);
      builder.append(text);
      const end = text.placeAt(text.length) ?? option.origin;
      builder.opaque('\n', { ...end, end: end.start });
    });
    emitScript(emitter, { phase, text: builder.build(), owner, anchor: `${anchor}/inline` });
  }
  for (const argument of ['script', 'scripts']) {
    const value = step.block.value(argument);
    const paths = value?.type === 'list' ? value.items : value ? [value] : [];
    for (const item of paths) {
      for (const path of textsOf(item)) {
        const full = path.complete ? joinPath(file.directory, path.text) : undefined;
        const text = full === undefined ? undefined : project.read(full);
        if (full === undefined || text === undefined) continue;
        emitScript(emitter, {
          phase,
          text: MappedText.verbatim(text, 0, full),
          owner,
          anchor: `${anchor}/${argument}`,
          path: full,
        });
      }
    }
  }
}

function emitTags(emitter: Emitter, step: PackerStep, anchor: string): void {
  const repository = textsOf(step.block.value('repository'))[0];
  for (const argument of ['tags', 'tag']) {
    const attribute = step.block.attribute(argument);
    const items = attribute?.value.type === 'list' ? attribute.value.items : [];
    // One immutable tag among several is enough to go back to.
    const tags = items.flatMap((item) => textsOf(item));
    if (!attribute || tags.length !== 1 || tags.length !== items.length) continue;
    for (const tag of tags) {
      const name = repository ?? MappedText.opaque('image', attribute.range);
      const text = MappedText.concat([
        name,
        MappedText.opaque(':', { ...attribute.range, end: attribute.range.start }),
        tag,
      ]);
      const at = tag.sourceOf() ?? attribute.range;
      emitImage(emitter, { site: 'packer.tag', at, anchor: `${anchor}/${argument}`, shipped: true, tagAt: at }, [text]);
    }
  }
}
