import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { HELD, Team } from '../shared-ledger/clones';
import { bundleProgram } from '../support/bundles';

/** Few here; `npm run test:torture` asks for more. A push takes many times as long as an append. */
const ASKED = Number(process.env['IMMUTABLE_TORTURE_KILLS'] ?? 0);
const KILLS = ASKED > 0 ? Math.ceil(ASKED / 4) : 16;
/** So many times several deployers start at once. With a team's ledger a quarter, unless all are asked for by number. */
const ASKED_ROUNDS = Number(process.env['IMMUTABLE_TORTURE_ROUNDS'] ?? 0);
const ROUNDS = ASKED_ROUNDS > 0 ? ASKED_ROUNDS : ASKED > 0 ? 500 : 12;
const SHARED_ROUNDS = ASKED_ROUNDS > 0 ? ASKED_ROUNDS : Math.ceil(ROUNDS / 4);

let program: Awaited<ReturnType<typeof bundleProgram>>;
beforeAll(async () => {
  program = await bundleProgram('test/release/shared-ledger/contender.ts');
});
afterAll(() => program.dispose());

let team: Team;
beforeEach(() => {
  team = new Team();
});
afterEach(() => team.dispose());

describe('F26: several deployers at once', () => {
  it.each([
    ['of one clone', ROUNDS, 'local-once', 1],
    ['of one clone that shares its ledger', SHARED_ROUNDS, 'once', 1],
    ['of two clones', SHARED_ROUNDS, 'once', 2],
  ])(
    '%s: one acts, the others are told (%i rounds)',
    async (_name, rounds, mode, count) => {
      const clones = Array.from({ length: count }, (_, index) => team.clone(`clone${index}`).workspace);
      for (let round = 0; round < rounds; round++) {
        const many = 2 + (round % 7);
        const children = Array.from({ length: many }, (_, index) =>
          start(mode, clones[index % count] ?? '', `p${index}`),
        );
        const answers = await Promise.all(children.map(firstLine));
        expect(
          answers.filter((answer) => answer === 'taken'),
          `round ${round}: ${answers.join()}`,
        ).toHaveLength(1);
        await Promise.all(children.map(end));
      }
    },
    60 * 60_000,
  );
});

describe('a ledger that a team shares, under SIGKILL', () => {
  it(
    `loses no acknowledged record and lets nobody in twice (${KILLS} kills, 2 clones, 4 writers)`,
    async () => {
      const clones = [team.clone('ana'), team.clone('ben')];
      const acknowledged: string[] = [];
      let left = KILLS;
      let next = 0;
      const life = async (workspace: string): Promise<void> => {
        while (left-- > 0) acknowledged.push(...(await oneLife(workspace, `w${next++}`, 300 + Math.random() * 1500)));
      };
      await Promise.all([0, 1, 0, 1].map((index) => life(clones[index]?.workspace ?? '')));
      // What a killed writer had not delivered, its clone delivers.
      for (const clone of [...clones, ...clones]) settle(clone);
      const [one, other] = clones.map(({ path }) => readFileSync(path, 'utf8'));
      expect(one).toBe(other);
      const view = Ledger.read(clones[0]?.path ?? '');
      expect(view.damage).toBeUndefined();
      const counts = new Map<unknown, number>();
      for (const { id } of view.records()) counts.set(id, (counts.get(id) ?? 0) + 1);
      console.log({ kills: KILLS, records: view.length, acknowledged: acknowledged.length });
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(acknowledged.filter((id) => !counts.has(id))).toEqual([]);
      expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
      const violations = join(team.directory, 'violations');
      expect(existsSync(violations) ? readFileSync(violations, 'utf8') : '').toBe('');
      // A fresh clone sees the same.
      expect(team.clone('eve').share().read().view.records()).toEqual(view.records());
    },
    60 * 60_000,
  );
});

/** Ends the claim of the last writer, and brings the clone and the team together. */
function settle(clone: ReturnType<Team['clone']>): void {
  clone.run('settle');
  clone.share().synchronize(HELD);
}

function start(mode: string, workspace: string, name: string): ChildProcess {
  return spawn(process.execPath, [program.path, mode, workspace, name, team.directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    child.on('close', (code) => reject(new Error(`ended with ${code} before it answered`)));
  });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('close', () => resolve());
    child.stdin?.end();
  });
}

/** One writer until it is killed. @returns what it acknowledged */
async function oneLife(workspace: string, name: string, milliseconds: number): Promise<string[]> {
  const child = start('fight', workspace, name);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  clearTimeout(timer);
  expect(signal, `${name} ended by itself`).toBe('SIGKILL');
  return output.split('\n').slice(0, -1);
}
