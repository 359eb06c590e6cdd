import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import type { ShellCommand } from '../../../../server/src/lang/shell/ast';
import { parseShell } from '../../../../server/src/lang/shell/parse';
import { flagValue, hasFlag, positionals } from '../../../../server/src/lang/shell/words';

function command(text: string): ShellCommand {
  const [found] = parseShell(MappedText.verbatim(text, 0)).commands;
  if (!found) throw new Error('no command');
  return found;
}

describe('positionals', () => {
  const WITH_VALUE = new Set(['-o', '--output', '-e', '--env', '-p']);
  it.each([
    ['curl -fsSL https://x -o y', ['https://x']],
    ['curl -fsSLo y https://x', ['https://x']],
    ['curl --output y https://x', ['https://x']],
    ['curl --output=y https://x', ['https://x']],
    ['curl -oy https://x', ['https://x']],
    ['docker run -it -e A=1 -p 80:80 nginx sh -c x', ['run', 'nginx', 'sh', 'x']],
    ['docker run -- nginx -x', ['run', 'nginx', '-x']],
    ['tar xz -', ['xz', '-']],
    ['ls', []],
  ])('%s', (text, expected) => {
    expect(positionals(command(text), WITH_VALUE).map((word) => word.text)).toEqual(expected);
  });
});

describe('hasFlag', () => {
  it.each([
    ['curl -fsSL x', ['-f'], true],
    ['curl -fsSL x', ['-L', '--location'], true],
    ['curl -fsSL x', ['-k'], false],
    ['curl --location x', ['-L', '--location'], true],
    ['helm upgrade --atomic=true', ['--atomic'], true],
    ['terraform apply -auto-approve', ['-auto-approve'], true],
    ['terraform apply -auto-approve', ['-o'], false],
    ['kubectl exec pod -- sh -c x', ['-c'], false],
    ['a --foot', ['--foo'], false],
  ])('%s has %j: %s', (text, names, expected) => {
    expect(hasFlag(command(text), ...names)).toBe(expected);
  });
});

describe('flagValue', () => {
  it.each([
    ['git clone --branch v1 x', ['-b', '--branch'], 'v1'],
    ['git clone --branch=v1 x', ['-b', '--branch'], 'v1'],
    ['git clone -b v1 x', ['-b', '--branch'], 'v1'],
    ['git clone -bv1 x', ['-b', '--branch'], 'v1'],
    ['curl -fsSLo out x', ['-o'], 'out'],
    ['git clone x', ['-b'], undefined],
    ['git clone -b', ['-b'], undefined],
    ['a -- -b x', ['-b'], undefined],
  ])('%s %j', (text, names, expected) => {
    expect(flagValue(command(text), ...names)).toBe(expected);
  });
});
