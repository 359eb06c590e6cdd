import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Known } from '../../../release/src/config/interpolate';
import type { TerraformBlueGreen, TerraformTargetConfig } from '../../../release/src/config/types';
import type { DesiredRelease, Observation } from '../../../release/src/targets/target';
import { declaredVariables } from '../../../release/src/targets/terraform/declared';
import type { TerraformIntent } from '../../../release/src/targets/terraform/intent';
import { classify } from '../../../release/src/targets/terraform/outcome';
import { knownOf, observationOf } from '../../../release/src/targets/terraform/reality';
import type { TerraformStream } from '../../../release/src/targets/terraform/stream';
import { TerraformVariables } from '../../../release/src/targets/terraform/variables';

let workspace: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'immutable-units-'));
  mkdirSync(join(workspace, 'tf'));
  writeFileSync(
    join(workspace, 'tf', 'a.tf'),
    '# variable "no" {\nvariable "active" {\n}\nvariable images { type = map(string) }\n',
  );
  writeFileSync(join(workspace, 'tf', 'b.tf.json'), '{ "variable": { "size": {}, "immutable_release": {} } }');
  writeFileSync(join(workspace, 'tf', 'c.tf.json'), '{');
});
afterAll(() => rmSync(workspace, { recursive: true }));

function config(idle: TerraformBlueGreen['idle'], changes: Partial<TerraformTargetConfig> = {}): TerraformTargetConfig {
  return {
    kind: 'terraform',
    tool: 'auto',
    directory: 'tf',
    workspace: undefined,
    variableFiles: [],
    set: { size: '${release.version}' },
    readImage: undefined,
    guard: { deploy: undefined, route: undefined, retire: undefined, neverDestroy: [] },
    blueGreen: {
      active: { variable: 'active', output: 'active', values: ['blue', 'green'] },
      image: { variable: 'images', output: 'images' },
      idle,
    },
    refresh: undefined,
    ...changes,
  };
}

function variables(idle: TerraformBlueGreen['idle']): TerraformVariables {
  return new TerraformVariables(config(idle), join(workspace, 'tf'));
}

const KNOWN: Known = { release: { version: 'r2' } };
const IMAGE = {
  name: 'vm',
  kind: 'ami',
  ref: 'ami-2',
  id: 'ami-2',
  tag: null,
  digests: [],
  files: [],
  inputs: '',
  provenance: {},
} as const;
const RELEASE: DesiredRelease = { id: 'r2', images: new Map([['vm', IMAGE]]), known: KNOWN, config: undefined };

function now(active: string | undefined, blue?: string, green?: string): Observation {
  const slot = (name: string, image: string | undefined): Observation['slots'][number] => ({
    name,
    running: image === undefined ? [] : [image],
    release: image === undefined ? undefined : `of-${image}`,
  });
  return { activeSlot: active, slots: [slot('blue', blue), slot('green', green)], stampedRelease: undefined };
}

describe('the variables of a step', () => {
  it('are found in both syntaxes', () => {
    expect([...declaredVariables(join(workspace, 'tf'))].sort()).toEqual([
      'active',
      'images',
      'immutable_release',
      'size',
    ]);
  });

  it('at the first deployment: both colours where a configuration always has both', () => {
    const images = (idle: TerraformBlueGreen['idle']): unknown =>
      variables(idle).deploy(RELEASE, 'blue', now(undefined))['images'];
    expect(images('destroy')).toEqual({ blue: 'ami-2' });
    expect(images('keep')).toEqual({ blue: 'ami-2', green: 'ami-2' });
    expect(images('scale-to-zero')).toEqual({ blue: 'ami-2', green: '' });
  });

  it('change the idle colour when deploying, the traffic when routing, the colour without traffic when retiring', () => {
    const made = variables('destroy');
    expect(made.deploy(RELEASE, 'green', now('blue', 'ami-1'))).toEqual({
      size: 'r2',
      active: 'blue',
      images: { blue: 'ami-1', green: 'ami-2' },
      immutable_release: { blue: 'of-ami-1', green: 'r2' },
    });
    expect(made.route(RELEASE, 'green', now('blue', 'ami-1', 'ami-2'))).toMatchObject({
      active: 'green',
      images: { blue: 'ami-1', green: 'ami-2' },
    });
    expect(made.retire('blue', now('green', 'ami-1', 'ami-2'), KNOWN)).toEqual({
      size: 'r2',
      active: 'green',
      images: { green: 'ami-2' },
      immutable_release: { green: 'of-ami-2' },
    });
    expect(variables('scale-to-zero').retire('blue', now('green', 'ami-1', 'ami-2'), KNOWN)['images']).toEqual({
      blue: '',
      green: 'ami-2',
    });
  });

  it('are refused when nobody knows what they stand for', () => {
    expect(() => variables('destroy').retire('blue', now('green', 'a', 'b'), undefined)).toThrow(
      '`target.terraform.set`: ${release.version} is not known here.',
    );
    expect(() => variables('destroy').deploy({ ...RELEASE, images: new Map() }, 'blue', now(undefined))).toThrow(
      'one image',
    );
  });
});

