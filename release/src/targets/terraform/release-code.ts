import type { TerraformTargetConfig } from '../../config/types';
import { RunStoppedError, type RunContext } from '../../run/context';
import { NoTreeError, ReleaseTree, type StoredConfig } from './release-tree';
import { TerraformCli } from './terraform-cli';
import { TerraformVariables } from './variables';

/** What a plan is made with. */
export interface Code {
  readonly cli: TerraformCli;
  readonly variables: TerraformVariables;
  /** Of a release; undefined: today's. */
  readonly stored: StoredConfig | undefined;
}

/**
 * The code of a release, on the state of today (release-engine.md §3.7, mode `full`).
 *
 * @param today the same module as it is now
 * @param writtenBy the version of Terraform that applied last, where that is known
 * @throws NoTreeError when it cannot work on this state
 */
export async function codeOfRelease(
  stored: StoredConfig,
  config: TerraformTargetConfig,
  today: TerraformCli,
  writtenBy: string | undefined,
  context: RunContext,
): Promise<Code> {
  const { lineage } = await today.state();
  const version = await today.version();
  if (writtenBy !== undefined && isNewer(writtenBy, version)) {
    throw new NoTreeError(`the state was written by version ${writtenBy}, and here is ${version}`);
  }
  const tree = await ReleaseTree.open(stored, context);
  tree.connect(stored.directory);
  const { directory, variableFiles, set } = stored;
  const own: TerraformTargetConfig = { ...config, directory, variableFiles, set };
  const cli = new TerraformCli(own, context, tree);
  try {
    await cli.init();
    const found = await cli.state();
    // Its code may name another backend: then the plan would be about machines of somebody else.
    if (found.lineage !== lineage) throw new NoTreeError('its code leads to another state');
    return { cli, variables: new TerraformVariables(own, cli.directory), stored };
  } catch (error) {
    if (!(error instanceof RunStoppedError) || error.kind === 'cancelled') throw error;
    throw new NoTreeError(error.message.replace(/\.?( Nothing was changed\.)?(?=\n|$)/, ''));
  }
}

/** By the numbers of the versions. */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[.-]/).map((part) => Number.parseInt(part, 10)));
  for (const [index, number] of (a ?? []).slice(0, 3).entries()) {
    const other = b?.[index] ?? 0;
    if (number !== other) return number > other;
  }
  return false;
}
