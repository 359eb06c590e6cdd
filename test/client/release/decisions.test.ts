import { describe, expect, it } from 'vitest';
import { BACK } from '../../../client/src/release/ask/ask';
import { askInTurn } from '../../../client/src/release/ask/questions';
import { cancelText } from '../../../client/src/release/model/cancel-text';
import {
  confirmDrastic,
  confirmPlan,
  destroyedIn,
  problemOfReason,
} from '../../../client/src/release/model/confirmation';
import { actionText, endNotice, type EndedRun } from '../../../client/src/release/model/outcome';
import { readRefusal } from '../../../client/src/release/model/refusal';
import { safeEdits, stoppingIn, type LintedFinding } from '../../../client/src/release/model/lint-output';
import { windowStatus, type OpenRun } from '../../../client/src/release/model/window-status';
import { OUTCOMES, RUN_STATES } from '../../../release/src/run/journal-entry';

describe('questions in turn', () => {
  const pick =
    (name: string, answers: (string | typeof BACK | undefined)[]) =>
    (before: readonly string[]): Promise<readonly string[] | typeof BACK | 'skip' | undefined> => {
      const answer = answers.shift();
      return Promise.resolve(
        answer === undefined || answer === BACK || answer === 'skip' ? answer : [...before, `${name}=${answer}`],
      );
    };

  it('go on to the end', async () => {
    expect(await askInTurn<readonly string[]>([], [pick('a', ['1']), pick('b', ['2'])])).toEqual(['a=1', 'b=2']);
  });

  it('go back to the last one that was really asked, and forget its answer', async () => {
    const steps = [pick('a', ['1', '9']), pick('b', ['skip', 'skip']), pick('c', [BACK, '3'])];
    expect(await askInTurn<readonly string[]>([], steps)).toEqual(['a=9', 'c=3']);
  });

  it('end when the person leaves, or goes back from the first', async () => {
    expect(await askInTurn<readonly string[]>([], [pick('a', ['1']), pick('b', [undefined])])).toBeUndefined();
    expect(await askInTurn<readonly string[]>([], [pick('a', [BACK])])).toBeUndefined();
  });

  it('count the questions', async () => {
    const places: string[] = [];
    await askInTurn('', [
      (before, { step, steps }) => Promise.resolve((places.push(`${step}/${steps}`), `${before}a`)),
      () => Promise.resolve('skip'),
      (before, { step, steps }) => Promise.resolve((places.push(`${step}/${steps}`), `${before}b`)),
    ]);
    expect(places).toEqual(['1/3', '2/2']);
  });
});

describe('what a person must do before a plan is applied', () => {
  const facts = {
    environment: 'production',
    isProtected: false,
    target: 'terraform in infra',
    images: ['web 1272ab345678'],
    commit: 'abc123456 Faster',
    counts: { add: 1, change: 2, destroy: 3 },
    destroyed: ['aws_instance.old'],
    live: 'web 999, 2 days ago',
  };

  it('is one modal that says everything', () => {
    const { text, detail, typed, needsReason } = confirmPlan('Deploy to production', 'Apply', facts);
    expect(text).toBe('Deploy to production?');
    expect(typed).toBeUndefined();
    expect(needsReason).toBe(false);
    for (const part of [
      'production',
      'terraform in infra',
      'web 1272ab345678',
      'abc123456 Faster',
      '1 to add, 2 to change, 3 to destroy',
      'web 999',
      'aws_instance.old',
    ])
      expect(detail).toContain(part);
  });

  it('is the name too where the environment is protected', () => {
    expect(confirmPlan('Deploy', 'Apply', { ...facts, isProtected: true }).typed).toBe('production');
  });

  it('says that nothing is live, and leaves out what is unknown', () => {
    const { detail } = confirmPlan('Deploy', 'Apply', {
      ...facts,
      live: undefined,
      commit: undefined,
      images: [],
      destroyed: [],
    });
    expect(detail).toContain('Live now: nothing');
    expect(detail).not.toMatch(/Commit|Image|Taken away/);
  });

  it('is typed always for what is drastic, with a reason where one is kept', () => {
    expect(confirmDrastic('Take over?', '', 'Take Over', 'demo', true)).toMatchObject({
      typed: 'demo',
      needsReason: true,
    });
    expect(problemOfReason('too short')).toMatch(/at least 10/);
    expect(problemOfReason('          ')).toBeDefined();
    expect(problemOfReason('long enough')).toBeUndefined();
  });

  it('names what is taken away', () => {
    const changes = (['destroy', 'replace-create-first', 'update', 'create', 'forget'] as const).map((kind) => ({
      kind,
      address: kind,
    }));
    expect(destroyedIn(changes)).toEqual(['destroy', 'replace-create-first', 'forget']);
  });
});

