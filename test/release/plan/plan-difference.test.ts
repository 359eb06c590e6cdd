import { describe, expect, it } from 'vitest';
import { differenceSection } from '../../../release/src/plan/difference-markdown';
import { differenceOf, isSamePlan } from '../../../release/src/plan/plan-difference';
import { readTerraformPlan, type TerraformChangeJson } from '../../../release/src/plan/terraform-plan';
import type { Plan } from '../../../release/src/plan/plan';

type Change = TerraformChangeJson['change'];

function planOf(changes: Readonly<Record<string, Change>>, outputs: Readonly<Record<string, Change>> = {}): Plan {
  return readTerraformPlan(
    {
      format_version: '1.2',
      resource_changes: Object.entries(changes).map(([address, change]) => ({
        address,
        type: address.split('.')[0] ?? '',
        change,
      })),
      output_changes: outputs,
    },
    'sha256:a',
  );
}

const create = (after: object, sensitive: object = {}): Change => ({
  actions: ['create'],
  before: null,
  after,
  after_sensitive: sensitive,
});
const update = (before: object, after: object): Change => ({ actions: ['update'], before, after });
const remove = (before: object): Change => ({ actions: ['delete'], before, after: null });

const ORIGIN = { run: 'two', plan: 'sha256:old', wasApproved: true };

function compare(earlier: Plan, later: Plan): ReturnType<typeof differenceOf> {
  return differenceOf(earlier, later, ORIGIN);
}

describe('two plans', () => {
  it('differ in addresses that appear, vanish, or are changed in another way', () => {
    const earlier = planOf({ 'a.same': create({ x: 1 }), 'a.gone': create({ x: 1 }), 'a.other': create({ x: 1 }) });
    const later = planOf({
      'a.same': create({ x: 1 }),
      'a.new': remove({ x: 1 }),
      'a.other': update({ x: 0 }, { x: 1 }),
    });
    const difference = compare(earlier, later);
    expect(difference.changes.map(({ address, before, after }) => [address, before, after])).toEqual([
      ['a.gone', 'create', null],
      ['a.new', null, 'destroy'],
      ['a.other', 'create', 'update'],
    ]);
    expect(differenceSection(difference)).toEqual({
      title: 'What differs from the plan that was approved',
      lines: [
        '3 things differ from the plan of run `two`, which was approved and not applied.',
        '',
        '```diff',
        '- a.gone: create',
        '+ a.gone: left alone',
        '- a.new: left alone',
        '+ a.new: destroy',
        '- a.other: create',
        '+ a.other: change in place',
        '-   x = 1',
        '+   x = 0 → 1',
        '```',
      ],
    });
  });

  it('differ in attributes and outputs, by what they were and what they become', () => {
    const earlier = planOf({ 'a.b': update({ x: 1, y: 1 }, { x: 2, y: 2 }) }, { url: update({}, {}) });
    const later = planOf({ 'a.b': update({ x: 1, y: 7 }, { x: 2, y: 2 }) }, { url: { ...create({}), after: 'u' } });
    const { changes, outputs } = compare(earlier, later);
    expect(changes).toEqual([
      {
        address: 'a.b',
        before: 'update',
        after: 'update',
        attributes: [{ path: 'y', before: '1 → 2', after: '7 → 2' }],
      },
    ]);
    expect(outputs).toEqual([{ path: 'url', before: null, after: '"u"' }]);
    expect(differenceSection(compare(earlier, later)).lines.slice(3)).toEqual([
      '! a.b (change in place)',
      '-   y = 1 → 2',
      '+   y = 7 → 2',
      '! outputs',
      '+   url = "u"',
      '```',
    ]);
  });

  it('F38: show no sensitive value, and say that such values cannot be compared', () => {
    const earlier = planOf({ 'a.b': create({ password: 'hunter2-old', key: 'old' }, { key: true }) });
    const later = planOf({ 'a.b': create({ password: 'hunter2-new', key: 'new' }, { key: true }) });
    const difference = compare(earlier, later);
    expect(isSamePlan(difference)).toBe(true);
    expect(difference.masked).toBe(2);
    const { lines } = differenceSection(difference);
    expect(lines).toEqual([
      'It does the same as the plan of run `two`, which was approved and not applied.',
      '',
      '2 masked values of both plans cannot be compared.',
    ]);
    expect(JSON.stringify(difference)).not.toMatch(/hunter2|"old"|"new"/);
  });

  it('that say the same differ in nothing; what is only read does not count', () => {
    const read: Change = { actions: ['read'], before: null, after: {} };
    const difference = compare(
      planOf({ 'a.b': create({ x: 1 }) }),
      planOf({ 'a.b': create({ x: 1 }), 'data.c.d': read }),
    );
    expect(isSamePlan(difference)).toBe(true);
    expect(differenceSection({ ...difference, wasApproved: false }).title).toBe(
      'What differs from the plan that waited before',
    );
  });

  it('keep a value that holds a fence inside of it', () => {
    const { lines } = differenceSection(compare(planOf({}, { a: { ...create({}), after: '```x' } }), planOf({})));
    expect(lines.at(2)).toBe('````diff');
    expect(lines.at(-1)).toBe('````');
  });
});
