import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { requirePipeline } from '../../../release/src/config/read';
import { checkScope } from '../../../release/src/plan/guard';
import type { Plan } from '../../../release/src/plan/plan';
import { STEPS, type JournalEntry, type Step } from '../../../release/src/run/journal-entry';
import { Journal } from '../../../release/src/run/journal';
import { progressOf } from '../../../release/src/run/progress';
import { Redactor } from '../../../release/src/secrets/redactor';
import { StateRoot } from '../../../release/src/state-root';
import { ROOT } from '../../support/cli';
import { EXAMPLES } from '../config/examples';
import { createRun, FakeWorld, oracle, PowerCut } from '../support/fake-world';

const entries: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...STEPS), fc.constantFrom('intent', 'result', 'recovered'), fc.constantFrom('p1', 'p2'))
    .map(([step, phase, plan]) => ({ type: `${step}.${phase}`, data: { plan, verdict: 'unhealthy' } }) as JournalEntry),
  fc.constantFrom<JournalEntry>(
    { type: 'run.created', kind: 'deploy', environment: 'production', spec: 's' },
    { type: 'apply.spawned', data: {} },
    { type: 'approval.requested', plan: 'p1' },
    { type: 'approval.requested', plan: 'p2' },
    { type: 'approval.granted', plan: 'p1', by: 'Ana', how: 'cli' },
    { type: 'approval.denied', plan: 'p2', by: 'Ana', how: 'cli' },
    { type: 'apply.intent', data: { plan: 'p1' } },
    { type: 'apply.result', data: { outcome: 'all' } },
    { type: 'health.intent', data: {} },
    { type: 'health.result', data: { verdict: 'confirmed' } },
    { type: 'image.recorded', seq: 1 },
    { type: 'release.recorded', seq: 2 },
    { type: 'run.live' },
    { type: 'run.closed', outcome: 'live', reason: '' },
  ),
);

/** The invariants of the journal, said a second time: which entry breaks the first one. */
function firstBroken(journal: readonly JournalEntry[]): number {
  const open = new Set<Step>();
  let granted: string | undefined;
  let shown: string | undefined;
  let health: unknown;
  let isClosed = false;
  return journal.findIndex((entry) => {
    if (isClosed) return true;
    const [step, phase] = entry.type.split('.') as [Step, string];
    if (entry.type === 'run.closed') isClosed = true;
    if (entry.type === 'approval.requested') [shown, granted] = [entry.plan, undefined];
    if (entry.type === 'approval.denied') granted = undefined;
    if (entry.type === 'approval.granted') {
      if (shown !== entry.plan) return true;
      granted = entry.plan;
    }
    if (entry.type === 'release.recorded') return health === 'unhealthy';
    if (!('data' in entry) || phase === 'spawned') return false;
    if (phase === 'intent') {
      if (open.size > 0 && step !== 'cancel' && step !== 'rollback') return true;
      if (step === 'apply') {
        const isApproved = granted === entry.data['plan'];
        granted = undefined;
        if (!isApproved) return true;
      }
      // One that begins within another hides it: only the last one can end.
      open.clear();
      open.add(step);
      return false;
    }
    if (step === 'health') health = entry.data['verdict'];
    return !open.delete(step);
  });
}

describe('the state of a run, folded from its journal', () => {
  it('never throws, for any beginning of any journal, and has a state', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 40 }), fc.nat(40), (journal, length) => {
        expect(progressOf(journal.slice(0, length)).state).toMatch(/^[A-Z_]+$/);
      }),
      { seed: 41, numRuns: 500 },
    );
  });

  it('finds the first entry that breaks a rule, in any interleaving of entries', () => {
    let broken = 0;
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 25 }), (journal) => {
        const at = firstBroken(journal);
        if (at < 0) expect(progressOf(journal).violations).toEqual([]);
        else {
          broken++;
          expect(progressOf(journal.slice(0, at)).violations, JSON.stringify(journal)).toEqual([]);
          expect(progressOf(journal.slice(0, at + 1)).violations, JSON.stringify(journal)).toHaveLength(1);
        }
      }),
      { seed: 42, numRuns: 2000 },
    );
    expect(broken).toBeGreaterThan(500);
  });
});

