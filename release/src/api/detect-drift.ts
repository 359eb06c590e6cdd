import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnvironmentConfig } from '../config/types';
import { actionFor } from '../drift/actions';
import { lookAtContainers } from '../drift/containers-look';
import type { Difference, LedgerFacts, TargetLook } from '../drift/difference';
import { imageThere, movedTagOf } from '../drift/image-there';
import { keepLook } from '../drift/last-look';
import { ledgerFacts } from '../drift/ledger-facts';
import { LookContext } from '../drift/look-context';
import type { DriftReport } from '../drift/report';
import { lookAtTerraform } from '../drift/terraform-look';
import { describeHolder } from '../lock/holder';
import { EnvironmentLock } from '../lock/environment-lock';
import { RunStoppedError, type RunContext } from '../run/context';
import { Redactor } from '../secrets/redactor';
import { secretsInEnvironment } from '../secrets/sources';
import { readLedger } from '../shared-ledger/open';
import { LedgerWitness } from '../targets/terraform/ledger-witness';
import { gitState } from './git-state';
import { UnknownNameError, type Workspace } from './start-run';

export type { DriftReport, ReportedDifference } from '../drift/report';
export type { DriftKind, Instance } from '../drift/difference';
export { lastLook } from '../drift/last-look';

/** Whoever only looks does not wait longer for a remote. */
const REMOTE_MILLISECONDS = 15_000;

export interface DriftOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told what is asked now, for people. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Variables of this process; tests give others. */
  readonly own?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Compares what really runs in an environment with what the ledger says. Changes nothing but the note of the last look
 * in the state root.
 *
 * @throws UnknownNameError when the pipeline has no such environment; what the signal says when it is aborted
 */
export async function detectDrift(
  workspace: Workspace,
  environment: string,
  { signal = new AbortController().signal, onProgress, own = process.env }: DriftOptions = {},
): Promise<DriftReport> {
  const { pipeline, root, folder } = workspace;
  const config = pipeline.environments.get(environment);
  if (!config) {
    throw new UnknownNameError(
      `immutable.yaml has no environment \`${environment}\`. It has ${[...pipeline.environments.keys()].join(', ')}.`,
    );
  }
  const { view, team } = readLedger(workspace, environment, REMOTE_MILLISECONDS);
  const facts = ledgerFacts(view);
  const directory = mkdtempSync(join(tmpdir(), 'immutable-look-'));
  const redactor = new Redactor(secretsInEnvironment(own));
  const notes: string[] = [];
  const context = new LookContext({
    workspace: folder,
    directory,
    pipeline,
    environment: config,
    own,
    signal,
    tell: (event) => {
      if (event.type === 'progress') onProgress?.(event.text);
      if (event.type === 'warning') notes.push(event.text);
    },
  });
  try {
    const look = await lookAt(config, facts, workspace, context);
    const images = await imagesGone(facts, workspace, own, context);
    const differences = [...look.differences, ...images.differences];
    const unseen = [
      ...underWay(workspace, environment),
      ...(team?.problem ? [`The ledger of the team: ${team.problem.text} Only what is known here was compared.`] : []),
      ...look.unseen,
      ...images.unseen,
      ...notes,
      ...(await otherCommit(differences, facts, folder)),
    ];
    const mask = (text: string): string => redactor.mask(text).replace(/\s+/g, ' ');
    const report: DriftReport = {
      v: 1,
      environment,
      lookedAt: new Date().toISOString(),
      live: facts.live ? { id: facts.live.id, slot: facts.live.slot, commit: facts.liveCommit } : null,
      isLooked: look.isLooked,
      differences: differences.map((difference) => ({
        kind: difference.kind,
        where: mask(difference.where),
        text: mask(difference.text),
        action: actionFor(difference, environment, facts),
      })),
      instances: look.instances.map((instance) => ({
        ...instance,
        name: mask(instance.name),
        release: instance.release === null ? null : mask(instance.release),
        state: mask(instance.state),
      })),
      unseen: unseen.map(mask),
    };
    keepLook(root, report);
    return report;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Looked extends TargetLook {
  readonly isLooked: boolean;
}

async function lookAt(
  { target, name }: EnvironmentConfig,
  facts: LedgerFacts,
  { root }: Workspace,
  context: RunContext,
): Promise<Looked> {
  const nothing = (reason: string): Looked => ({ isLooked: false, differences: [], instances: [], unseen: [reason] });
  try {
    switch (target.kind) {
      case 'containers':
        return { isLooked: true, ...(await lookAtContainers(target, facts, context)) };
      case 'terraform': {
        const witness = new LedgerWitness(root.ledger(name));
        return { isLooked: true, ...(await lookAtTerraform(target, facts, witness, context)) };
      }
      case 'kubernetes':
        return nothing('This version cannot look at Kubernetes.');
    }
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof RunStoppedError) return nothing(`The target could not be looked at: ${error.message}`);
    throw error;
  }
}

/** The next start on another machine needs the image of the live release; its tag should lead to it still. */
async function imagesGone(
  { live }: LedgerFacts,
  { root }: Workspace,
  own: Readonly<Record<string, string | undefined>>,
  context: RunContext,
): Promise<{ readonly differences: readonly Difference[]; readonly unseen: readonly string[] }> {
  const differences: Difference[] = [];
  const unseen: string[] = [];
  for (const image of live?.images ?? []) {
    context.tell({ type: 'progress', text: `asking for the image ${image.name}`, done: null, of: null });
    const found = await imageThere(image, root, own, context);
    if (found.is === 'gone') {
      const text = `${found.reason}; the next start that has no copy of it fails`;
      differences.push({ kind: 'gone', where: image.ref, text });
    }
    const moved = found.is === 'unknown' ? undefined : await movedTagOf(image, own, context);
    if (moved !== undefined) {
      const text = `the tag ${image.tag ?? ''} leads to ${moved} now: somebody moved it; what runs is named by its digest and not affected`;
      differences.push({ kind: 'tag', where: image.ref, text });
    }
    if (found.is === 'unknown') unseen.push(`Whether ${image.ref} can still be had: ${found.reason}.`);
  }
  return { differences, unseen };
}

function underWay({ root }: Workspace, environment: string): readonly string[] {
  const held = EnvironmentLock.inspect(root.lock(environment));
  if (!held || held.holder === 'damaged') return [];
  return [`${describeHolder(held.holder)} acts on it now: what is half done looks like drift.`];
}

/** Code that is not deployed yet shows in a plan like a change by hand. */
async function otherCommit(
  differences: readonly Difference[],
  facts: LedgerFacts,
  folder: string,
): Promise<readonly string[]> {
  const commit = facts.codeCommit;
  if (commit === null || !differences.some(({ kind }) => kind === 'config')) return [];
  const { git } = await gitState(folder);
  if (git.commit === commit && !git.dirty) return [];
  const here = git.commit === commit ? 'changed files' : `commit ${git.commit?.slice(0, 9) ?? 'none'}`;
  return [
    `The folder has ${here}, the live release was applied from ${commit.slice(0, 9)}: a difference of the configuration may just not be deployed yet.`,
  ];
}
