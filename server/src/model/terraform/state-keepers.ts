import { joinPath } from '../../core/paths';
import type { Project } from '../project';
import type { TerraformModule } from './types';

/** Platforms that keep the state of what they run, by the file that configures them at the root. */
const PLATFORM_FILE = /^(\.spacelift|spacelift\.ya?ml|env0\.ya?ml|\.scalr|digger-cloud\.ya?ml)$/;

/** Pipelines that hand the configuration to a platform: HCP Terraform's API, Google's Infrastructure Manager. */
const PLATFORM_STEP = /hashicorp\/tfc-workflows-github|\binfra-manager deployments apply\b/;

/** A line of `.gitignore` for the file that declares the backend: it is written where the configuration is run. */
const IGNORED_BACKEND = /^(?!#|!).*(\bbackend[\w*.-]*|providers)\.tf[ \t]*\r?$/m;

/**
 * True when something that the module's files do not name keeps its state: a workspace of HCP Terraform that takes the
 * configuration from Git, another platform, a program that carries the configuration, a backend file that Git ignores.
 *
 * @param workflows texts of the workspace's workflows
 */
export function isStateKeptElsewhere(module: TerraformModule, project: Project, workflows: readonly string[]): boolean {
  if (usesHcpTerraform(module) || workflows.some((text) => PLATFORM_STEP.test(text))) return true;
  if (project.list('')?.some((name) => PLATFORM_FILE.test(name))) return true;
  return upwards(module.directory).some(
    (directory) => ignoresBackend(directory, project) || isEmbedded(directory, project),
  );
}

/** Who manages workspaces with the provider `tfe`, or reads HCP Terraform's own variables, runs there. */
function usesHcpTerraform(module: TerraformModule): boolean {
  if (module.providers.some(({ labels }) => labels[0] === 'tfe')) return true;
  if ([...module.resources, ...module.dataSources].some(({ type }) => type.startsWith('tfe_'))) return true;
  return [...module.variables.keys()].some((name) => /^(TFC_|tfc_(workspace|organization|run|project))/.test(name));
}

function ignoresBackend(directory: string, project: Project): boolean {
  const text = project.read(inDirectory(directory, '.gitignore'));
  return text !== undefined && IGNORED_BACKEND.test(text);
}

/** A Go program embeds the files and applies them in a directory of its user. */
function isEmbedded(directory: string, project: Project): boolean {
  if (directory === '') return false;
  return (project.list(directory) ?? [])
    .filter((name) => name.endsWith('.go'))
    .some((name) => /^\/\/go:embed\s/m.test(project.read(inDirectory(directory, name)) ?? ''));
}

function inDirectory(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** The directory and those above it, the workspace's root last. */
function upwards(directory: string): readonly string[] {
  const found: string[] = [];
  for (let at: string | undefined = directory; at !== undefined;) {
    found.push(at);
    at = at === '' ? undefined : joinPath(at, '..');
  }
  return found;
}