describe('a run that is cut, cancelled and resumed at random', () => {
  let server: Server;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'immutable-random-'));
    server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps every rule: no side effect without an intent, one ending for each, one record of a release', async () => {
    const event = fc.record({ at: fc.nat(60), what: fc.constantFrom('cut', 'cancel') });
    const plan = fc.tuple(fc.array(event, { maxLength: 4 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(plan, async ([events, isBroken]) => {
        const world = new FakeWorld(new StateRoot(mkdtempSync(join(folder, 'state-'))), folder);
        world.healthyPort = (server.address() as AddressInfo).port;
        await world.run(createRun(world.root, folder, 'a'));
        world.source = 'v2';
        if (isBroken) world.breakSource('v2');
        const spec = createRun(world.root, folder, 'b');
        const left = [...events];
        let place = 0;
        world.power = (name) => {
          const index = left.findIndex(({ at }) => at === place);
          place++;
          const [now] = index < 0 ? [] : left.splice(index, 1);
          if (now?.what === 'cancel') world.cancel();
          if (now?.what === 'cut') throw new PowerCut(name);
        };
        for (let attempt = 0; ; attempt++) {
          try {
            await world.run(spec);
            break;
          } catch (error) {
            if (!(error instanceof PowerCut) || attempt > events.length) throw error;
          }
        }
        const text = JSON.stringify([events, isBroken]);
        expect(oracle(world.root, 'local', ['a', 'b'], world), text).toEqual([]);
        expect(Journal.read(world.root.run('b')).records().at(-1)?.type, text).toBe('run.closed');
        for (const effect of ['apply green', 'route green', 'retire blue']) {
          expect(world.effects.filter((done) => done === effect).length, `${effect} ${text}`).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 43, numRuns: 60 },
    );
  });
});

describe('secrets', () => {
  it('of any form are masked wherever the stream is cut, and the rest is as it was', () => {
    const secret = fc
      .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
      .filter((text) => text.trim() === text);
    const form = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => Buffer.from(text).toString('base64'),
      (text) => Buffer.from(text).toString('base64url'),
      (text) => Buffer.from(text).toString('hex'),
      encodeURIComponent,
      (text) => JSON.stringify(text).slice(1, -1),
    );
    const part = fc.oneof(form, fc.constantFrom('\n', '\r\n', ' ok ', '— é '));
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2), part), { maxLength: 10 }),
        fc.array(fc.nat(500), { maxLength: 8 }),
        (secrets, parts, cuts) => {
          const redactor = new Redactor(secrets.map((value, index) => ({ name: `S${index}`, value })));
          const text = parts
            .map(([which, what]) =>
              typeof what === 'string' ? what : ` ${what(secrets[which % secrets.length] ?? '')} `,
            )
            .join('');
          const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
          const stream = redactor.stream();
          const pieces = places.slice(1).map((end, index) => stream.push(text.slice(places[index], end)));
          const shown = pieces.join('') + stream.end();
          for (const value of secrets) expect(shown.replace(/«secret:S\d»/g, '')).not.toContain(value);
          const plain = parts.filter(([, what]) => typeof what === 'string').map(([, what]) => what);
          expect(shown.replace(/ «secret:S\d» /g, '').replace(/\s/g, '')).toBe(plain.join('').replace(/\s/g, ''));
        },
      ),
      { seed: 44, numRuns: 500 },
    );
  });
});

/** What a pattern of the guard means, said a second time and slowly. */
function isMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    return isMatch(pattern.slice(1), text) || (text !== '' && isMatch(pattern, text.slice(1)));
  }
  return pattern[0] === text[0] && text !== '' && isMatch(pattern.slice(1), text.slice(1));
}

describe('the guard of a plan', () => {
  it('allows exactly what a pattern matches, whatever stands in it', () => {
    const letters = fc.constantFrom(
      'a',
      'a',
      'a',
      '*',
      '*',
      'b',
      '.',
      '[',
      ']',
      '"',
      '*',
      '\\',
      '$',
      '^',
      '(',
      '|',
      '\n',
    );
    const word = fc.array(letters, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    let allowed = 0;
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), word, (patterns, address) => {
        const change = { address, block: 'x.y', kind: 'update', attributes: [], reason: undefined };
        const plan = { changes: [change] } as unknown as Plan;
        const isAllowed = patterns.some((pattern) => isMatch(pattern, address));
        if (isAllowed) allowed++;
        expect(checkScope(plan, 'deploy', patterns, [])).toHaveLength(isAllowed ? 0 : 1);
      }),
      { seed: 45, numRuns: 3000 },
    );
    expect(allowed).toBeGreaterThan(100);
  });
});

describe('the four examples of the design', () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'release/src/config/pipeline.schema.json'), 'utf8')) as object;
  const isValid = new Ajv({ strict: false, allowUnionTypes: true }).compile(schema);

  it.each(Object.entries(EXAMPLES))('%s: written and read again it is the same, and fits the schema', (_name, text) => {
    const data = parse(text) as Record<string, unknown>;
    expect(isValid(data), JSON.stringify(isValid.errors)).toBe(true);
    const wanted = requirePipeline(text, 'immutable.yaml');
    const turned = Object.fromEntries(Object.entries(data).reverse());
    for (const again of [
      stringify(data),
      stringify(data, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', indent: 4 }),
      stringify(data, { collectionStyle: 'flow', lineWidth: 0 }),
      stringify(turned),
      JSON.stringify(data),
    ]) {
      expect(parse(again)).toEqual(data);
      expect(requirePipeline(again, 'immutable.yaml')).toEqual(wanted);
    }
    expect(isValid({ ...data, environments: { ...(data['environments'] as object), x: { target: {} } } })).toBe(false);
  });
});
