import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimRun } from '../../../../release/src/engine-process';
import { Journal } from '../../../../release/src/run/journal';
import type { JournalEntry } from '../../../../release/src/run/journal-entry';
import type { RunSpec } from '../../../../release/src/run/spec';
import type { JsonObject } from '../../../../release/src/durable/canonical-json';
import { StateRoot } from '../../../../release/src/state-root';
import { readTerraformPlan, type TerraformPlanJson } from '../../../../release/src/plan/terraform-plan';
import type { Plan } from '../../../../release/src/plan/plan';
import type { GuardViolation } from '../../../../release/src/plan/guard';
import { createRun } from '../../../release/support/fake-world';

export const HASH = `sha256:${'a'.repeat(64)}`;

/** A folder of delivery that is gone after the test. */
export function temporaryRoot(): { readonly root: StateRoot; readonly folder: string; dispose(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'immutable-documents-'));
  const root = new StateRoot(join(folder, 'state'));
  root.prepare();
  return { root, folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A run with these entries in its journal; `alive` makes this process its engine. */
export function writeRun(
  { root, folder }: { readonly root: StateRoot; readonly folder: string },
  run: string,
  entries: readonly JournalEntry[],
  { alive = false, ...changes }: Partial<RunSpec> & { readonly alive?: boolean } = {},
): string {
  createRun(root, folder, run, changes);
  const directory = root.run(run);
  const journal = Journal.open(directory, root.torn, { assertHeld: () => undefined });
  for (const entry of entries) journal.append(entry);
  journal.close();
  if (alive) claimRun(directory);
  return directory;
}

/** What `askFor` tells viewers. */
export function tellApproval(directory: string, plan: string, expires: string): void {
  const event = { v: 1, t: '2026-11-21T00:00:00.000Z', type: 'approval', plan, document: 'plan.md', expires };
  appendFileSync(join(directory, 'events.jsonl'), `${JSON.stringify(event)}\n`);
}

/** A plan with one change of each kind. */
export function examplePlan(): Plan {
  const json: TerraformPlanJson = {
    format_version: '1.2',
    output_changes: {
      url: { actions: ['update'], before: 'http://old', after: 'http://new' },
      token: { actions: ['update'], before: 'abc', after: 'def', before_sensitive: true, after_sensitive: true },
    },
    resource_changes: [
      ['aws_instance.new', ['create'], { after: { ami: 'ami-2' }, after_unknown: { id: true } }],
      ['aws_lb.front', ['update'], { before: { idle_timeout: 60 }, after: { idle_timeout: 30 } }],
      ['aws_db_instance.main', ['delete'], { before: { size: 5 } }],
      [
        'aws_instance.app[0]',
        ['create', 'delete'],
        { before: { ami: 'ami-1' }, after: { ami: 'ami-2' }, replace_paths: [['ami']] },
      ],
      ['aws_eip.old', ['delete', 'create'], { before: { tag: 'a' }, after: { tag: 'b' } }],
      ['aws_vpc.main', ['no-op'], {}],
    ].map(([address, actions, change]) => ({
      address: address as string,
      type: (address as string).split('.')[0] ?? '',
      change: { actions: actions as string[], before: null, after: null, ...(change as object) },
    })),
  };
  return readTerraformPlan(json, HASH);
}

/** The plan as its run keeps it. */
export function preparedOf(plan: Plan, violations: readonly GuardViolation[] = []): JsonObject {
  return JSON.parse(
    JSON.stringify({
      hash: plan.hash,
      document: '# Plan',
      shown: { plan, lines: ['Now: blue runs ami-1'] },
      counts: plan.counts,
      violations,
      isEmpty: false,
      intent: {},
    }),
  ) as JsonObject;
}

/** Entries up to the question. */
export function untilQuestion(prepared: JsonObject): JournalEntry[] {
  return [
    { type: 'run.created', kind: 'deploy', environment: 'local', spec: 'x' },
    { type: 'plan.intent', data: { what: 'deploy' } },
    { type: 'plan.result', data: prepared },
    { type: 'approval.requested', plan: HASH },
  ];
}
