import { dirname } from 'node:path';
import { PipelineError } from '../config/problem';
import { fail, ok, warn, type DoctorLine } from '../doctor/finding';
import { registryLines } from '../doctor/registries';
import { environmentLines, folderLines, leftLines, runLines } from '../doctor/state';
import { toolLines } from '../doctor/tools';
import { IMAGES } from '../run/run';
import { Redactor } from '../secrets/redactor';
import { secretsInEnvironment } from '../secrets/sources';
import { findStateRoot, type StateRoot } from '../state-root';
import { gitState } from './git-state';
import { openWorkspace, type Workspace } from './start-run';

export type { DoctorLine } from '../doctor/finding';

export interface ExamineOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told what is looked at now, for people. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Variables of this process; tests give others. */
  readonly own?: Readonly<Record<string, string | undefined>> | undefined;
}

const OLDEST_NODE = 20;

/**
 * Looks at everything that a run needs. Changes nothing, and runs nothing of the workspace: tools that we know are asked
 * for their version from outside of it, programs of the pipeline are only found.
 *
 * @param file path of `immutable.yaml`, which need not be there
 * @throws what the signal says when it is aborted
 */
export async function examine(
  file: string,
  { signal = new AbortController().signal, onProgress, own = process.env }: ExamineOptions = {},
): Promise<readonly DoctorLine[]> {
  const folder = dirname(file);
  const opened = open(file);
  const workspace = 'pipeline' in opened ? opened : undefined;
  const lines: DoctorLine[] = [workspace ? ok('pipeline', file) : (opened as DoctorLine), nodeLine()];
  if (workspace) {
    onProgress?.('looking for tools');
    lines.push(...(await toolLines(workspace.pipeline, folder, own, signal)));
    onProgress?.('asking registries');
    lines.push(...(await registryLines(workspace.pipeline, folder, own, signal)));
  }
  onProgress?.('asking git');
  lines.push(await gitLine(folder));
  signal.throwIfAborted();
  lines.push(...stateLines(workspace?.root ?? findStateRoot(folder, own), workspace));
  const redactor = new Redactor(secretsInEnvironment(own));
  return lines.map((line) => ({ ...line, text: redactor.mask(line.text).replace(/\s+/g, ' ') }));
}

function open(file: string): Workspace | DoctorLine {
  try {
    return openWorkspace(file);
  } catch (error) {
    if (error instanceof PipelineError) {
      return fail('pipeline', `cannot be used: ${error.message}`, 'Correct these places.');
    }
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isMissing) throw error;
    return fail('pipeline', `there is no ${file}`, 'Have one proposed: immutable-infra init --delivery --dry-run');
  }
}

function nodeLine(): DoctorLine {
  const { node } = process.versions;
  const isOld = Number(node.split('.')[0]) < OLDEST_NODE;
  return isOld
    ? fail('node', `${node} is too old`, `Install Node.js ${OLDEST_NODE} or newer.`)
    : ok('node', `${node}, ${process.execPath}`);
}

async function gitLine(folder: string): Promise<DoctorLine> {
  const { git, identity } = await gitState(folder);
  if (git.commit === null) {
    return warn('git', 'there is no commit here', 'Commit first, so that releases can be told apart and gone back to.');
  }
  const facts = [
    `${git.commit.slice(0, 9)}${git.branch === null ? ' on no branch' : ` on ${git.branch}`}`,
    git.dirty ? 'with changes that are not committed' : 'clean',
    git.pushed === null ? 'no remote' : git.pushed ? 'pushed' : 'not pushed',
    identity ?? 'nobody',
  ];
  if (identity === null) {
    return warn('git', facts.join(', '), 'Say who you are, for the ledger: git config user.name "Your Name"');
  }
  return ok('git', facts.join(', '));
}

function stateLines(root: StateRoot, workspace: Workspace | undefined): readonly DoctorLine[] {
  const environments = workspace ? [...workspace.pipeline.environments.keys(), IMAGES] : [];
  const folder = workspace?.folder ?? '';
  return [
    ...folderLines(root),
    ...environments.flatMap((environment) => environmentLines(root, environment, Date.now())),
    ...runLines(root),
    ...environments.flatMap((environment) => leftLines(root, folder, environment, Date.now())),
  ];
}