describe('what cancelling does', () => {
  it('is said in every state', () => {
    for (const state of RUN_STATES) {
      for (const hasSlots of [true, false]) {
        for (const reached of ['nothing', 'applied', 'live'] as const) {
          const text = cancelText({ state, reached, tool: undefined, hasSlots, platform: 'linux' });
          if (state !== 'CANCELLING' && state !== 'INTERRUPTED' && state !== 'CLOSED') expect(text, state).not.toBe('');
        }
      }
    }
  });

  it.each(['GATING', 'PLANNING', 'AWAITING_APPROVAL'] as const)(
    'never says that nothing was changed when something was: %s',
    (state) => {
      const text = (reached: 'nothing' | 'applied' | 'live'): string =>
        cancelText({ state, reached, tool: undefined, hasSlots: true });
      expect(text('nothing')).toMatch(/Nothing was changed/);
      expect(text('applied')).toMatch(/The old version serves on\. The new one is left running without traffic/);
      expect(text('live')).toMatch(/The release stays live/);
      for (const reached of ['applied', 'live'] as const) expect(text(reached)).not.toMatch(/Nothing was changed/);
    },
  );

  it('does not say that a tool is asked to stop which is brought to its end', () => {
    const text = (state: 'ROUTING' | 'RETIRING', tool: string): string =>
      cancelText({ state, reached: 'applied', tool, hasSlots: true, platform: 'linux' });
    for (const tool of ['terraform', 'nginx']) expect(text('ROUTING', tool)).toMatch(/is not asked to stop/);
    expect(text('RETIRING', 'podman')).toMatch(/^podman is not asked to stop: .* brought to its end\./);
    expect(text('RETIRING', 'terraform')).toMatch(/^terraform is asked to stop, once/);
  });

  it('is honest about the tool', () => {
    const text = (tool: string, platform: NodeJS.Platform = 'linux'): string =>
      cancelText({ state: 'APPLYING', reached: 'nothing', tool, hasSlots: true, platform });
    expect(text('terraform')).toMatch(
      /terraform is asked to stop, once, and gets up to 30 minutes .* It is not killed\./,
    );
    expect(text('podman')).toMatch(/podman is asked to stop, and is killed after 30 seconds\./);
    expect(text('terraform')).toMatch(/partly applied\. The old version serves on\./);
    expect(text('terraform', 'win32')).toMatch(/stops when terraform has ended by itself/);
  });
});

