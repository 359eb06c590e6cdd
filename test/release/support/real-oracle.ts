import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { processesOfRun } from '../../../release/src/machine/marked-processes';
import { Journal } from '../../../release/src/run/journal';
import { progressOf } from '../../../release/src/run/progress';
import type { StateRoot } from '../../../release/src/state-root';

export interface OracleFacts {
  readonly root: StateRoot;
  /** Processes of other tests carry runs of the same names: only those that work in here count. */
  readonly workspace: string;
  readonly environment: string;
  /** Ids that serve in reality; undefined where nobody can tell. */
  readonly serving: readonly string[] | undefined;
  /** Texts that no file may hold. */
  readonly secrets: readonly string[];
  /** Programs that are meant to stay: what holds a container. */
  readonly stays?: RegExp | undefined;
}

/** What must be true after every fault (release-engine.md §4, the common oracle). @returns what is not */
export function realOracle({ root, workspace, environment, serving, secrets, stays }: OracleFacts): string[] {
  const problems: string[] = [];
  const view = Ledger.read(root.ledger(environment));
  if (view.damage) problems.push(`the ledger is ${view.damage.kind}`);
  const history = new ReleaseHistory(view);
  const ids = history.releases().map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push(`a release was recorded twice: ${ids.join()}`);
  for (const run of existsSync(root.runs) ? readdirSync(root.runs) : []) {
    const records = Journal.read(root.run(run)).records();
    const { state, open, violations } = progressOf(records);
    problems.push(...violations.map((violation) => `${run}: ${violation}`));
    if (state === 'CLOSED' && open) problems.push(`${run}: closed while ${open.step} is open`);
    const count = (pattern: RegExp): number => records.filter(({ type }) => pattern.test(type)).length;
    if (state === 'CLOSED' && count(/\.intent$/) !== count(/\.(?:result|recovered)$/)) {
      problems.push(`${run}: not one result for each intent`);
    }
    for (const { pid } of processesOfRun(run)) {
      const { cwd, program } = lookAt(pid);
      if (cwd?.startsWith(workspace) && !stays?.test(program)) problems.push(`${run}: ${program} (${pid}) still runs`);
    }
  }
  const locks = join(root.path, 'locks');
  if (existsSync(locks)) problems.push(...readdirSync(locks).map((lock) => `${lock} is held`));
  const live = history.live();
  const accepted = live?.images.flatMap(({ id, digests }) => [id, ...digests]) ?? [];
  if (live && serving && (serving.length === 0 || !serving.every((id) => accepted.includes(id)))) {
    problems.push(`the ledger says ${live.id} is live, but ${serving.join() || 'nothing'} serves`);
  }
  for (const file of filesBelow(root.path)) {
    const content = readFileSync(file);
    for (const secret of secrets) if (content.includes(secret)) problems.push(`${file} holds a secret`);
  }
  return problems;
}

function lookAt(pid: number): { readonly cwd: string | undefined; readonly program: string } {
  try {
    return { cwd: readlinkSync(`/proc/${pid}/cwd`), program: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() };
  } catch {
    return { cwd: undefined, program: 'gone' };
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
