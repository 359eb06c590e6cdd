import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shownRulePage } from '../../../server/src/core/rule-page';

const DIRECTORY = join(__dirname, '../../../docs/rules');

describe('a rule page as people read it', () => {
  it('has no annotations of the tests', () => {
    const page = [
      '```dockerfile Dockerfile',
      'FROM node:latest',
      '#    ^^^^^^^^^^^ mutable-reference/image-latest error "part of the message"',
      '#< suppression/unused',
      '# a comment that stays',
      '```',
      '',
      '- ```hcl main.tf',
      '  a = 1',
      '  // ^ in-place-mutation/user-data-replace',
      '  ```',
      '',
    ].join('\n');
    expect(shownRulePage(page).split('\n')).toEqual([
      '```dockerfile Dockerfile',
      'FROM node:latest',
      '# a comment that stays',
      '```',
      '',
      '- ```hcl main.tf',
      '  a = 1',
      '  ```',
      '',
    ]);
  });

  it('keeps such a line outside a fence', () => {
    const page = 'Written as\n\n    # ^^^ suppression/unused\n';
    expect(shownRulePage(page)).toBe(page);
  });

  it('leaves no carets in any page, and every other line', () => {
    const files = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
    expect(files.length).toBeGreaterThan(40);
    for (const name of files) {
      const page = readFileSync(join(DIRECTORY, name), 'utf8');
      const shown = shownRulePage(page);
      expect(shown, name).not.toMatch(/^\s*(?:#|\/\/)\s*\^/m);
      const kept = page.split('\n').filter((line) => !/^\s*(?:#|\/\/)\s*(?:\^+|<)\s*[a-z-]+\//.test(line));
      expect(shown.split('\n'), name).toEqual(kept);
    }
  });
});