describe('how a run ended', () => {
  const base: EndedRun = {
    kind: 'deploy',
    environment: 'demo',
    outcome: 'live',
    text: 'abc is live.',
    problem: undefined,
    keptSlot: undefined,
    isUnhealthy: false,
    canRollBack: true,
    hasOldVersion: false,
    made: undefined,
    isProtected: false,
    allowsOverride: false,
  };

  it('is told for every outcome, with words on every button', () => {
    for (const outcome of [...OUTCOMES, undefined]) {
      const notice = endNotice({ ...base, outcome });
      expect(notice.text.length, outcome).toBeGreaterThan(5);
      for (const action of notice.actions) expect(actionText(action)).not.toBe('');
    }
  });

  it('names what runs rather than the id of a release', () => {
    const made = { id: '01k9abc', images: 'web 1272ab345678' };
    expect(endNotice({ ...base, text: '01k9abc is live.', made }).text).toBe('demo: web 1272ab345678 is live.');
    const back = endNotice({ ...base, kind: 'rollback', text: '01k8xyz is live again, as 01k9abc.', made });
    expect(back.text).toBe('demo is back on web 1272ab345678.');
  });

  it('is a question when health failed: end the new version, keep, or see the evidence', () => {
    const text = 'The new version did not become healthy.\n  http: 500\nblue still serves; green is kept to look at.';
    const slots = endNotice({ ...base, outcome: 'failed', isUnhealthy: true, keptSlot: 'green', text });
    expect(slots.actions).toEqual(['endNew', 'keep', 'showEvidence']);
    expect(slots.text).toBe(
      'Deploy to demo: The new version did not become healthy. blue still serves; green is kept to look at.',
    );
    expect(endNotice({ ...base, outcome: 'failed', isUnhealthy: true, text }).actions).toEqual([
      'rollBack',
      'keep',
      'showEvidence',
    ]);
    expect(endNotice({ ...base, outcome: 'failed', isUnhealthy: true, canRollBack: false, text }).actions).toEqual([
      'keep',
      'showEvidence',
    ]);
  });

  it('is the worst when what is not healthy has the traffic: who serves, and the way back', () => {
    const text =
      'abc has the traffic in green and is not healthy. `immutable-infra rollback demo` goes back to xyz.\nThe new version did not become healthy.\n  http: 500';
    const notice = endNotice({ ...base, outcome: 'partial', isUnhealthy: true, text });
    expect(notice).toMatchObject({ severity: 'error', actions: ['rollBack', 'keep', 'showEvidence'] });
    expect(notice.text).toMatch(
      /^Deploy to demo: abc has the traffic in green and is not healthy\. .* goes back to xyz\.$/,
    );
    expect(endNotice({ ...base, outcome: 'partial', isUnhealthy: true, canRollBack: false, text }).actions).toEqual([
      'keep',
      'showEvidence',
    ]);
  });

  it('has what stood on lines of its own as sentences', () => {
    const text = 'The new version did not become healthy.\n  http: 500\nblue still serves; green was ended.';
    expect(endNotice({ ...base, outcome: 'rolled-back', text }).text).toBe(
      'Deploy to demo: The new version did not become healthy. http: 500. blue still serves; green was ended.',
    );
  });

  it('does not put the end of the way back first', () => {
    expect(endNotice({ ...base, hasOldVersion: true }).actions).toEqual(['showLog', 'retireOld']);
  });

  it('offers to override the linter alone, and not where that is forbidden', () => {
    const text =
      'Refused before anything was changed:\n- lint: 2 findings of the linter stop this run:\n  a/b.tf:3: Pin it. (mutable-reference/image-tag)\n  c:4: Remove `22` (port). (interactive-access/ssh)';
    const refused = { ...base, outcome: 'refused' as const, text };
    expect(endNotice(refused).actions).toEqual(['showFindings', 'override', 'showEvidence']);
    expect(endNotice({ ...refused, isProtected: true }).actions).toEqual(['showFindings', 'showEvidence']);
    expect(endNotice({ ...refused, isProtected: true, allowsOverride: true }).actions).toContain('override');
    expect(endNotice({ ...refused, text: `${text}\n- git: not clean` }).actions).not.toContain('override');
    expect(endNotice(refused).text).toContain('a/b.tf:3: Pin it. and 1 more');
  });

  it('offers to resume what was interrupted, and tells an engine that did not start', () => {
    expect(endNotice({ ...base, outcome: undefined, text: undefined }).actions[0]).toBe('resume');
    const failed = endNotice({ ...base, outcome: undefined, text: undefined, problem: 'demo is locked by bob' });
    expect(failed.text).toContain('demo is locked by bob');
    expect(failed.actions).not.toContain('resume');
  });

  it('never says that something partly applied is done', () => {
    expect(endNotice({ ...base, outcome: 'partial', text: 'Only a part was applied:\na' })).toMatchObject({
      severity: 'error',
      text: expect.stringMatching(
        / was applied in part\. Show Evidence tells what is done and what is missing\.$/,
      ) as string,
      actions: ['retry', 'rollBack', 'showEvidence'],
    });
  });
});

