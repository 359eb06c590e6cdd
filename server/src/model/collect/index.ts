import type { FactCollector } from '../../core/engine';
import type { Project } from '../project';
import type { SourceFile } from '../source-file';
import { MappedText } from '../../core/mapped-text';
import { emitBootData } from './boot-data';
import { collectHelmChart, collectHelmValues, collectKustomization } from './charts';
import { collectCompose } from './compose';
import { collectDockerfile } from './dockerfile';
import { emitScript, type Emitter } from './emitter';
import { collectKubernetes } from './kubernetes';
import { collectPacker } from './packer';
import { collectTerraform } from './terraform';
import { collectAction, collectWorkflow } from './workflow';

export interface CollectOptions {
  /** False: scripts are not parsed and boot data is not read. */
  readonly scripts: boolean;
}

/** Finds the facts of one file and hands them over in source order as far as one language goes. */
export function collectFacts(
  file: SourceFile,
  project: Project,
  wants: (fact: string) => boolean,
  emit: (fact: string, value: unknown) => void,
  options: CollectOptions,
): void {
  const emitter: Emitter = {
    scripts: options.scripts,
    wants,
    emit: (fact, value) => {
      if (wants(fact)) emit(fact, value);
    },
  };
  emitter.emit('file', file);
  switch (file.kind) {
    case 'terraform':
    case 'terraform-json':
      collectTerraform(file, project, emitter);
      return;
    case 'packer':
    case 'packer-json':
      collectPacker(file, project, emitter);
      return;
    case 'dockerfile':
      collectDockerfile(file, project, emitter);
      return;
    case 'kubernetes':
    case 'helm-template':
      collectKubernetes(file, emitter);
      return;
    case 'compose':
      collectCompose(file, emitter);
      return;
    case 'workflow':
      collectWorkflow(file, emitter);
      return;
    case 'action':
      collectAction(file, emitter);
      return;
    case 'kustomize':
      collectKustomization(file, emitter);
      return;
    case 'helm-values':
      collectHelmValues(file, emitter);
      return;
    case 'helm-chart':
      collectHelmChart(file, emitter);
      return;
    case 'cloud-init':
      // Packer serves these to an installer: what they install is baked (autoinstall, `http_directory`).
      if (/(^|\/)(packer|http)\//i.test(file.path) || /^autoinstall:/m.test(file.text)) return;
      emitBootData(emitter, {
        text: MappedText.verbatim(file.text, 0),
        resource: undefined,
        argument: 'cloud-init',
        at: { start: 0, end: Math.min(file.text.length, file.lines.lineEnd(0)) },
        anchor: 'cloud-init',
      });
      return;
    case 'shell':
      emitScript(emitter, {
        phase: 'script',
        text: MappedText.verbatim(file.text, 0),
        owner: { type: 'shell' },
        anchor: 'script',
      });
      return;
    default:
      return;
  }
}

/** The collector that the engine is given. */
export const factCollector: FactCollector<SourceFile, Project> = {
  collect: (file, project, wants, emit) => collectFacts(file, project, wants, emit, { scripts: true }),
};
