import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TerraformTargetConfig } from '../../config/types';
import type { JsonObject } from '../../durable/canonical-json';
import { readIfThere } from '../../durable/files';
import { ask } from '../../process/ask';
import { isMissing, resolveTool } from '../../process/resolve-tool';
import { SAFE_GIT } from '../../process/safe-git';
import { toolEnvironment } from '../../process/tool-environment';
import type { RunContext, ToolAnswer } from '../../run/context';
import type { DesiredRelease } from '../target';

const GIT_MILLISECONDS = 5 * 60_000;
const DIRECTORY = 'tree';
const LOCK_FILE = '.terraform.lock.hcl';
/** An override wins over a backend that the code declares (Terraform, "Override Files"). */
const BACKEND_FILE = 'immutable_backend_override.tf.json';

/** The code and the variables that a release was applied with: what a `full` rollback brings back (§3.7). */
export interface StoredConfig extends JsonObject {
  readonly kind: 'terraform';
  readonly commit: string;
  /** Of Terraform. */
  readonly version: string;
  /** False when files were changed and not committed: then no commit has what was applied. */
  readonly isCommitted: boolean;
  readonly directory: string;
  readonly variableFiles: readonly string[];
  /** As they are written, with their `${…}`. */
  readonly set: Readonly<Record<string, string>>;
}

/** What a release of today would have to be gone back to; undefined where there is no commit. */
export async function storedConfig(
  config: TerraformTargetConfig,
  release: DesiredRelease,
  version: string,
  context: RunContext,
): Promise<StoredConfig | undefined> {
  const commit = release.checkout;
  if (commit === undefined) return undefined;
  const { directory, variableFiles, set } = config;
  const isCommitted = await isAsCommitted(commit, directory, context);
  return { kind: 'terraform', commit, version, isCommitted, directory, variableFiles, set };
}

/** Why the code of a release cannot be used, in words that end a sentence. */
export class NoTreeError extends Error {}

/** The code of a release beside today's: a work tree of its own, in the private directory of the run. */
export class ReleaseTree {
  private constructor(
    /** Stands for the workspace: paths of the configuration are relative to it. */
    readonly root: string,
    private readonly context: RunContext,
  ) {}

  /**
   * The tree of a run, made when it is not there: after a crash it may be gone, or be there in part.
   *
   * @throws NoTreeError
   */
  static async open({ commit, isCommitted }: StoredConfig, context: RunContext): Promise<ReleaseTree> {
    if (!isCommitted) throw new NoTreeError('it was deployed with changes that were not committed');
    if (!/^[0-9a-f]{40,64}$/.test(commit)) throw new NoTreeError(`${commit} is no commit`);
    const path = join(context.directory, DIRECTORY);
    const prefix = await git(['rev-parse', '--show-prefix'], context.workspace, context);
    if (prefix?.code !== 0) throw new NoTreeError('git cannot be asked');
    const tree = new ReleaseTree(resolve(path, prefix.standardOutput.trim()), context);
    const marker = `${path}.commit`;
    if (readIfThere(marker) === commit && existsSync(join(path, '.git'))) return tree;
    await discardReleaseTree(context);
    const added = await git(['worktree', 'add', '--detach', '--force', path, commit], context.workspace, context);
    if (added?.code !== 0) {
      const why = added?.standardError.trim().split('\n').at(-1) ?? 'git cannot be asked';
      throw new NoTreeError(`its commit ${commit.slice(0, 12)} cannot be checked out (${why})`);
    }
    writeFileSync(marker, commit);
    return tree;
  }

  /**
   * Leads the code to the state of today's directory, whatever its own backend says.
   *
   * @throws NoTreeError when the providers are others than today's: older ones may not read the state
   */
  connect(directory: string): void {
    const today = resolve(this.context.workspace, directory);
    const own = resolve(this.root, directory);
    if (!existsSync(own)) throw new NoTreeError(`its commit has no folder ${directory}`);
    const locks = [own, today].map((module) => readIfThere(join(module, LOCK_FILE)));
    if (locks[0] !== locks[1]) {
      const why = locks[0] === undefined ? 'is not in its commit' : "names other providers than today's";
      throw new NoTreeError(`${LOCK_FILE} ${why}`);
    }
    const settings = join('.terraform', 'terraform.tfstate');
    const backend = backendOf(join(today, settings));
    mkdirSync(join(own, '.terraform'), { recursive: true, mode: 0o700 });
    const selected = join('.terraform', 'environment');
    if (existsSync(join(today, selected))) copyFileSync(join(today, selected), join(own, selected));
    if (backend.type !== 'local') {
      // What `init` was once given on the command line stands only there.
      copyFileSync(join(today, settings), join(own, settings));
      return;
    }
    const path = resolve(today, textOf(backend.config?.['path']) ?? 'terraform.tfstate');
    const workspaces = resolve(today, textOf(backend.config?.['workspace_dir']) ?? 'terraform.tfstate.d');
    const local = { terraform: { backend: { local: { path, workspace_dir: workspaces } } } };
    writeFileSync(join(own, BACKEND_FILE), JSON.stringify(local));
  }

  /** A file of the release; today's where it was never committed: values that no repository should hold. */
  fileAt(path: string): string {
    const own = resolve(this.root, path);
    if (existsSync(own)) return own;
    this.context.tell({ type: 'warning', text: `${path} is not in the commit of the release; today's is used.` });
    return resolve(this.context.workspace, path);
  }
}

/** Removes the work tree of a run, if it has one. To be called when the run is closed; a resumed run does it too. */
export async function discardReleaseTree(context: RunContext): Promise<void> {
  const path = join(context.directory, DIRECTORY);
  const marker = `${path}.commit`;
  if (!existsSync(path) && !existsSync(marker)) return;
  rmSync(marker, { force: true });
  await git(['worktree', 'remove', '--force', '--force', path], context.workspace, context);
  // Git forgets nothing that it did not make, and leaves what it does not know.
  rmSync(path, { recursive: true, force: true });
  await git(['worktree', 'prune'], context.workspace, context);
}

/** True when a commit holds what lies on the disk, as far as Terraform may read it. */
async function isAsCommitted(commit: string, directory: string, context: RunContext): Promise<boolean> {
  const same = ['diff', '--quiet', '--no-ext-diff', '--no-textconv', commit, '--'];
  if ((await git(same, context.workspace, context))?.code !== 0) return false;
  const others = ['ls-files', '--others', '--exclude-standard', '--', directory];
  const listed = await git(others, context.workspace, context);
  const isCode = (path: string): boolean => /\.(?:tf|tofu)(?:\.json)?$|\.auto\.tfvars(?:\.json)?$/.test(path);
  return listed?.code === 0 && !listed.standardOutput.split('\n').some(isCode);
}

interface Backend {
  readonly type: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What `init` has set up; local where it has set up nothing. */
function backendOf(file: string): Backend {
  if (!existsSync(file)) return { type: 'local' };
  const { backend } = JSON.parse(readFileSync(file, 'utf8')) as { readonly backend?: Partial<Backend> };
  return { ...backend, type: backend?.type ?? 'local' };
}

/** Undefined when there is no git. Works in a run that is cancelled too: it must clean up. */
async function git(words: readonly string[], cwd: string, context: RunContext): Promise<ToolAnswer | undefined> {
  const tool = resolveTool('git', context.workspace, process.env);
  if (isMissing(tool)) return undefined;
  const environment = toolEnvironment(process.env);
  return ask({ program: tool.path, words: [...SAFE_GIT, ...words], cwd, environment, timeout: GIT_MILLISECONDS });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
