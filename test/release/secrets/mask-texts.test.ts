import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunStoppedError } from '../../../release/src/run/context';
import { maskTexts } from '../../../release/src/secrets/mask-texts';
import { Redactor } from '../../../release/src/secrets/redactor';
import { StateRoot } from '../../../release/src/state-root';
import { createRun, FakeWorld } from '../support/fake-world';

const SECRET = 'correct-horse-battery';
const redactor = new Redactor([{ name: 'DB_PASSWORD', value: SECRET }]);
const mask = (text: string): string => redactor.mask(text);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'immutable-masked-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('F38: the message of a tool that prints a secret', () => {
  it('stands masked in every file of the run and in the ledger', async () => {
    const world = new FakeWorld(new StateRoot(join(folder, 'state')), folder);
    world.mask = mask;
    world.gates = () =>
      Promise.reject(new RunStoppedError('refused', `terraform says: ${SECRET}`, { output: `also ${SECRET}` }));
    const { outcome } = await world.run(createRun(world.root, folder, 'a'));
    expect(outcome).toBe('refused');
    const files = readdirSync(world.root.path, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
    expect(texts.join('\n')).toContain('«secret:DB_PASSWORD»');
    expect(texts.join('\n')).not.toContain(SECRET);
  });

  it('is masked wherever people read it, and nothing else changes', () => {
    const record = {
      hash: SECRET,
      plan: [{ address: SECRET }],
      failed: { message: `no ${SECRET}`, evidence: { answers: [{ body: SECRET, code: 500 }] } },
      reason: undefined,
    };
    expect(maskTexts(record, mask)).toEqual({
      hash: SECRET,
      plan: [{ address: SECRET }],
      failed: {
        message: 'no «secret:DB_PASSWORD»',
        evidence: { answers: [{ body: '«secret:DB_PASSWORD»', code: 500 }] },
      },
      reason: undefined,
    });
  });
});
