import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Ledger } from '../../../release/src/ledger/ledger';

/** What a torture run found. Everything but `kills`, `records` and `acknowledged` must be 0. */
export interface TortureResult {
  readonly kills: number;
  readonly records: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  readonly exclusionViolations: number;
  readonly damaged: number;
  readonly leftovers: readonly string[];
}

/** So many times the kills that were asked for, at most. */
const LONGEST_TIMES = 20;

/**
 * Several programs write one ledger while each of them is killed again and again at random times.
 *
 * @param kills how many SIGKILLs at least
 * @param random numbers from 0 to 1; the times still depend on the machine
 */
export async function torture(kills: number, writers: number, random: () => number): Promise<TortureResult> {
  const root = mkdtempSync(join(tmpdir(), 'immutable-torture-'));
  try {
    const program = await bundle(root);
    const state = join(root, 'state');
    mkdirSync(state);
    const acknowledged: string[] = [];
    let next = 0;
    // On a busy machine many writers die before they have written: it goes on until enough was acknowledged.
    const isEnough = (): boolean =>
      next >= kills && (acknowledged.length > kills / 10 || next >= kills * LONGEST_TIMES);
    const life = async (): Promise<void> => {
      while (!isEnough()) await oneLife(program, state, `w${next++}`, 60 + random() * 250, acknowledged);
    };
    await Promise.all(Array.from({ length: writers }, life));
    return judge(state, next, acknowledged);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function bundle(root: string): Promise<string> {
  const outfile = join(root, 'writer.cjs');
  const entry = join(import.meta.dirname, 'writer.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' });
  return outfile;
}

/** Starts one writer, kills it after some time, and notes what it acknowledged. */
async function oneLife(
  program: string,
  state: string,
  name: string,
  milliseconds: number,
  acknowledged: string[],
): Promise<void> {
  const child = spawn(process.execPath, [program, state, name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  const signal = await closed(child);
  clearTimeout(timer);
  acknowledged.push(...output.split('\n').slice(0, -1));
  if (signal !== 'SIGKILL') throw new Error(`writer ${name} ended by itself: ${errors}`);
}

function closed(child: ChildProcess): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));
}

function judge(state: string, kills: number, acknowledged: readonly string[]): TortureResult {
  const view = Ledger.read(join(state, 'ledger', 'production.jsonl'));
  const counts = new Map<string, number>();
  for (const { id } of view.records()) if (typeof id === 'string') counts.set(id, (counts.get(id) ?? 0) + 1);
  const violations = join(state, 'violations');
  return {
    kills,
    records: view.length,
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !counts.has(id)).length,
    doubled: [...counts.values()].filter((count) => count > 1).length,
    exclusionViolations: existsSync(violations) ? readFileSync(violations, 'utf8').split('\n').length - 1 : 0,
    // A last line that the kill cut off is what the reader is for.
    damaged: view.damage && view.damage.kind !== 'torn' ? 1 : 0,
    leftovers: readdirSync(join(state, 'locks')).filter((name) => name !== 'production.lock'),
  };
}
