import type { Project } from '../project';
import { joinPath } from '../../core/paths';
import { textOf } from '../values/value';
import type { TerraformModule } from './types';

/** Folders whose configurations are called, copied or shown, not applied: modules, mixins, examples, tests. */
const NOT_APPLIED =
  /(^|\/)(_?modules?|mixins?|examples?([-_][^/]*)?|tests?|testing|testdata|fixtures?|samples?|docs?|templates?|e2e|cdktf\.out|\.terraform)(\/|$)/i;

/** Resources that live in the state or on this machine only. */
const LOCAL_TYPE =
  /^(local|random|null|tls|time|archive|external|template|docker|kind|minikube|k3d|vagrant|libvirt|virtualbox)_|^terraform_data$/;

/** True when the directory is applied by itself: it configures providers and manages something beyond this machine. */
export function isRootModule(module: TerraformModule): boolean {
  if (module.providers.length === 0 || NOT_APPLIED.test(module.directory)) return false;
  return module.resources.some(({ type }) => !LOCAL_TYPE.test(type));
}

/** More directories beside one another are not looked into. */
const SIBLINGS = 60;

/** True when a configuration beside the module or above it calls it: `source = "../common"`, `source = "./common"`. */
export function isCalledNearby(module: TerraformModule, project: Project): boolean {
  const parent = module.directory === '' ? undefined : joinPath(module.directory, '..');
  if (parent === undefined) return false;
  const name = module.directory.slice(module.directory.lastIndexOf('/') + 1);
  const calls = (directory: string, source: string): boolean =>
    (project.list(directory) ?? [])
      .filter((file) => /\.(tf|tofu)$/.test(file))
      .some((file) => project.read(joinPath(directory, file) ?? file)?.includes(`"${source}"`) === true);
  if (calls(parent, `./${name}`)) return true;
  return (project.list(parent) ?? [])
    .filter((sibling) => sibling !== name && !sibling.includes('.'))
    .slice(0, SIBLINGS)
    .some((sibling) => calls(joinPath(parent, sibling) ?? sibling, `../${name}`));
}

/** Files by which Terragrunt, Terramate and Atmos take over a directory, its own or one above it. */
const GENERATOR =
  /^(terragrunt(\.stack)?\.hcl(\.json)?|root\.hcl|.*\.tm(\.hcl)?|atmos\.ya?ml|cdk\.tf\.json|cdktf\.json)$/;

/** True when another tool writes the backend of the module, or may do so. */
export function hasGeneratedBackend(module: TerraformModule, project: Project): boolean {
  let directory: string | undefined = module.directory;
  while (directory !== undefined) {
    if (project.list(directory)?.some((name) => GENERATOR.test(name))) return true;
    if (directory === module.directory && isAtmosComponent(module)) return true;
    directory = directory === '' ? undefined : joinPath(directory, '..');
  }
  return false;
}

/**
 * Atmos components carry Cloud Posse's `context.tf`, its mixins, or read their stack's configuration; Atmos writes their
 * backend when it runs them.
 */
function isAtmosComponent(module: TerraformModule): boolean {
  if (module.files.some(({ path }) => /\.mixin\.tf$/.test(path))) return true;
  if (module.moduleCalls.some((call) => /^cloudposse\/stack-config\//.test(textOf(call.value('source')) ?? ''))) {
    return true;
  }
  return module.files.some(({ path }) => /(^|\/)context\.tf$/.test(path)) && module.variables.has('context');
}

/** Texts of the workflows of the workspace. */
export function workflowTexts(project: Project): readonly string[] {
  const directory = '.github/workflows';
  return (project.list(directory) ?? [])
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) => project.read(`${directory}/${name}`) ?? []);
}