describe('what outputs say', () => {
  it('is never guessed: a state with resources and no active colour stops the run', () => {
    const outputs = new Map<string, unknown>([['images', { blue: 'ami-1' }]]);
    expect(() => observationOf(config('keep'), outputs, false, undefined)).toThrow(
      'nobody can tell which colour serves',
    );
    expect(observationOf(config('keep'), new Map(), true, undefined).activeSlot).toBeUndefined();
  });

  it('names releases by the stamp, else by the ledger', () => {
    const outputs = new Map<string, unknown>([
      ['active', 'blue'],
      ['images', { blue: 'ami-1', green: '' }],
    ]);
    const witness = {
      releaseIn: (slot: string, image: string) => `${slot} ${image}`,
      live: () => undefined,
      writtenBy: () => undefined,
    };
    const seen = observationOf(config('scale-to-zero'), outputs, false, witness);
    expect(seen.slots).toEqual([
      { name: 'blue', running: ['ami-1'], release: 'blue ami-1' },
      { name: 'green', running: [], release: undefined },
    ]);
    outputs.set('immutable_release', { blue: 'r1' });
    expect(observationOf(config('keep'), outputs, false, witness)).toMatchObject({
      stampedRelease: 'r1',
      slots: [{ release: 'r1' }, {}],
    });
  });

  it('asks the new colour, before the traffic moves and after', () => {
    const outputs = new Map<string, unknown>([
      ['url', 'https://x'],
      ['count', 3],
      ['list', []],
    ]);
    expect(knownOf(config('keep'), outputs, 'green')).toEqual({
      output: { url: 'https://x', count: '3' },
      target: { url: 'https://x' },
      slot: { name: 'green', idle: 'green', active: 'blue' },
    });
  });
});

describe('the outcome of an apply', () => {
  const intent = {
    changes: [
      { address: 'a.one', kind: 'create' },
      { address: 'a.two', kind: 'update' },
    ],
  } as unknown as TerraformIntent;
  const stream: TerraformStream = {
    planned: [],
    started: new Map([['a.one', 'create']]),
    ended: new Set(),
    errors: [],
  };

  function left(...changes: readonly (readonly [string, string, string?])[]): Parameters<typeof classify>[2] {
    return {
      resource_changes: changes.map(([address, action, reason]) => ({
        address,
        type: 'a',
        ...(reason === undefined ? {} : { action_reason: reason }),
        change: { actions: [action], before: null, after: null },
      })),
    };
  }

  it('is all, none or a part, whatever else a new plan finds', () => {
    const ended = { stream, code: 1 };
    expect(classify(intent, ended, left()).outcome).toBe('all');
    expect(classify(intent, ended, left(['a.other', 'update'])).outcome).toBe('all');
    expect(classify(intent, ended, left(['a.one', 'create'], ['a.two', 'update'])).outcome).toBe('none');
    expect(classify(intent, ended, left(['a.two', 'update'])).outcome).toBe('partial');
    expect(
      classify(intent, ended, left(['a.one', 'delete', 'replace_because_tainted'], ['a.two', 'update'])).outcome,
    ).toBe('partial');
  });

  it('F03: is never none when something was begun and nobody saw its end', () => {
    const { outcome, table } = classify(intent, { stream, code: null }, left(['a.one', 'create'], ['a.two', 'update']));
    expect(outcome).toBe('partial');
    expect(table[0]).toMatch(/^unknown: a\.one/);
  });

  it('is a part when only outputs are missing, and when nobody can plan', () => {
    const outputs = { output_changes: { active: { actions: ['update'], before: 'blue', after: 'green' } } };
    expect(classify(intent, { stream, code: null }, { ...left(), ...outputs })).toMatchObject({ outcome: 'partial' });
    expect(classify({ ...intent, changes: [] }, { stream, code: null }, { ...left(), ...outputs }).outcome).toBe(
      'none',
    );
    expect(classify(intent, { stream, code: 1 }, undefined).outcome).toBe('partial');
  });
});
