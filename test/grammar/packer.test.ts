import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ITokenizeLineResult, StackElement } from 'vscode-textmate';
import { createRegistry } from 'vscode-tmgrammar-test/dist/common/index.js';
import { parseGrammarTestCase, runGrammarTestCase } from 'vscode-tmgrammar-test/dist/unit/index.js';

const root = join(import.meta.dirname, '../..');
const SCOPE = 'source.packer';

// The real grammar of the shell comes with the editor: what is tested here is where it begins and ends.
const registry = createRegistry([
  { language: 'packer', scopeName: SCOPE, path: join(root, 'syntaxes/packer.tmLanguage.json') },
  { scopeName: 'source.shell', path: join(import.meta.dirname, 'shell-stand-in.tmLanguage.json') },
]);

describe('the grammar of Packer', () => {
  it.each(readdirSync(import.meta.dirname).filter((name) => name.endsWith('.hcl')))('%s', async (name) => {
    const file = readFileSync(join(import.meta.dirname, name), 'utf8');
    const test = parseGrammarTestCase(file);
    expect(test.assertions.length).toBeGreaterThan(4);
    const failures = await runGrammarTestCase(registry, test);
    const lines = file.split('\n');
    expect(
      failures.map(({ line, missing, unexpected, actual }) => ({
        at: lines[line],
        line: line + 1,
        missing,
        unexpected,
        actual,
      })),
    ).toEqual([]);
  });

  it.each(['mutable', 'immutable'])('leaves nothing open at the end of the example %s', async (example) => {
    const grammar = await registry.loadGrammar(SCOPE);
    expect(grammar).not.toBeNull();
    const text = readFileSync(join(root, 'examples', example, 'packer/shop.pkr.hcl'), 'utf8');
    let state: StackElement | null = null;
    let embedded = 0;
    for (const line of [...text.split('\n'), 'last = 1']) {
      const result: ITokenizeLineResult | undefined = grammar?.tokenizeLine(line, state);
      state = result?.ruleStack ?? null;
      embedded +=
        result?.tokens.filter(({ scopes }) => scopes.some((scope) => scope.startsWith('meta.embedded'))).length ?? 0;
      if (line !== 'last = 1') continue;
      expect(result?.tokens[0]?.scopes).toEqual([SCOPE, 'variable.other.property.packer']);
    }
    expect(embedded).toBeGreaterThan(0);
  });

  it('survives every prefix of a template', async () => {
    const grammar = await registry.loadGrammar(SCOPE);
    const text = readFileSync(join(import.meta.dirname, 'shell.pkr.hcl'), 'utf8');
    const lines = text.split('\n').filter((line) => !line.startsWith('#'));
    let state: StackElement | null = null;
    for (const line of lines) {
      for (let end = 0; end <= line.length; end++) {
        const tokens = grammar?.tokenizeLine(line.slice(0, end), state).tokens ?? [];
        // Tokens cover the line without a gap, whatever was typed of it.
        expect(tokens.at(-1)?.endIndex).toBeGreaterThanOrEqual(end);
      }
      state = grammar?.tokenizeLine(line, state).ruleStack ?? null;
    }
  });
});
