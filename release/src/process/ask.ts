import { spawn } from 'node:child_process';
import type { Milliseconds } from '../config/types';
import type { ToolAnswer } from '../run/context';

/** Of each stream; what a tool prints beyond is an error, not a half answer. */
const LARGEST_ANSWER = 64 * 1024 * 1024;

export interface Question {
  /** Absolute. */
  readonly program: string;
  readonly words: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Milliseconds;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program that only reads, and keeps what it prints in memory. It leads a group of its own, so that nothing of
 * it is left when its time is over.
 *
 * @throws when it cannot be started, takes too long, prints too much, or the signal is aborted
 */
export function ask(question: Question): Promise<ToolAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(question.program, question.words, {
      cwd: question.cwd,
      env: question.environment,
      shell: false,
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const streams = { out: [] as Buffer[], err: [] as Buffer[] };
    let size = 0;
    let failure: Error | undefined;
    const stop = (error: Error): void => {
      failure ??= error;
      endGroup(child.pid);
    };
    const collect = (name: 'out' | 'err') => (part: Buffer) => {
      size += part.length;
      if (size > LARGEST_ANSWER) stop(new Error(`${question.program} prints more than ${LARGEST_ANSWER} bytes`));
      else streams[name].push(part);
    };
    const timer = setTimeout(
      () => stop(new Error(`${question.program} gave no answer within ${question.timeout / 1000} s`)),
      question.timeout,
    );
    const onAbort = (): void => {
      // Why it was aborted decides how the run ends: a cancelled run is no crash.
      const reason: unknown = question.signal?.reason;
      stop(reason instanceof Error ? reason : new Error('cancelled'));
    };
    question.signal?.addEventListener('abort', onAbort);
    if (question.signal?.aborted) onAbort();
    const end = (): void => {
      clearTimeout(timer);
      question.signal?.removeEventListener('abort', onAbort);
    };
    child.stdout.on('data', collect('out'));
    child.stderr.on('data', collect('err'));
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('close', (code) => {
      end();
      if (failure) reject(failure);
      else resolve({ code, standardOutput: textOf(streams.out), standardError: textOf(streams.err) });
    });
  });
}

function textOf(parts: readonly Buffer[]): string {
  return Buffer.concat(parts).toString('utf8');
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
