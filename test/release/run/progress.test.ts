import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STEPS, type JournalEntry } from '../../../release/src/run/journal-entry';
import { progressOf } from '../../../release/src/run/progress';

const DEPLOY: readonly JournalEntry[] = [
  { type: 'run.created', kind: 'deploy', environment: 'production', spec: 'sha256:1' },
  { type: 'gate.intent', data: {} },
  { type: 'gate.result', data: {} },
  { type: 'bake.intent', data: {} },
  { type: 'bake.spawned', data: { pid: 7 } },
  { type: 'bake.result', data: {} },
  { type: 'image.recorded', seq: 1 },
  { type: 'plan.intent', data: {} },
  { type: 'plan.result', data: {} },
  { type: 'approval.requested', plan: 'p1' },
  { type: 'approval.granted', plan: 'p1', by: 'Ana', how: 'cli' },
  { type: 'apply.intent', data: { plan: 'p1' } },
  { type: 'apply.result', data: { outcome: 'all' } },
  { type: 'health.intent', data: {} },
  { type: 'health.result', data: { verdict: 'confirmed' } },
  { type: 'release.recorded', seq: 2 },
  { type: 'run.live' },
  { type: 'run.closed', outcome: 'live', reason: '' },
];

describe('where a run stands', () => {
  it('follows the journal, entry by entry', () => {
    const states = DEPLOY.map((_, index) => progressOf(DEPLOY.slice(0, index + 1)).state);
    expect([...new Set(states)]).toEqual([
      'CREATED',
      'GATING',
      'BAKING',
      'BAKED',
      'PLANNING',
      'AWAITING_APPROVAL',
      'APPLYING',
      'HEALTH',
      'LIVE',
      'CLOSED',
    ]);
    expect(progressOf(DEPLOY)).toMatchObject({ outcome: 'live', open: undefined, violations: [] });
  });

  it('names the step that was cut off', () => {
    expect(progressOf(DEPLOY.slice(0, 12)).open).toEqual({ step: 'apply', data: { plan: 'p1' } });
  });

  it('a half-done apply is partial', () => {
    const entries = [...DEPLOY.slice(0, 12), { type: 'apply.result', data: { outcome: 'partial' } } as const];
    expect(progressOf(entries).state).toBe('PARTIAL');
  });

  it.each<[string, readonly JournalEntry[], string]>([
    ['an apply of another plan', [...DEPLOY.slice(0, 11), { type: 'apply.intent', data: { plan: 'p2' } }], 'same plan'],
    ['F21: a plan used twice', [...DEPLOY.slice(0, 13), { type: 'apply.intent', data: { plan: 'p1' } }], 'same plan'],
    ['a result from nowhere', [{ type: 'route.result', data: {} }], 'without an intent'],
    [
      'two steps at once',
      [
        { type: 'bake.intent', data: {} },
        { type: 'plan.intent', data: {} },
      ],
      'while bake is open',
    ],
    ['life after the end', [...DEPLOY, { type: 'run.live' }], 'after the run was closed'],
    [
      'an unhealthy release',
      [
        { type: 'health.intent', data: {} },
        { type: 'health.result', data: { verdict: 'unhealthy' } },
        { type: 'release.recorded', seq: 1 },
      ],
      'health check failed',
    ],
  ])('tells a broken rule: %s', (_name, entries, message) => {
    expect(progressOf(entries).violations.join()).toContain(message);
  });

  it('never throws, whatever stands in a journal', () => {
    const step = fc.constantFrom(...STEPS);
    const entry = fc.oneof(
      fc.constantFrom(...DEPLOY),
      fc
        .tuple(step, fc.constantFrom('intent', 'result', 'recovered'))
        .map(([name, phase]) => ({ type: `${name}.${phase}`, data: {} }) as JournalEntry),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        expect(progressOf(entries).state).toBeDefined();
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
