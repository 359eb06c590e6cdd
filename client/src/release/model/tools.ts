import type { Pipeline } from '../../../../release/src/config/types';
import { isMissing, resolveTool } from '../../../../release/src/process/resolve-tool';
import { l10n } from '../l10n';

/** A tool of which one is needed: the first that is there is taken. */
export interface NeededTool {
  readonly anyOf: readonly string[];
  /** What it is needed for, in words. */
  readonly use: string;
}

/** Where a tool comes from, and the version that deliveries were tested with. */
const SOURCES: Readonly<Record<string, { readonly version: string; readonly source: string }>> = {
  packer: { version: '1.6', source: 'https://developer.hashicorp.com/packer/install' },
  terraform: { version: '1.5', source: 'https://developer.hashicorp.com/terraform/install' },
  tofu: { version: '1.6', source: 'https://opentofu.org/docs/intro/install' },
  podman: { version: '4.3', source: 'https://podman.io/docs/installation' },
  buildah: { version: '1.28', source: 'https://github.com/containers/buildah/blob/main/install.md' },
  docker: { version: '24', source: 'https://docs.docker.com/engine/install' },
};

/**
 * The programs that a pipeline starts.
 *
 * @param environment undefined for a bake
 * @param bakes false for a way back: it must not be held up by what only a bake needs
 */
export function toolsOf(pipeline: Pipeline, environment: string | undefined, bakes = true): readonly NeededTool[] {
  const needed: NeededTool[] = [];
  const config = environment === undefined ? undefined : pipeline.environments.get(environment);
  for (const { bake, name } of pipeline.images.values()) {
    if (!bakes || config?.promoteFrom) continue;
    const use = l10n.t('to bake {0}', name);
    if (bake.kind === 'packer') needed.push({ anyOf: ['packer'], use });
    else needed.push({ anyOf: bake.builder === 'auto' ? ['docker', 'podman', 'buildah'] : [bake.builder], use });
  }
  const use = l10n.t('to deploy to {0}', environment ?? '');
  if (config?.target.kind === 'terraform') needed.push({ anyOf: ['terraform', 'tofu'], use });
  if (config?.target.kind === 'containers') {
    const { engine } = config.target;
    needed.push({ anyOf: engine === 'auto' ? ['docker', 'podman'] : [engine], use });
  }
  return needed;
}

/** What is missing, each with what to do about it. */
export function missingTools(
  needed: readonly NeededTool[],
  workspace: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: string; readonly text: string }[] {
  const said = new Set<string>();
  return needed.flatMap(({ anyOf, use }) => {
    const found = anyOf.map((name) => resolveTool(name, workspace, environment));
    const [first] = anyOf;
    const problem = found.find(isMissing)?.problem ?? '';
    if (first === undefined || found.some((tool) => !isMissing(tool)) || said.has(anyOf.join())) return [];
    said.add(anyOf.join());
    const text =
      anyOf.length === 1
        ? l10n.t('{0} is needed {1}. {2} {3}', first, use, problem, sourceOf(first))
        : l10n.t('One of {0} is needed {1}, and none is on PATH. {2}', anyOf.join(', '), use, sourceOf(first));
    return [{ name: first, text }];
  });
}

function sourceOf(name: string): string {
  const known = SOURCES[name];
  return known ? l10n.t('Version {0} or later: {1}', known.version, known.source) : '';
}
