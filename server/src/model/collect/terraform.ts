import type { Project } from '../project';
import type { SourceFile } from '../source-file';
import { bootArguments } from '../terraform/boot-data';
import { terraformContainers, type TerraformContainer } from '../terraform/containers';
import type { TerraformUnit } from '../facts';
import type { TerraformResource } from '../terraform/types';
import { structureOf } from '../values/structure';
import { textsOf } from '../values/texts';
import { entryOf } from '../values/value';
import { emitBootData } from './boot-data';
import { emitImage, emitScript, type Emitter } from './emitter';
import { argumentsAsScript } from './start-command';

/** Facts of a Terraform or OpenTofu file, seen in its module. */
export function collectTerraform(file: SourceFile, project: Project, emitter: Emitter): void {
  const module = project.terraformModule(file.path);
  const own = module.files.find((candidate) => candidate.path === file.path);
  if (!own) return;
  const here = (resource: TerraformResource): boolean => resource.file.path === file.path && !resource.disabled;
  const resources = module.resources.filter(here);
  const dataSources = module.dataSources.filter(here);
  const unit: TerraformUnit = { module, file: own, resources: [...resources, ...dataSources] };
  emitter.emit('terraform', unit);
  for (const settings of module.settings) if (settings.path === file.path) emitter.emit('terraform.settings', settings);
  for (const call of module.moduleCalls) if (call.path === file.path) emitter.emit('terraform.module-call', call);
  for (const resource of resources) {
    emitter.emit('terraform.resource', resource);
    emitter.emit(`terraform.resource:${resource.type}`, resource);
    for (const container of terraformContainers(resource)) emitContainer(container, emitter);
    emitProvisioners(resource, emitter);
  }
  for (const data of dataSources) {
    emitter.emit('terraform.data', data);
    emitter.emit(`terraform.data:${data.type}`, data);
  }
  for (const resource of [...resources, ...dataSources]) {
    for (const boot of bootArguments(resource)) {
      emitBootData(emitter, {
        text: boot.text.text,
        resource,
        argument: boot.argument,
        at: boot.at,
        anchor: `resource.${resource.address}/${boot.argument}`,
      });
    }
  }
}

function emitContainer(container: TerraformContainer, emitter: Emitter): void {
  emitter.emit('terraform.container', container);
  emitImage(
    emitter,
    { site: 'terraform.container', at: container.imageAt, anchor: `${container.anchor}/image`, shipped: true },
    textsOf(container.image),
  );
  const definition = container.definition && structureOf(container.definition);
  const read = (json: string, block: string) =>
    definition ? entryOf(definition, json) : container.block?.value(block);
  const script = argumentsAsScript(
    read('entryPoint', 'entrypoint') ?? container.block?.value('command'),
    read('command', 'args'),
  );
  if (!script) return;
  emitScript(emitter, {
    phase: 'start',
    text: script,
    owner: { type: 'terraform-container', container },
    anchor: `${container.anchor}/command`,
  });
}

/** `local-exec` runs on the machine that applies. What `remote-exec` runs is the provisioner rule's business. */
function emitProvisioners(resource: TerraformResource, emitter: Emitter): void {
  resource.block.blocks('provisioner').forEach((provisioner, index) => {
    if (provisioner.labels[0] !== 'local-exec') return;
    for (const text of textsOf(provisioner.value('command'))) {
      emitScript(emitter, {
        phase: 'local',
        text,
        owner: { type: 'terraform', resource, argument: 'local-exec' },
        anchor: `resource.${resource.address}/provisioner.${index}`,
      });
    }
  });
}
