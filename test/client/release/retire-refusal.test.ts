import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inEditorWords } from '../../../client/src/release/model/editor-words';
import { confirmLoss, confirmRetire, isPlanAsked, wayBackText } from '../../../client/src/release/model/confirmation';
import { endNotice, type EndedRun } from '../../../client/src/release/model/outcome';
import { readRetireRefusal } from '../../../client/src/release/model/retire-refusal';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld, PIPELINE } from '../../release/support/fake-world';
import { listenForHealth } from '../../release/support/healthy-port';

const healthyPort = listenForHealth();
const CONFIRM = PIPELINE.replace('retire: { mode: auto }', 'retire: { mode: confirm }');

let folder: string;
let world: FakeWorld;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-refusal-'));
  world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
  world.healthyPort = healthyPort();
  await end('run1');
  world.source = 'v2';
  await end('run2');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs to the end, and gives what the closing record says. */
async function end(run: string, changes: Parameters<typeof createRun>[3] = {}): Promise<string> {
  return (await world.run(createRun(world.root, folder, run, { pipeline: CONFIRM, ...changes }), 'yes')).text;
}

const ENDED: EndedRun = {
  kind: 'retire',
  environment: 'local',
  outcome: 'refused',
  text: undefined,
  problem: undefined,
  keptSlot: undefined,
  isUnhealthy: false,
  canRollBack: true,
  hasOldVersion: false,
  made: undefined,
  isProtected: false,
  allowsOverride: false,
};

describe('a version that the engine does not end without the word of a person', () => {
  it('is the only copy of the last way back: the editor offers its own question in place of the command line', async () => {
    const [first = ''] = world.registry;
    world.registry.delete(first);
    const text = await end('run3', { kind: 'retire' });
    const refusal = readRetireRefusal(text);
    expect(refusal).toMatchObject({ need: 'lastWayBack', slot: 'blue' });
    expect(refusal?.reason).toMatch(
      /^blue holds run1, the last release that could be gone back to, and its image cannot be had elsewhere: [^.]+\. Nothing was changed\.$/,
    );
    const notice = endNotice({ ...ENDED, text });
    expect(notice.actions[0]).toBe('retireAllTheSame');
    expect(notice.text).not.toContain('immutable-infra');
  });

  it('may have the traffic', async () => {
    world.activeSlot = undefined;
    const text = await end('run3', { kind: 'retire' });
    expect(readRetireRefusal(text)).toEqual({
      need: 'unknownTraffic',
      slot: 'blue',
      reason:
        'Nothing says which slot has the traffic, so blue may be serving. Look which one does. Nothing was changed.',
    });
    expect(endNotice({ ...ENDED, text }).actions[0]).toBe('retireAllTheSame');
  });

  it('is not meant by another refusal, and not by the end of a deployment', async () => {
    const text = await end('run3', { kind: 'retire', slot: 'green' });
    expect(text).toBe('green has the traffic and stays.');
    expect(readRetireRefusal(text)).toBeUndefined();
    expect(endNotice({ ...ENDED, text }).actions).toEqual(['showLog', 'retry']);
    world.activeSlot = undefined;
    const other = { ...ENDED, kind: 'deploy', text: await end('run4', { kind: 'retire' }) } as const;
    expect(endNotice(other).actions).not.toContain('retireAllTheSame');
  });
});

describe('what the engine says', () => {
  it('is said in words of the editor, where a command of the palette does the same', () => {
    expect(inEditorWords('green is kept; `immutable-infra retire` ends it.')).toBe(
      'green is kept; Retire Old… ends it.',
    );
    expect(inEditorWords('Resume it first: `immutable-infra resume 01M7`. See `immutable-infra drift`.')).toBe(
      'Resume it first: Resume Interrupted Run…. See Detect Drift.',
    );
    for (const own of ['`immutable-infra deploy local --rebake`', '`immutable-infra sync-ledger`', '`terraform init`'])
      expect(inEditorWords(own)).toBe(own);
  });

  it('offers to retire what a deployment cannot tell from what serves', () => {
    const text =
      'Both slots run, and run/upstream.conf names neither, so blue may be serving. Retire the one that is not used by its name: `immutable-infra retire ENVIRONMENT SLOT --confirm ENVIRONMENT`.';
    const notice = endNotice({ ...ENDED, kind: 'deploy', text });
    expect(notice.actions).toEqual(['retireOld', 'showLog', 'retry']);
    expect(notice.text).toMatch(/Retire the one that is not used by its name: Retire Old…\.$/);
  });
});

describe('the question before a version ends whose plan would wait for nobody', () => {
  it('says that the way back is in it', () => {
    const { text, detail, typed } = confirmRetire(
      'local',
      undefined,
      wayBackText('01k7zv6e6hw20k0he80meqmyqw', 'blue'),
    );
    expect(text).toBe('End the version of local that has no traffic?');
    expect(detail).toMatch(
      /^Release 0meqmyqw was deployed in blue\. When that is ended, going back starts its image again/,
    );
    expect(detail).toContain('No plan waits for you here');
    expect(typed).toBeUndefined();
  });

  it('says nothing of a way back where none ends', () => {
    expect(confirmRetire('local', 'green', undefined)).toMatchObject({
      text: 'End green of local?',
      detail: 'No plan waits for you here: `retire` in immutable.yaml asks nobody.',
    });
    expect(confirmRetire('local', undefined, undefined).detail).toMatch(/^No plan waits/);
  });

  it('is asked only where no plan is', () => {
    const facts = { name: 'local', protected: false };
    expect(isPlanAsked({ ...facts, retire: { mode: 'auto' } })).toBe(false);
    expect(isPlanAsked({ ...facts, retire: { mode: 'confirm' } })).toBe(true);
    expect(isPlanAsked({ ...facts, protected: true, retire: { mode: 'auto' } })).toBe(true);
  });
});

describe('the question about what is lost', () => {
  const LOSS = ['blue holds the last way back.'];

  const retire = { mode: 'confirm' } as const;

  it('needs the name only where the environment is protected', () => {
    const free = confirmLoss({ name: 'local', protected: false, retire }, 'blue', LOSS);
    expect(free).toMatchObject({ text: 'End blue of local all the same?', button: 'End blue', typed: undefined });
    expect(free.detail).toBe('blue holds the last way back.\n\nNothing ends yet: a plan is made, and waits for you.');
    const safe = confirmLoss({ name: 'local', protected: true, retire }, 'blue', LOSS);
    expect(safe.typed).toBe('local');
    expect(safe.text).toContain('local is protected: its name is asked for next.');
  });

  it('promises no plan that waits where nobody is asked about one', () => {
    const auto = { ...retire, mode: 'auto' } as const;
    const last = (isProtected: boolean): string =>
      confirmLoss({ name: 'local', protected: isProtected, retire: auto }, 'blue', LOSS).detail;
    expect(last(false)).toContain('No plan waits for you here');
    expect(last(true)).toContain('a plan is made, and waits for you');
  });
});
