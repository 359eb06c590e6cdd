import fc from 'fast-check';
import {
  appendFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogDamagedError, type Clocks, type Fence } from '../../../release/src/durable/chained-log';
import { viewOf } from '../../../release/src/durable/chained-reader';
import { Ledger } from '../../../release/src/ledger/ledger';

const HELD: Fence = { assertHeld: () => undefined };

let root: string;
let path: string;
let torn: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'immutable-ledger-'));
  path = join(root, 'ledger', 'production.jsonl');
  torn = join(root, 'torn');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(...ids: string[]): void {
  const ledger = Ledger.open(path, torn, HELD);
  for (const id of ids) ledger.append({ type: 'note', run: 'r1', id });
  ledger.close();
}

function ids(): unknown[] {
  return Ledger.read(path)
    .records()
    .map((record) => record['id']);
}

function lines(): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

describe('a ledger', () => {
  it('is empty when there is no file', () => {
    expect(Ledger.read(path)).toMatchObject({ length: 0, head: '0', damage: undefined });
  });

  it('keeps records in order, numbered from 1, each with the hash of all before it', () => {
    write('a', 'b');
    write('c');
    expect(ids()).toEqual(['a', 'b', 'c']);
    expect(
      Ledger.read(path)
        .records()
        .map((record) => record.seq),
    ).toEqual([1, 2, 3]);
    expect(lines().every((line) => /,"h":"[0-9a-f]{64}"\}$/.test(line))).toBe(true);
  });

  it('keeps names in any alphabet', () => {
    write('Zoë', '東京', 'plain');
    expect(ids()).toEqual(['Zoë', '東京', 'plain']);
  });

  it('is readable by its owner only', () => {
    write('a');
    const mode = (file: string): string => (lstat(file) & 0o777).toString(8);
    expect([mode(path), mode(join(root, 'ledger'))]).toEqual(['600', '700']);
  });

  it('adds nothing when the lock is lost, and goes on when it is held', () => {
    let isHeld = true;
    const fence: Fence = {
      assertHeld: () => {
        if (!isHeld) throw new Error('lost');
      },
    };
    const ledger = Ledger.open(path, torn, fence);
    ledger.append({ type: 'note', run: 'r1', id: 'a' });
    isHeld = false;
    expect(() => ledger.append({ type: 'note', run: 'r1', id: 'b' })).toThrow('lost');
    isHeld = true;
    ledger.append({ type: 'note', run: 'r1', id: 'c' });
    ledger.close();
    expect(ids()).toEqual(['a', 'c']);
  });

  it('refuses numbers that programs read differently', () => {
    const ledger = Ledger.open(path, torn, HELD);
    expect(() => ledger.append({ type: 'note', run: 'r1', share: 0.1 })).toThrow(TypeError);
    ledger.close();
    expect(Ledger.read(path).length).toBe(0);
  });
});

describe('F29: the end of the file is damaged', () => {
  it.each([
    ['cut in the middle of the last line', (text: string) => text.slice(0, -20)],
    ['without its last line feed', (text: string) => text.slice(0, -1)],
    ['with zeros behind it', (text: string) => text + '\0'.repeat(512)],
    ['with half a record behind it', (text: string) => text + '{"id":"d","t'],
  ])('%s: the valid beginning counts', (_name, damage) => {
    write('a', 'b', 'c');
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    const view = Ledger.read(path);
    expect(view.damage?.kind).toBe('torn');
    expect(view.records().map((record) => record['id'])).toEqual(['a', 'b', 'c'].slice(0, view.length));
    expect(view.length).toBeGreaterThanOrEqual(2);
  });

  it('saves a tail that was never acknowledged, and goes on', () => {
    write('a');
    appendFileSync(path, '{"half":');
    write('b');
    expect(ids()).toEqual(['a', 'b']);
    const [saved] = readdirSync(torn);
    expect(readFileSync(join(torn, saved ?? ''), 'utf8')).toBe('{"half":');
  });

  it('refuses to go on when an acknowledged record is gone', () => {
    write('a', 'b', 'c');
    const [first, second] = lines();
    truncateSync(path, Buffer.byteLength(`${first}\n${second}\n`));
    expect(Ledger.read(path).damage).toMatchObject({ kind: 'short', seq: 3 });
    expect(() => write('d')).toThrow(LogDamagedError);
    expect(lines()).toHaveLength(2);
  });

  it('reads over the byte order mark and CRLF of an editor', () => {
    write('a', 'b');
    writeFileSync(path, `\uFEFF${readFileSync(path, 'utf8').replaceAll('\n', '\r\n')}`);
    write('c');
    expect(ids()).toEqual(['a', 'b', 'c']);
  });
});

describe('F30: somebody changed the file', () => {
  it.each([
    ['edited', (all: string[]) => all.map((line, index) => (index === 1 ? line.replace('"b"', '"B"') : line)), 2],
    ['removed', (all: string[]) => all.filter((_, index) => index !== 1), 2],
    ['reordered', (all: string[]) => [all[0], all[2], all[1], all[3]], 2],
    ['forged with a hash of its own', (all: string[]) => [all[1], ...all], 1],
  ])('a line was %s: the record is named and nothing is added', (_name, change, seq) => {
    write('a', 'b', 'c', 'd');
    writeFileSync(path, `${change(lines()).join('\n')}\n`);
    expect(Ledger.read(path).damage).toMatchObject({ kind: 'tampered', seq });
    const before = readFileSync(path, 'utf8');
    expect(() => write('e')).toThrow(`record ${seq} is not as it was written`);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('finds any single changed character', () => {
    write('a', 'b', 'c');
    const text = readFileSync(path, 'utf8');
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('0', 'x', '"', '}'), (at, character) => {
        fc.pre(text[at] !== character);
        const view = viewOf(path, text.slice(0, at) + character + text.slice(at + 1), 3);
        expect(view.damage).toBeDefined();
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('F31: the clock jumps', () => {
  it('keeps the order and marks a record that is older than the one before', () => {
    const times = ['2026-11-21T10:00:00.000Z', '2026-11-21T09:00:00.000Z', '2027-11-21T10:00:00.000Z'];
    let at = 0;
    const clocks: Clocks = { now: () => new Date(times[at++] ?? ''), monotonic: () => 5n };
    const ledger = Ledger.open(path, torn, HELD, clocks);
    for (const id of ['a', 'b', 'c']) ledger.append({ type: 'note', run: 'r1', id });
    ledger.close();
    expect(
      Ledger.read(path)
        .records()
        .map((record) => record.clockSkew),
    ).toEqual([undefined, true, undefined]);
    expect(ids()).toEqual(['a', 'b', 'c']);
  });
});

function lstat(file: string): number {
  return lstatSync(file).mode;
}
