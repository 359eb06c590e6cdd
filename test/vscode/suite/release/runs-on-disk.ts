// Runs as their engines leave them on the disk, made without any tool.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimRun } from '../../../../release/src/engine-process';
import { Ledger } from '../../../../release/src/ledger/ledger';
import type { ReleaseRecord } from '../../../../release/src/ledger/releases';
import type { GuardViolation } from '../../../../release/src/plan/guard';
import type { Plan } from '../../../../release/src/plan/plan';
import type { RunEvent } from '../../../../release/src/run/events';
import { Journal } from '../../../../release/src/run/journal';
import type { JournalEntry } from '../../../../release/src/run/journal-entry';
import { NO_DECISIONS, writeSpec } from '../../../../release/src/run/spec';
import { read, root, shopFolder } from './shop';

const NO_LOCK = { assertHeld: () => undefined };

/** A run that waits with a plan; this process counts as its engine. */
export class RunOnDisk {
  readonly directory: string;

  constructor(readonly run: string) {
    root().prepare();
    this.directory = root().run(run);
    writeSpec(this.directory, {
      v: 1,
      run,
      kind: 'deploy',
      workspace: shopFolder(),
      pipeline: read('immutable.yaml'),
      environment: 'local',
      images: [],
      release: null,
      slot: null,
      actor: { user: 'ana', git: 'Ana <ana@example.com>', via: 'cli' },
      git: { commit: null, branch: null, dirty: false, pushed: null },
      decisions: NO_DECISIONS,
      version: '0.0.0',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    this.append({ type: 'run.created', kind: 'deploy', environment: 'local', spec: run });
    claimRun(this.directory);
  }

  append(...entries: readonly JournalEntry[]): void {
    const journal = Journal.open(this.directory, root().torn, NO_LOCK);
    for (const entry of entries) journal.append(entry);
    journal.close();
  }

  plan(plan: Plan, violations: readonly GuardViolation[]): void {
    const shown = { plan, lines: ['Now: blue runs v1, serves'] };
    const { hash, counts } = plan;
    const prepared = { hash, document: '# Plan', shown, counts, violations, isEmpty: false, intent: {} };
    const data = JSON.parse(JSON.stringify(prepared)) as Extract<JournalEntry, { readonly data: unknown }>['data'];
    this.append({ type: 'plan.intent', data: { what: 'deploy' } }, { type: 'plan.result', data });
    if (violations.length === 0) this.append({ type: 'approval.requested', plan: hash });
  }

  tell(event: RunEvent): void {
    appendFileSync(join(this.directory, 'events.jsonl'), `${JSON.stringify({ v: 1, ...event })}\n`);
  }

  /** What the tool of a step printed, up to now. */
  print(step: string, text: string): string {
    const directory = join(this.directory, 'steps', step);
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'out.log');
    writeFileSync(file, text);
    return file;
  }

  close(): void {
    this.append({ type: 'run.closed', outcome: 'refused', reason: 'Nobody approved it.' });
  }
}

/** A plan with a change of each danger. */
export function planOf(hash: string): Plan {
  const change = (address: string, kind: Plan['changes'][number]['kind'], before?: string, after?: string) => ({
    address,
    block: address.replace(/\[.*\]/, ''),
    type: 'terraform_data',
    kind,
    reason: undefined,
    attributes: [{ path: 'input', before, after, replaces: kind.startsWith('replace') }],
  });
  return {
    tool: 'terraform',
    hash,
    changes: [
      change('terraform_data.old', 'destroy', '"v0"'),
      change('terraform_data.servers["blue"]', 'replace-destroy-first', '"v1"', '"v2"'),
      change('terraform_data.router', 'update', '"blue"', '"green"'),
      change('terraform_data.servers["green"]', 'create', undefined, '"v2"'),
    ],
    outputs: [],
    counts: { add: 2, change: 1, destroy: 2 },
    unchanged: 3,
    drift: [],
  };
}

/** Releases of an environment of their own, so that the real ones stay as they are. */
export function writeReleases(environment: string, ...ids: readonly string[]): void {
  const ledger = Ledger.open(root().ledger(environment), root().torn, NO_LOCK);
  for (const [index, id] of ids.entries()) {
    const digest = `sha256:${String(index + 1).repeat(64)}`;
    const record: ReleaseRecord = {
      type: 'release',
      run: id.toUpperCase(),
      id,
      kind: 'deploy',
      environment,
      app: 'shop',
      images: [
        {
          name: 'vm',
          kind: 'files',
          ref: digest,
          id: digest,
          tag: null,
          digests: [],
          files: [],
          inputs: '',
          provenance: {},
        },
      ],
      supersedes: null,
      rollbackOf: null,
      rolledBackFrom: null,
      slot: 'blue',
      health: { verdict: 'confirmed', samples: 3 },
      running: [],
      plan: null,
      approvedBy: 'Ana',
      config: { version: index },
      oneWay: false,
      actor: { user: 'ana', git: null, via: 'cli' },
      git: { commit: null },
      overrides: [],
    };
    ledger.append(record);
  }
  ledger.close();
}
