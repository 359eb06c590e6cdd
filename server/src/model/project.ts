import type { PackerTemplate } from './packer/types';
import type { TerraformModule } from './terraform/types';
import type { WorkspaceIndex } from './workspace-index';

/**
 * Read access to the other files of the workspace. Paths are relative to the workspace root, with `/`.
 * Synchronous, so that a rule stays a plain function: the host (CLI, language server) decides how texts get there.
 * `undefined` means "not there, or not available": a rule must then be silent about it.
 */
export interface ProjectFiles {
  read(path: string): string | undefined;
  /** Names of the entries of a directory, without the directory; undefined when it cannot be listed. */
  list(directory: string): readonly string[] | undefined;
}

/** What lies beyond the linted file. */
export interface Project extends ProjectFiles {
  /** The Terraform module that holds a `.tf` file: its directory. */
  terraformModule(path: string): TerraformModule;
  /** The Packer template that a file belongs to. */
  packerTemplate(path: string): PackerTemplate;
  /** What the other files of the workspace build, use and declare; undefined when a single file is linted on its own. */
  readonly index: WorkspaceIndex | undefined;
}
