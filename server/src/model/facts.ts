import type { MappedText } from '../core/mapped-text';
import type { Rule, RuleMeta, RuleContext as CoreContext } from '../core/rule';
import type { Place, Range } from '../core/text';
import type { DataFile } from '../lang/data/tree';
import type { ShellCommand, ShellScript } from '../lang/shell/ast';
import type { CloudInit } from './cloudinit';
import type { ComposeFile, ComposeService } from './compose';
import type { ConfigBlock } from './config-block';
import type { Dockerfile, Stage } from './dockerfile';
import type { HelmChart, HelmImage } from './helm';
import type { ImageReference } from './image-reference';
import type { KubernetesFile, KubernetesObject, Workload } from './kubernetes';
import type { Kustomization } from './kustomize';
import type { PackerBuild, PackerSource, PackerStep, PackerTemplate } from './packer/types';
import type { Project } from './project';
import type { SourceFile } from './source-file';
import type { TerraformContainer } from './terraform/containers';
import type { TerraformFile, TerraformModule, TerraformResource } from './terraform/types';
import type { CompositeAction, Workflow, WorkflowJob, WorkflowStep } from './workflow';

/** Where an image reference stands. */
export type ImageSite =
  | 'dockerfile.from'
  | 'dockerfile.copy-from'
  | 'dockerfile.syntax'
  | 'compose.service'
  | 'kubernetes.container'
  | 'helm.values'
  | 'kustomize.images'
  | 'terraform.container'
  | 'packer.source'
  | 'packer.tag'
  | 'workflow.container'
  | 'workflow.service'
  | 'workflow.uses'
  | 'shell.run'
  | 'shell.tag';

/** One possible reference: its text (with holes), what it parses to, and where its literal stands. */
export interface ImageOption {
  readonly text: MappedText;
  readonly reference: ImageReference;
}

/** An image reference, wherever it stands: pulled (`FROM`, `image:`) or pushed (`docker tag`, `docker-tag`). */
export interface ImageUse {
  readonly site: ImageSite;
  /** Where it is used, in the linted file. */
  readonly at: Place;
  /** One entry usually; several when a condition or a matrix chooses. Never empty. */
  readonly options: readonly ImageOption[];
  /** Survives moved lines: `stage.builder/FROM`, `Deployment/app/container.web/image`. */
  readonly anchor: string;
  /** The image is the base of what the Dockerfile ships, or runs in a workload of a file that is deployed. */
  readonly shipped: boolean;
  /** Built by this repository under exactly that name (compose `build:`, `docker build -t` earlier in the job). */
  readonly builtHere: boolean;
  /** Where the reference is written in parts (Helm, Kustomize): the tag's scalar, when there is one. */
  readonly tagAt?: Place | undefined;
}

/**
 * When a command runs. `bake`: while an image is built (RUN, Packer). `boot`: when an instance starts (user_data, cloud-init).
 * `start`: when a container starts (CMD, ENTRYPOINT, command, postStart). `pipeline`: in CI. `local`: on the machine that runs
 * Terraform (local-exec). `script`: a shell file on its own, whose use is not known.
 */
export type Phase = 'bake' | 'boot' | 'start' | 'pipeline' | 'local' | 'script';

/** What holds a script. */
export type ScriptOwner =
  | { readonly type: 'dockerfile'; readonly dockerfile: Dockerfile; readonly stage: Stage; readonly keyword: string }
  | { readonly type: 'packer'; readonly step: PackerStep; readonly build: PackerBuild }
  | { readonly type: 'terraform'; readonly resource: TerraformResource; readonly argument: string }
  | {
      readonly type: 'cloud-init';
      readonly part: 'runcmd' | 'bootcmd' | 'script' | 'write_files';
      readonly resource: TerraformResource | undefined;
    }
  | {
      readonly type: 'workflow';
      readonly workflow: Workflow | undefined;
      readonly job: WorkflowJob | undefined;
      readonly step: WorkflowStep;
    }
  | { readonly type: 'compose'; readonly service: ComposeService; readonly key: string }
  | {
      readonly type: 'kubernetes';
      readonly workload: Workload;
      readonly container: string;
      readonly role: 'container' | 'init' | 'sidecar' | 'ephemeral';
      readonly key: 'command' | 'postStart' | 'preStop' | 'probe';
    }
  | { readonly type: 'terraform-container'; readonly container: TerraformContainer }
  | { readonly type: 'shell' };

