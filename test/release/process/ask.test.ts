import { describe, expect, it } from 'vitest';
import { ask } from '../../../release/src/process/ask';
import { RunStoppedError } from '../../../release/src/run/context';

const question = (signal: AbortSignal) => ({
  program: process.execPath,
  words: ['-e', 'setTimeout(() => {}, 60000)'],
  cwd: process.cwd(),
  environment: {},
  timeout: 30_000,
  signal,
});

describe('a question to a tool', () => {
  it('that is cut off fails with the reason: a run that was cancelled did not crash', async () => {
    const stop = new AbortController();
    const answer = ask(question(stop.signal));
    stop.abort(new RunStoppedError('cancelled', 'Cancelled by Ann.'));
    await expect(answer).rejects.toMatchObject({ kind: 'cancelled', message: 'Cancelled by Ann.' });
  });

  it('is not asked to the end when it was cut off before it began', async () => {
    await expect(ask(question(AbortSignal.abort(new Error('too late'))))).rejects.toThrow('too late');
  });
});
