import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../release/src/durable/canonical-json';
import type { PreparedPlan } from '../../../../release/src/targets/target';
import { commitsIn, groupPaths } from '../../../../release/src/api/release-notes';
import { findPlan, type StoredPlan } from '../../../../release/src/api/stored-plan';
import { planDocument } from '../../../../release/src/plan/markdown';
import { environmentLine } from '../../../../client/src/release/plan-document/environment-line';
import { isWaiting, planPage } from '../../../../client/src/release/plan-document/plan-page';
import { formatPlanPath, parsePlanPath } from '../../../../client/src/release/plan-document/plan-path';
import { planSides } from '../../../../client/src/release/plan-document/plan-sides';
import { Journal } from '../../../../release/src/run/journal';
import { createRun, FakeWorld, PIPELINE } from '../../../release/support/fake-world';
import { examplePlan, HASH, preparedOf, tellApproval, temporaryRoot, untilQuestion, writeRun } from './support';

let world: ReturnType<typeof temporaryRoot>;
beforeEach(() => (world = temporaryRoot()));
afterEach(() => world.dispose());

const RUN = '01J0000000000000000000000A';

function stored(): StoredPlan {
  const found = findPlan(world.root, 'local', HASH);
  if (!found) throw new Error('the plan is not found');
  return found;
}

describe('the path of a plan document', () => {
  it.each(['plan', 'current', 'planned'] as const)('names the %s side', (side) => {
    const path = formatPlanPath({ environment: 'eu-1', hash: HASH, side });
    expect(parsePlanPath(path)).toEqual({ environment: 'eu-1', hash: HASH, side });
  });

  it('has the whole hash in the address, and ends in a title that fits a tab', () => {
    expect(formatPlanPath({ environment: 'production', hash: HASH, side: 'plan' })).toBe(
      `/production/sha256-${'a'.repeat(64)}/Plan: production, aaaaaaaa.md`,
    );
  });

  it.each([
    '/production/x.md',
    '/a/b/sha256-aa.md',
    '/production/sha256-aa.exe',
    '',
    '/production/sha256-aa',
    // One plan has one address.
    '/production/sha256-aa/Plan: staging, aa.md',
    '/production/sha256-aa/Plan: production, bb.md',
    '/production/sha256-aa/Plan: production, aa.exe',
  ])('is not `%s`', (path) => {
    expect(parsePlanPath(path)).toBeUndefined();
  });
});

