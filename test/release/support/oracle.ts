import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isEngineAlive } from '../../../release/src/engine-process';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { EnvironmentLock } from '../../../release/src/lock/environment-lock';
import { processesOfRun } from '../../../release/src/machine/marked-processes';
import { Journal } from '../../../release/src/run/journal';
import type { JournalEntry } from '../../../release/src/run/journal-entry';
import { progressOf } from '../../../release/src/run/progress';
import type { StateRoot } from '../../../release/src/state-root';

/** What is looked at after a run, whatever happened in it. */
export interface OracleSubject {
  readonly root: StateRoot;
  readonly environment: string;
  /** Those that are not closed are left out of what only an end can show. */
  readonly runs: readonly string[];
  /** Ids of the images that really have the traffic now; undefined where nobody can tell. */
  readonly serving?: readonly string[] | undefined;
  /** Texts that must be in no file of the state root. */
  readonly secrets?: readonly string[] | undefined;
  /** Other tests have runs of the same names: with it only processes that work in here count. */
  readonly workspace?: string | undefined;
  /** Programs that are meant to stay: what holds a container. */
  readonly stays?: RegExp | undefined;
}

/** Names of all runs of a state root. */
export function runsOf({ runs }: StateRoot): readonly string[] {
  return existsSync(runs) ? readdirSync(runs) : [];
}

/**
 * The common oracle (release-engine.md §4): the ledger verifies; every intent has exactly one ending; no process of a
 * run is left; the lock is free or a hold; what really runs is what the ledger says, or the ledger says that it does not
 * know; no secret is in any file.
 *
 * @returns what is wrong; empty when all is well
 */
export function oracleOf(subject: OracleSubject): readonly string[] {
  return [
    ...ledgerProblems(subject),
    ...subject.runs.flatMap((run) => [...runProblems(subject, run), ...processProblems(subject, run)]),
    ...lockProblems(subject),
    ...realityProblems(subject),
    ...secretProblems(subject),
  ];
}

function ledgerProblems({ root, environment }: OracleSubject): string[] {
  const view = Ledger.read(root.ledger(environment));
  const ids = new ReleaseHistory(view).releases().map(({ id }) => id);
  return [
    ...(view.damage ? [`the ledger is ${view.damage.kind} at record ${view.damage.seq}`] : []),
    ...(new Set(ids).size === ids.length ? [] : [`a release was recorded twice: ${ids.join()}`]),
  ];
}

function runProblems({ root }: OracleSubject, run: string): string[] {
  const directory = root.run(run);
  const view = Journal.read(directory);
  const progress = progressOf(view.records());
  const isClosed = progress.state === 'CLOSED';
  return [
    ...(view.damage ? [`the journal is ${view.damage.kind}`] : []),
    ...progress.violations,
    ...(isClosed ? endingProblems(view.records()) : []),
    ...(isClosed && existsSync(join(directory, 'journal.reserve')) ? ['the reserve is still held'] : []),
    ...(isEngineAlive(directory) && isClosed && !isThisProcess(directory) ? ['its engine lives on'] : []),
  ].map((problem) => `${run}: ${problem}`);
}

function processProblems({ workspace = '', stays }: OracleSubject, run: string): string[] {
  return processesOfRun(run).flatMap(({ pid }) => {
    try {
      const program = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
      const isOurs = readlinkSync(`/proc/${pid}/cwd`).startsWith(workspace) && stays?.test(program) !== true;
      return isOurs ? [`${run}: ${program} (${pid}) still runs`] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** Tests that run a run in their own process are their own engine. */
function isThisProcess(directory: string): boolean {
  const text = readFileSync(join(directory, 'engine.json'), 'utf8');
  return (JSON.parse(text) as { pid: number }).pid === process.pid;
}

function endingProblems(entries: readonly JournalEntry[]): string[] {
  const problems: string[] = [];
  const open = new Map<string, number>();
  for (const { type } of entries) {
    const [step = '', phase = ''] = type.split('.');
    const count = open.get(step) ?? 0;
    if (phase === 'intent') {
      if (count !== 0) problems.push(`${step} began again before it had ended`);
      open.set(step, 1);
    } else if (phase === 'result' || phase === 'recovered') {
      if (count !== 1) problems.push(`${type} belongs to no intent`);
      open.set(step, 0);
    }
  }
  return [...problems, ...[...open].filter(([, count]) => count > 0).map(([step]) => `${step} has no ending`)];
}

function lockProblems({ root, environment, runs }: OracleSubject): string[] {
  const held = EnvironmentLock.inspect(root.lock(environment));
  if (held === undefined) return [];
  if (held.holder === 'damaged') return ['the lock cannot be read'];
  if (held.holder.hold !== undefined) return [];
  return runs.includes(held.holder.run) ? [`the lock is still held for ${held.holder.run}`] : [];
}

function realityProblems({ root, environment, serving }: OracleSubject): string[] {
  const view = Ledger.read(root.ledger(environment));
  const live = new ReleaseHistory(view).live();
  if (!live || !serving) return [];
  const accepted = new Set(live.images.flatMap(({ id, digests }) => [id, ...digests]));
  if (serving.length > 0 && serving.every((id) => accepted.has(id))) return [];
  // Without slots what was applied serves; an attempt behind the live release says that it may.
  const isKnown = view.records().some(({ seq, type }) => type === 'attempt' && seq > live.seq);
  if (isKnown && live.slot === null) return [];
  return [`the ledger says that ${live.id} is live, but ${serving.join() || 'nothing'} serves`];
}

function secretProblems({ root, secrets = [] }: OracleSubject): string[] {
  if (secrets.length === 0) return [];
  const forms = secrets.flatMap((secret) => [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')]);
  return readdirSync(root.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const text = readFileSync(file, 'latin1');
      return forms.some((form) => text.includes(Buffer.from(form).toString('latin1')));
    })
    .map((file) => `a secret stands in ${file}`);
}