describe('a refusal', () => {
  it('is read gate by gate', () => {
    const text =
      'Refused:\n- disk: full\n- lint: 1 findings stop this run:\n  x/Dockerfile:1: Message (with brackets). (family/rule-name)';
    expect(readRefusal(text)).toEqual({
      gates: ['disk', 'lint'],
      findings: [{ path: 'x/Dockerfile', line: 1, message: 'Message (with brackets).', rule: 'family/rule-name' }],
      isOnlyLint: false,
    });
  });

  it('is read with the column and the fix of each finding', () => {
    const text =
      '- lint: 1 finding of the linter stops this run:\n  x/main.tf:3:7: Pin it (now). (family/rule) Fix: Pin to `1.2`.';
    expect(readRefusal(text).findings).toEqual([
      { path: 'x/main.tf', line: 3, message: 'Pin it (now).', rule: 'family/rule' },
    ]);
  });

  it('may be no refusal of the gates', () => {
    expect(readRefusal('The plan was not approved.')).toEqual({ gates: [], findings: [], isOnlyLint: false });
  });
});

describe('findings of the linter', () => {
  const finding = (over: Partial<LintedFinding>): LintedFinding => ({
    rule: 'a/b',
    severity: 'error',
    path: 'f',
    line: 1,
    message: 'm',
    fixes: [],
    ...over,
  });

  it('stop as the gate says', () => {
    const findings = [
      finding({}),
      finding({ severity: 'warning' }),
      finding({ suppressed: { reason: null } }),
      finding({ baselined: true }),
    ];
    expect(stoppingIn({ findings }, 'error')).toHaveLength(1);
    expect(stoppingIn({ findings }, 'warning')).toHaveLength(2);
    expect(stoppingIn({ findings }, 'off')).toHaveLength(0);
  });

  it('are fixed by safe fixes that do not meet', () => {
    const fix = (offset: number, length: number, level = 'safe') =>
      finding({ fixes: [{ level, title: 't', edits: [{ path: 'f', offset, length, text: 'x' }] }] });
    expect(safeEdits([fix(0, 5), fix(4, 2), fix(5, 1), fix(9, 1, 'suggestion')]).map(({ offset }) => offset)).toEqual([
      0, 5,
    ]);
  });
});

describe('the status bar', () => {
  const open = (over: Partial<OpenRun> = {}): OpenRun => ({
    run: 'a',
    kind: 'deploy',
    environment: 'demo',
    status: 'running',
    waitsForApproval: false,
    progress: '3/11',
    ...over,
  });

  it('says nothing while no run is open', () => {
    expect(windowStatus([])).toBeUndefined();
  });

  it('says first what waits for a person', () => {
    const status = windowStatus([open(), open({ waitsForApproval: true })]);
    expect(status?.text).toBe('$(bell-dot) Deploy to demo: plan waits +1');
    expect(status?.command).toBe('immutableInfra.approvePlan');
  });

  it('says what runs, and what was interrupted', () => {
    expect(windowStatus([open()])?.text).toBe('$(sync~spin) Deploy to demo 3/11');
    expect(windowStatus([open({ status: 'interrupted', waitsForApproval: true })])).toMatchObject({
      command: 'immutableInfra.resumeRun',
      isWarning: true,
    });
  });
});
