import type { Place } from '../../core/text';
import type { ConfigBlock } from '../config-block';
import type { TerraformFile } from '../terraform/types';

/** All Packer HCL2 files of one directory together, or one legacy JSON template. */
export interface PackerTemplate {
  readonly form: 'hcl' | 'json';
  readonly directory: string;
  readonly files: readonly TerraformFile[];
  readonly sources: readonly PackerSource[];
  readonly builds: readonly PackerBuild[];
  /** `data "amazon-ami" "base" { … }`. */
  readonly dataSources: readonly ConfigBlock[];
  readonly variables: ReadonlyMap<string, ConfigBlock>;
  /** `packer { … }` blocks. */
  readonly settings: readonly ConfigBlock[];
}

export interface PackerSource {
  /** The builder: `amazon-ebs`, `docker`, `googlecompute`. */
  readonly builder: string;
  readonly name: string;
  readonly block: ConfigBlock;
  /** Builds that use it. */
  readonly builds: readonly PackerBuild[];
  readonly header: Place;
}

export interface PackerBuild {
  readonly block: ConfigBlock;
  readonly sources: readonly PackerSource[];
  readonly provisioners: readonly PackerStep[];
  /** Post-processors in order, those of `post-processors` sequences among them. */
  readonly postProcessors: readonly PackerStep[];
}

export interface PackerStep {
  /** `shell`, `file`, `ansible`, `manifest`, `docker-tag`. */
  readonly type: string;
  readonly block: ConfigBlock;
}
