import { describe, expect, it } from 'vitest';
import { drawRun, placeOf, type DrawableRun } from '../../../client/src/release/model/run-steps';
import { endText, progressText, shortId, ageText } from '../../../client/src/release/model/run-text';
import { progressOf } from '../../../release/src/run/progress';
import type { JournalEntry } from '../../../release/src/run/journal-entry';

const created: JournalEntry = { type: 'run.created', kind: 'deploy', environment: 'demo', spec: 'x' };
const intent = (step: string, data = {}): JournalEntry => ({ type: `${step}.intent`, data }) as JournalEntry;
const result = (step: string, data = {}): JournalEntry => ({ type: `${step}.result`, data }) as JournalEntry;
const step = (name: string, data = {}): JournalEntry[] => [intent(name), result(name, data)];
const asked: JournalEntry = { type: 'approval.requested', plan: 'sha256:1' };
const granted: JournalEntry = { type: 'approval.granted', plan: 'sha256:1', by: 'a', how: 'b' };
const closed = (outcome: string): JournalEntry => ({ type: 'run.closed', outcome, reason: '' }) as JournalEntry;

const run = (entries: readonly JournalEntry[], over: Partial<DrawableRun> = {}): DrawableRun => {
  const progress = progressOf([created, ...entries]);
  return {
    kind: 'deploy',
    status: progress.state === 'CLOSED' ? 'closed' : 'running',
    progress,
    hasSlots: true,
    hasSoak: false,
    retiresOld: false,
    ...over,
  };
};
const drawn = (one: DrawableRun): string[] => drawRun(one).map(({ stage, status }) => `${stage} ${status}`);

const baked = [...step('gate'), ...step('bake'), ...step('test'), ...step('publish')];
const planned = [...baked, ...step('gate', { observation: {} }), ...step('plan', { hash: 'sha256:1' })];
const applied = [...planned, asked, granted, ...step('apply', { outcome: 'all' }), ...step('verify')];