export interface ScriptUse {
  readonly phase: Phase;
  readonly shell: ShellScript;
  readonly owner: ScriptOwner;
  /** Path of the file in which it is written when that is another one (`file()`, a COPY-ed entrypoint). */
  readonly path: string | undefined;
  /** Prefix for anchors: `stage.final/RUN`, `job.deploy/step.3/run`. */
  readonly anchor: string;
}

export interface CommandUse {
  readonly command: ShellCommand;
  readonly script: ScriptUse;
  readonly phase: Phase;
  /** `anchor` of the script and the command's name. */
  readonly anchor: string;
}

/** `uses:` of a step, a reusable workflow or a composite action's step. */
export interface ActionUse {
  readonly kind: 'step' | 'workflow';
  /** `owner/repo/path@ref`, `./local`, `docker://image`. */
  readonly text: MappedText;
  readonly at: Place;
  /** A comment on the same line: `# v4.2.2`. */
  readonly comment: string | undefined;
  readonly job: WorkflowJob | undefined;
  readonly step: WorkflowStep | undefined;
  readonly anchor: string;
}

/** Text that an instance runs or reads when it boots: `user_data`, `custom_data`, a startup script, a cloud-init file. */
export interface BootData {
  readonly cloudInit: CloudInit;
  /** The resource that carries it; undefined for a cloud-init file of its own. */
  readonly resource: TerraformResource | undefined;
  readonly argument: string;
  readonly at: Place;
  readonly anchor: string;
  /** Where a range of the cloud-init text was written. */
  readonly place: (range: Range) => Place;
}

/** One Terraform file in its module. */
export interface TerraformUnit {
  readonly module: TerraformModule;
  readonly file: TerraformFile;
  /** Resources and data sources declared in this file. */
  readonly resources: readonly TerraformResource[];
}

interface FixedFacts {
  readonly file: SourceFile;
  readonly image: ImageUse;
  readonly script: ScriptUse;
  readonly command: CommandUse;
  readonly uses: ActionUse;
  readonly 'boot-data': BootData;
  readonly dockerfile: Dockerfile;
  readonly 'dockerfile.stage': Stage;
  readonly kubernetes: KubernetesFile;
  readonly 'kubernetes.object': KubernetesObject;
  readonly 'kubernetes.workload': Workload;
  readonly compose: ComposeFile;
  readonly 'compose.service': ComposeService;
  readonly workflow: Workflow;
  readonly 'workflow.job': WorkflowJob;
  readonly 'workflow.step': WorkflowStep;
  readonly action: CompositeAction;
  readonly helm: HelmChart;
  readonly 'helm.image': HelmImage;
  readonly kustomize: Kustomization;
  readonly terraform: TerraformUnit;
  readonly 'terraform.resource': TerraformResource;
  readonly 'terraform.data': TerraformResource;
  readonly 'terraform.module-call': ConfigBlock;
  readonly 'terraform.settings': ConfigBlock;
  readonly 'terraform.container': TerraformContainer;
  readonly packer: PackerTemplate;
  readonly 'packer.source': PackerSource;
  readonly 'packer.build': PackerBuild;
  readonly 'packer.data': ConfigBlock;
  readonly 'packer.settings': ConfigBlock;
  readonly data: DataFile;
}

/**
 * Every fact a rule can listen to. Facts about Terraform and Packer are those declared in the linted file; their module or
 * template reaches across the directory. `terraform.resource:TYPE` and `terraform.data:TYPE` give one type only;
 * disabled resources (`count = 0`) are not emitted.
 */
export type Facts = FixedFacts & {
  readonly [type in `terraform.resource:${string}` | `terraform.data:${string}`]: TerraformResource;
};

export type Listeners = {
  readonly [Name in keyof FixedFacts]?: (fact: FixedFacts[Name]) => void;
} & {
  readonly [type in `terraform.resource:${string}` | `terraform.data:${string}`]?: (
    resource: TerraformResource,
  ) => void;
};

export type LintRule = Rule<Listeners, SourceFile, Project>;
export type RuleContext<Message extends string = string> = CoreContext<Message, SourceFile, Project>;

/** Declares a rule; the messages that it may report are checked against `meta.messages` by the compiler. */
export function defineRule<const Message extends string>(rule: {
  readonly meta: RuleMeta<Message>;
  create(context: RuleContext<Message>): Listeners;
}): LintRule {
  return rule;
}
