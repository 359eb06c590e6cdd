import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Io, Output } from '../../../cli/src/io';
import { ProgressLine } from '../../../cli/src/progress';
import { runCommandLine } from '../../../cli/src/run';

/** A terminal that keeps what was written, and can show what a person sees. */
class Terminal implements Output {
  readonly columns = 80;
  readonly writes: string[] = [];

  constructor(readonly isTty = true) {}

  write(text: string): void {
    this.writes.push(text);
  }

  /** The line as it stands: a carriage return goes to its beginning, `ESC [ K` empties it from there. */
  get line(): string {
    let line = '';
    for (const text of this.writes) {
      for (const piece of text.split(/(\r|\u001b\[K)/)) {
        if (piece === '\r') continue;
        if (piece === '\u001b[K') line = '';
        else line += piece;
      }
    }
    return line;
  }
}

describe('ProgressLine', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(new Date('2026-11-21T12:00:00Z'));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says how far the run is, on one line', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, true);
    progress.update('reading', 1, 500);
    expect(terminal.line).toBe('reading 1/500');
    vi.advanceTimersByTime(1000);
    progress.update('linting', 20, 400);
    expect(terminal.line).toBe('linting 20/400');
    expect(terminal.writes.join('')).not.toContain('\n');
  });

  it('leaves nothing of a longer line behind', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, true);
    progress.update('reading', 99_999, 100_000);
    vi.advanceTimersByTime(1000);
    progress.update('linting', 1, 2);
    expect(terminal.line).toBe('linting 1/2');
  });

  it('is drawn a few times a second, however many files are done', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, true);
    for (let done = 1; done <= 1000; done++) {
      progress.update('reading', done, 1000);
      vi.advanceTimersByTime(1);
    }
    expect(terminal.writes.length).toBeGreaterThanOrEqual(5);
    expect(terminal.writes.length).toBeLessThanOrEqual(20);
  });

  it('is taken away before anything else is printed, once', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, true);
    progress.update('reading', 1, 2);
    progress.clear();
    expect(terminal.line).toBe('');
    const { length } = terminal.writes;
    progress.clear();
    expect(terminal.writes).toHaveLength(length);
  });

  it('writes nothing when there is nothing to take away', () => {
    const terminal = new Terminal();
    new ProgressLine(terminal, true).clear();
    expect(terminal.writes).toEqual([]);
  });

  it('is silent when it is not for a terminal', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, false);
    progress.update('reading', 1, 2);
    progress.clear();
    expect(terminal.writes).toEqual([]);
  });
});

describe('lint', () => {
  /** Lints one file with a mutable tag and gives the two streams. */
  async function lint(isTty: boolean, ...options: string[]): Promise<{ stdout: Terminal; stderr: Terminal }> {
    const cwd = mkdtempSync(join(tmpdir(), 'immutable-progress-'));
    try {
      writeFileSync(join(cwd, 'Dockerfile'), 'FROM nginx:latest\n');
      const [stdout, stderr] = [new Terminal(false), new Terminal(isTty)];
      const io: Io = { cwd, env: {}, stdout, stderr, readStdin: () => Promise.resolve(Buffer.alloc(0)) };
      await runCommandLine(['lint', ...options], io);
      return { stdout, stderr };
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }

  it('shows its progress on a terminal and takes it away before it ends', async () => {
    const { stdout, stderr } = await lint(true);
    expect(stderr.writes.join('')).toContain('reading 1/1');
    expect(stderr.line).toBe('');
    expect(stdout.writes.join('')).toContain('mutable-reference/image-latest');
    expect(stdout.writes.join('')).not.toContain('\r');
  });

  it.each([
    [false, []],
    [true, ['--no-progress']],
    [true, ['--quiet']],
  ])('shows none when the terminal is %s and the options are %j', async (isTty, options) => {
    const { stderr } = await lint(isTty, ...options);
    expect(stderr.writes).toEqual([]);
  });
});