describe('the stages of a run', () => {
  it('are all ahead at first', () => {
    expect(drawn(run([]))).toEqual([
      'gate active',
      'bake ahead',
      'test ahead',
      'publish ahead',
      'plan ahead',
      'approve ahead',
      'apply ahead',
      'verify ahead',
      'health ahead',
      'route ahead',
      'live ahead',
    ]);
  });

  it('say what was done and what runs', () => {
    expect(drawn(run([...step('gate'), intent('bake')])).slice(0, 3)).toEqual([
      'gate done',
      'bake active',
      'test ahead',
    ]);
  });

  it('skip the bake of an image that is used again', () => {
    const stages = drawn(run([...step('gate'), intent('plan')]));
    expect(stages.slice(0, 5)).toEqual(['gate done', 'bake skipped', 'test skipped', 'publish skipped', 'plan active']);
  });

  it('wait for a person', () => {
    expect(drawn(run([...planned, asked]))).toContain('approve waiting');
    expect(placeOf(run([...planned, asked]))).toEqual({ number: 6, of: 11 });
  });

  it('do not jump back when the target is read between two stages', () => {
    const stages = drawn(run([...baked, intent('gate', { what: 'observe-before' })]));
    expect(stages.slice(0, 5)).toEqual(['gate done', 'bake done', 'test done', 'publish done', 'plan active']);
  });

  it('do not jump back when the traffic, or the end of a version, has a plan of its own', () => {
    const healthy = [...applied, ...step('health', { verdict: 'confirmed' }), ...step('gate')];
    expect(placeOf(run([...healthy, intent('plan')]))).toEqual({ number: 10, of: 11 });
    const routed = [...healthy, ...step('plan'), ...step('route')];
    for (const next of ['verify', 'health', 'plan'])
      expect(placeOf(run([...routed, intent(next)]))).toEqual({ number: 11, of: 11 });
    const broken = [...applied, ...step('health', { verdict: 'unhealthy' }), intent('plan')];
    expect(placeOf(run(broken))).toEqual({ number: 9, of: 11 });
  });

  it('stop where the health check failed', () => {
    const stages = drawn(
      run([...applied, ...step('health', { verdict: 'unhealthy' }), ...step('gate'), closed('failed')]),
    );
    expect(stages).toContain('health stopped');
    expect(stages).toContain('verify done');
    expect(stages).toContain('route ahead');
  });

  it('stop at the plan that somebody discarded, or that came too late', () => {
    const denied: JournalEntry = { type: 'approval.denied', plan: 'sha256:1', by: 'a', how: 'b' };
    expect(drawn(run([...planned, asked, denied, closed('refused')]))).toContain('approve stopped');
    expect(drawn(run([...planned, asked, closed('refused')]))).toContain('approve stopped');
  });

  it('stop at a gate', () => {
    const failed = { failed: { kind: 'refused', message: 'no', evidence: {} } };
    expect(drawn(run([intent('gate'), result('gate', failed), closed('refused')]))[0]).toBe('gate stopped');
  });

  it('are done when the release is live', () => {
    const entries = [
      ...applied,
      ...step('health', { verdict: 'confirmed' }),
      ...step('gate'),
      ...step('plan'),
      ...step('route'),
    ];
    const stages = drawn(run([...entries, { type: 'run.live' }, closed('live')]));
    expect(stages.every((text) => text.endsWith(' done'))).toBe(true);
  });

  it('stop where an interrupted run was', () => {
    expect(drawn(run([...planned, asked, granted, intent('apply')], { status: 'interrupted' }))).toContain(
      'apply stopped',
    );
  });

  it('have soak, route and retirement only where the environment has them', () => {
    const stages = drawn(run([], { hasSlots: false, hasSoak: true, retiresOld: true }));
    expect(stages.map((text) => text.split(' ')[0])).toEqual([
      ...['gate', 'bake', 'test', 'publish', 'plan', 'approve', 'apply', 'verify', 'health', 'soak', 'live', 'retire'],
    ]);
    expect(drawn(run([], { kind: 'bake' }))).toHaveLength(4);
    expect(drawn(run([], { kind: 'rollback' })).some((text) => text.startsWith('bake'))).toBe(false);
  });

  it('never throw, and name at most one stage that runs, for every prefix of a journal', () => {
    const entries = [
      ...applied,
      ...step('health', { verdict: 'confirmed' }),
      ...step('route'),
      { type: 'run.live' } as const,
      closed('live'),
    ];
    for (let length = 0; length <= entries.length; length++) {
      const stages = drawn(run(entries.slice(0, length)));
      expect(stages.filter((text) => / (?:active|waiting|stopped)$/.test(text)).length).toBeLessThanOrEqual(1);
    }
  });
});

describe('texts of a run', () => {
  it('tell the step with what is told', () => {
    expect(progressText(run([...step('gate'), intent('bake')]), 'Baking web')).toBe('2/11 · Baking web');
    expect(progressText(run([closed('live')]), 'over')).toBe('over');
    expect(progressText(run([...step('gate'), intent('bake')]), '')).toBe('2/11');
    expect(progressText(run([...planned, asked]), 'Planning')).toBe('6/11 · the plan waits for your approval');
  });

  it('tell how it ended', () => {
    expect(endText({ status: 'interrupted', outcome: undefined })).toBe('interrupted');
    expect(endText({ status: 'closed', outcome: 'rolled-back' })).toBe('rolled back');
  });

  it('shorten what is long', () => {
    expect(shortId(`registry/shop@sha256:${'a1'.repeat(32)}`)).toBe('a1a1a1a1a1a1');
    expect(shortId('01k9zzzzzzzzzzzzzzzzabcdef')).toHaveLength(8);
    expect(shortId('ami-0123456789abcdef0')).toBe('ami-0123456789abcdef0');
  });

  it('tell an age', () => {
    expect(ageText(59_000)).toBe('just now');
    expect(ageText(60_000)).toBe('a minute ago');
    expect(ageText(2 * 3_600_000)).toBe('2 hours ago');
    expect(ageText(72 * 3_600_000)).toBe('3 days ago');
  });
});