describe('what became of a plan', () => {
  it('waits while its run does, until it expires', () => {
    const directory = writeRun(world, RUN, untilQuestion(preparedOf(examplePlan())), { alive: true });
    tellApproval(directory, HASH, '2026-11-21T10:30:00.000Z');
    expect(stored().decision).toEqual({ kind: 'waiting', expires: '2026-11-21T10:30:00.000Z' });
    expect(isWaiting(stored())).toBe(true);
    expect(planPage(stored(), undefined).text).toContain('**Waits for approval** until 10:30');
  });

  it('is lost when its run is gone', () => {
    writeRun(world, RUN, untilQuestion(preparedOf(examplePlan())));
    expect(stored().decision).toEqual({ kind: 'lost' });
    expect(isWaiting(stored())).toBe(false);
  });

  it.each([
    ['approval.granted', 'approved', '**Approved by Ana**'],
    ['approval.denied', 'denied', '**Discarded by Ana**'],
  ] as const)('%s', (type, kind, text) => {
    const entries = untilQuestion(preparedOf(examplePlan()));
    writeRun(world, RUN, [...entries, { type, plan: HASH, by: 'Ana', how: 'vscode' }], { alive: true });
    expect(stored().decision).toEqual({ kind, by: 'Ana' });
    expect(planPage(stored(), undefined).text).toContain(text);
  });

  it('is refused when it leaves its scope, and nobody is asked', () => {
    const violations = [
      { address: 'aws_lb.front', block: 'aws_lb.front', reason: 'the deploy step may not change it' },
    ];
    writeRun(world, RUN, untilQuestion(preparedOf(examplePlan(), violations)).slice(0, 3), { alive: true });
    expect(stored().decision).toEqual({ kind: 'refused' });
    const { text, marks } = planPage(stored(), undefined);
    expect(text).toContain('## Refused\n\n- `aws_lb.front`: the deploy step may not change it.');
    expect(text).toContain('✗ Cannot be applied: 1 change leaves the scope');
    const refused = marks.filter(({ kind }) => kind === 'refused');
    const lines = text.split('\n');
    expect(refused.map(({ first }) => lines[first])).toEqual([
      '- `aws_lb.front`: the deploy step may not change it.',
      '### `aws_lb.front`',
    ]);
  });

  it('F20: says first what it does differently from the plan that was approved before', () => {
    const since: NonNullable<PreparedPlan['since']> = {
      run: '01J00000000000000000000009',
      plan: HASH.replace('a', 'b'),
      wasApproved: true,
      changes: [{ address: 'aws_lb.front', before: null, after: 'destroy', attributes: [] }],
      outputs: [],
      masked: 0,
    };
    writeRun(
      world,
      RUN,
      untilQuestion({ ...preparedOf(examplePlan()), since: JSON.parse(JSON.stringify(since)) as JsonObject }),
      { alive: true },
    );
    const { text, marks } = planPage(stored(), undefined);
    expect(text).toMatch(
      /## What differs from the plan that was approved\n\n1 thing differs .*\n- aws_lb\.front: left alone\n\+ aws_lb\.front: destroy\n/s,
    );
    // The marks of what follows are on their lines still.
    const lines = text.split('\n');
    const destructive = marks.filter(({ kind }) => kind === 'destructive').map(({ first }) => lines[first]);
    expect(destructive.length).toBeGreaterThan(0);
    expect(destructive.filter((line) => !/^#{2,3} |^```/.test(line ?? ''))).toEqual([]);
  });

  it('is of its environment and of its hash', () => {
    writeRun(world, RUN, untilQuestion(preparedOf(examplePlan())));
    expect(findPlan(world.root, 'production', HASH)).toBeUndefined();
    expect(findPlan(world.root, 'local', HASH.replace('a', 'b'))).toBeUndefined();
  });

  it('is found for the plan that moves the traffic, which stands deeper', () => {
    const [created] = untilQuestion(preparedOf(examplePlan()));
    if (!created) throw new Error('no entry');
    writeRun(world, RUN, [
      created,
      { type: 'plan.intent', data: { what: 'route', to: 'green' } },
      { type: 'plan.result', data: { plan: preparedOf(examplePlan()) } },
    ]);
    expect(stored().step).toBe('route');
  });

  it('knows what was live, and the images that come', async () => {
    const fake = new FakeWorld(world.root, world.folder);
    const pipeline = PIPELINE.replace(/ +health: .*\n/, '');
    await fake.run(
      createRun(world.root, world.folder, '01J00000000000000000000001', {
        pipeline,
        git: { commit: 'c1c1c1c1c1', branch: 'main', dirty: false, pushed: true },
      }),
    );
    const run = '01J00000000000000000000002';
    fake.source = 'v2';
    const spec = createRun(world.root, world.folder, run, {
      pipeline,
      createdAt: '2999-01-01T00:00:00.000Z',
      git: { commit: 'c2c2c2c2c2', branch: 'main', dirty: true, pushed: true },
    });
    await fake.run(spec).catch(() => undefined);
    const planned = Journal.read(world.root.run(run))
      .records()
      .find((entry) => entry.type === 'plan.result');
    const hash = planned && 'data' in planned ? (planned.data['hash'] as string) : '';
    const found = findPlan(world.root, 'local', hash);
    expect(found?.images.map(({ name }) => name)).toEqual(['web']);
    expect(found?.commits).toEqual({ from: 'c1c1c1c1c1', to: 'c2c2c2c2c2', isDirty: true });
    const text = found ? planPage(found, undefined).text : '';
    expect(text).toMatch(/- Image web: `sha256:[0-9a-f]{12}…` → `sha256:[0-9a-f]{12}…`/);
    expect(text).toContain('- Commit: `c1c1c1c1c` → `c2c2c2c2c` with changes that are not committed');
  });
});

describe('the plan document', () => {
  function page(): { readonly text: string; readonly lines: readonly string[] } {
    writeRun(world, RUN, untilQuestion(preparedOf(examplePlan())));
    const { text } = planPage(stored(), undefined);
    return { text, lines: text.split('\n') };
  }

  it('has the worst first', () => {
    const headings = page().lines.filter((line) => line.startsWith('## '));
    expect(headings).toEqual([
      '## ⚠ Destroy (1)',
      '## ⚠ Replace: destroyed before the new one exists (1)',
      '## ⚠ Replace: the new one is created first (1)',
      '## Change in place (1)',
      '## Create (1)',
      '## Outputs',
    ]);
  });

  it('shows old and new values, what forces a replacement, and no secret', () => {
    const { text } = page();
    expect(text).toContain('- ami = "ami-1"\n+ ami = "ami-2"  # forces replacement');
    expect(text).toContain('+ id = (known after apply)');
    expect(text).toContain('- token = (sensitive)\n+ token = (sensitive)');
    expect(text).not.toMatch(/abc|def"/);
    expect(text).toContain('**3 to add, 1 to change, 3 to destroy**, 1 unchanged.');
    expect(text).toContain('⚠ Takes away `aws_db_instance.main`, `aws_eip.old`, `aws_instance.app[0]`.');
    expect(text).toContain('- Now: blue runs ami-1');
  });

  it('marks exactly the lines of what is taken away', () => {
    const { text, marks } = planDocument(examplePlan(), { environment: 'local', lines: [] }, []);
    const lines = text.split('\n');
    const marked = new Set(
      marks.flatMap(({ kind, first, last }) =>
        kind === 'destructive' ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : [],
      ),
    );
    const shown = lines.filter((_, index) => marked.has(index));
    expect(shown.filter((line) => line.startsWith('###'))).toEqual([
      '### `aws_db_instance.main`',
      '### `aws_eip.old`',
      '### `aws_instance.app[0]`',
    ]);
    expect(shown).toContain('- size = 5');
    expect(shown.some((line) => line.includes('idle_timeout') || line.includes('url'))).toBe(false);
    expect(marks.some(({ kind, first }) => kind === 'unchanged' && lines[first]?.includes('unchanged'))).toBe(true);
  });

  it('keeps to one line what comes from elsewhere', () => {
    const { text } = planDocument(examplePlan(), { environment: 'a', lines: ['one\n# Injected'] }, []);
    expect(text).toContain('- one # Injected');
  });

  it('is the text of the run when that kept nothing else', () => {
    const { shown: _shown, ...prepared } = preparedOf(examplePlan());
    writeRun(world, RUN, untilQuestion(prepared));
    expect(planPage(stored(), undefined).text).toMatch(/^# Plan\n\n- \*\*Not decided[^]*\n$/);
  });

  it('names what comes, and what disappears', () => {
    writeRun(world, RUN, untilQuestion(preparedOf(examplePlan())));
    const commits = commitsIn('c2c2c2c2c2c2\x1fAna\x1f[Faster](command:x) *start*\nc1\x1fBo\x1fa\x1fb\n');
    const paths = ['app/main.ts', 'Dockerfile', 'db/migrations/7.sql', 'infra/main.tf'];
    const ahead = planPage(stored(), { kind: 'ahead', commits, paths }).text;
    expect(ahead).toContain('## What comes (2)\n\n- `c2c2c2c2c` \\[Faster](command:x) *start*, Ana\n- `c1` a b, Bo');
    expect(ahead).toContain('- ⚠ Migrations of data: `db/migrations/7.sql`');
    expect(planPage(stored(), { kind: 'back', commits, paths: [] }).text).toContain('## ⚠ What disappears (2)');
    expect(planPage(stored(), { kind: 'unknown' }).text).toContain('forced push');
  });
});

describe('the two sides of a plan', () => {
  it('differ in what changes, and keep its order', () => {
    const { current, planned } = planSides(examplePlan());
    expect(current).toContain('aws_db_instance.main\n  size = 5');
    expect(planned).not.toContain('aws_db_instance.main');
    expect(current).not.toContain('aws_instance.new');
    expect(planned).toContain('aws_instance.new\n  ami = "ami-2"\n  id = (known after apply)');
    expect(current).toContain('aws_instance.app[0]\n  ami = "ami-1"');
    expect(planned).toContain('aws_instance.app[0]\n  ami = "ami-2"');
  });
});

describe('paths of a change', () => {
  it('are told apart by what they are', () => {
    const groups = groupPaths(['src/a.ts', 'web.Dockerfile', 'k8s/web.yaml', 'config/app.json', 'x.pkr.hcl', 'a.sql']);
    expect([...groups].map(([group, names]) => `${group}: ${names.join(' ')}`).sort()).toEqual([
      'app: src/a.ts',
      'configuration: config/app.json',
      'image: web.Dockerfile x.pkr.hcl',
      'infrastructure: k8s/web.yaml',
      'migrations: a.sql',
    ]);
  });
});

describe('the line of an environment', () => {
  const TEXT = 'images:\n  local: {}\nenvironments:\n  "eu-1": {}\n  local:\n    target: {}\n';
  it.each([
    ['local', 4],
    ['eu-1', 3],
    ['gone', 2],
  ])('%s', (name, line) => {
    expect(environmentLine(TEXT, name)).toBe(line);
  });

  it('is the first of a file that has none', () => {
    expect(environmentLine('', 'local')).toBe(0);
  });
});
