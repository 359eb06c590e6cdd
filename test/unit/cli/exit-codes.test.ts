import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../cli/src/io';
import { runCommandLine } from '../../../cli/src/run';

/** @param breaks what is written to standard output cannot be written */
async function end(
  words: readonly string[],
  breaks = false,
): Promise<{ readonly code: number; readonly errors: string }> {
  let errors = '';
  const output = (write: (text: string) => void): Io['stdout'] => ({ isTty: false, columns: 80, write });
  const io: Io = {
    cwd: tmpdir(),
    env: {},
    readStdin: () => Promise.resolve(Buffer.alloc(0)),
    stdout: output(() => {
      if (breaks) throw new Error('no room on the screen');
    }),
    stderr: output((text) => (errors += text)),
  };
  return { code: await runCommandLine(words, io), errors };
}

describe('a wrong command line', () => {
  it.each(
    'bake deploy approve rollback retire adopt status drift doctor notes runs prune cancel resume sync-ledger verify-ledger take-over'.split(
      ' ',
    ),
  )('of `%s` ends with 64: 2 would say that something changed', async (name) => {
    const { code, errors } = await end([name, '--no-such-option']);
    expect(code).toBe(64);
    expect(errors).toContain('no-such-option');
  });

  it.each(['lint', 'fix', 'inventory', 'checklist', 'explain', 'rules', 'init', 'test', 'demo', 'nothing'])(
    'of `%s` ends with 2',
    async (name) => {
      expect((await end([name, '--no-such-option'])).code).toBe(2);
    },
  );
});

describe('a mistake of ours', () => {
  it.each([
    ['deploy', 70],
    ['drift', 70],
    ['lint', 3],
  ])('in `%s` ends with %i', async (name, code) => {
    const ended = await end([name, '--help'], true);
    expect(ended.code).toBe(code);
    expect(ended.errors).toContain('internal error, please report it');
  });
});
