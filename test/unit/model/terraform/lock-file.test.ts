import { describe, expect, it } from 'vitest';
import { lockFileIgnore } from '../../../../server/src/model/terraform/lock-file';

const patterns = (text: string): string[] => lockFileIgnore(text).map(({ pattern }) => pattern);

describe('lockFileIgnore', () => {
  it('finds the lines that match the lock file', () => {
    const text = '.terraform/\n.terraform.lock.hcl\n**/*.lock.hcl\n.terraform*\n*.tfstate\n# .terraform.lock.hcl\n';
    expect(patterns(text)).toEqual(['.terraform.lock.hcl', '**/*.lock.hcl', '.terraform*']);
  });

  it('lets a later line take it back', () => {
    expect(patterns('.terraform*\n!.terraform.lock.hcl\n')).toEqual([]);
    expect(patterns('!.terraform.lock.hcl\n.terraform*\n')).toEqual(['.terraform*']);
  });

  it('knows where a line ends', () => {
    const text = 'a\r\n  .terraform.lock.hcl  \r\nb';
    const [line] = lockFileIgnore(text);
    expect(text.slice(line?.start, line?.end)).toBe('.terraform.lock.hcl');
    expect(text.slice(line?.next)).toBe('b');
  });

  it('survives brackets that are no class', () => {
    expect(patterns('[\n[z-a].hcl\n')).toEqual([]);
  });

  it('does not take an ignored folder or everything for the lock file', () => {
    expect(patterns('.terraform.lock.hcl/\n*\ndir/**\n')).toEqual([]);
  });
});
