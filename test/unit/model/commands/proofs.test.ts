import { describe, expect, it } from 'vitest';
import { isMovingRef, unpinnedClone } from '../../../../server/src/model/commands/clones';
import { isProvenDownload } from '../../../../server/src/model/commands/fetched-files';
import { mayBeSame, proofOf } from '../../../../server/src/model/commands/proofs';
import { enter, type PlacedCommand } from '../../../../server/src/model/commands/sequence';
import { HOLE } from '../../../../server/src/core/mapped-text';
import { scriptOf } from './support';

function placed(text: string): PlacedCommand[] {
  const shell = scriptOf(text);
  let directory = '';
  return shell.commands.map((command) => {
    const own = { command, shell, directory };
    if (command.name === 'cd') directory = enter(directory, command.words[1]?.text ?? '~');
    return own;
  });
}

/** What the last command that proves something proves. */
function proves(text: string): readonly string[] | undefined | 'nothing' {
  const all = placed(text);
  const found = all.map((each) => proofOf(each, all)).filter((proof) => proof !== undefined);
  const last = found.at(-1);
  return last ? last.proves : 'nothing';
}

describe('proofOf', () => {
  it.each([
    ['echo "$SUM  tool" | sha256sum -c -', ['tool']],
    [`printf '%s *%s\\n' "$SUM" tool | sha256sum --check`, ['tool']],
    ['echo "$SUM  tool" > sums && sha512sum --strict -c sums', ['tool']],
    ['sha256sum -c <<< "$SUM  tool"', ['tool']],
    ['sha256sum -c tool.sha256', ['tool']],
    ['[ "$(shasum -a 256 tool | cut -c1-64)" = "$SUM" ]', ['tool']],
    ['cat tool | sha256sum | grep -q "$SUM"', ['tool']],
    ['sha256sum < tool | grep -q "$SUM"', ['tool']],
    ['gpg --batch --verify tool.asc', ['tool']],
    ['gpgv --keyring k.gpg tool.sig tool', ['tool']],
    ['cosign verify-blob --signature s.sig --certificate c.pem tool', ['tool']],
    ['slsa-verifier verify-artifact tool --provenance-path p --source-uri u', ['tool']],
    ['minisign -Vm tool -P key', ['tool']],
    ['openssl dgst -sha256 -verify key.pem -signature tool.sig tool', ['tool']],
    ['rpm --checksig tool', ['tool']],
  ])('%s', (text, names) => {
    expect(proves(text)).toEqual(names);
  });

  it.each([
    'sha256sum -c SHA256SUMS',
    'sha256sum -c "$LIST"',
    'echo "$LINE" | sha256sum -c',
    'awk 1 SUMS | sha256sum -c',
    'grep -E "a|b" SUMS | sha256sum -c',
    'gpg --verify "$FILE.asc"',
    'verify_download',
  ])('%s proves what is not known', (text) => {
    expect(proves(text)).toBeUndefined();
  });

  it.each([
    'sha256sum tool',
    'gpg --import key.asc',
    'gpg --dearmor key.asc',
    'cosign verify registry.example.com/app:1.4.2',
    'openssl req -new',
    'rpm -i tool.rpm',
    'openssl dgst -sha256 tool',
  ])('%s proves nothing', (text) => {
    expect(proves(text)).toBe('nothing');
  });
});

describe('isProvenDownload', () => {
  const first = (text: string): boolean => {
    const all = placed(text);
    const fetch = all.find(({ command }) => command.name === 'curl' || command.name === 'wget');
    if (!fetch) throw new Error('no download');
    return isProvenDownload(fetch.command, all);
  };

  it.each([
    'curl -fsSLo /tmp/a https://x/b && echo "$S  a" | sha256sum -c',
    'wget -qO a https://x/b; echo "$S  a" | sha256sum -c',
    'wget -cx https://x/a?b=1; echo "$S  a" | sha256sum -c',
    'curl -L https://x/a > a; echo "$S  a" | sha256sum -c',
    'curl -L https://x/a | tee a | sha256sum -c sums',
    'curl -LO https://x/a; cp a /usr/bin/; echo "$S  /usr/bin/a" | sha256sum -c',
    'curl -LO https://x/a.tgz; tar xf a.tgz; echo "$S  bin/a" | sha256sum -c',
    'curl -o "$OUT" https://x/a; echo "$S  b" | sha256sum -c',
  ])('%s', (text) => {
    expect(first(text)).toBe(true);
  });

  it.each([
    'curl -LO https://x/a; echo "$S  b" | sha256sum -c',
    'echo "$S  a" | sha256sum -c; curl -LO https://x/a',
    'curl -LO https://x/a.tgz; curl -LO https://x/b.tgz; tar xf a.tgz; echo "$S  b.tgz" | sha256sum -c',
    'wget -O a https://x/b; echo "$S  b" | sha256sum -c',
  ])('%s: another file', (text) => {
    expect(first(text)).toBe(false);
  });
});

describe('clones', () => {
  const isFixed = (text: string): boolean => {
    const all = placed(text);
    const clone = all.find(({ command }) => command.words[1]?.text === 'clone');
    if (!clone) throw new Error('no clone');
    return unpinnedClone(clone.command, all) === undefined;
  };

  it.each([
    'cd /src; git clone https://x/a.git; cd a; git checkout v1',
    'git clone https://x/a.git /src/a; cd /src; git -C a checkout v1',
    'git clone git@x:a b; cd b/c; git reset --hard 0123456',
    'git clone https://x/a .; git checkout v1',
    'git clone https://x/a "$D"; git -C "$D" checkout v1',
  ])('%s', (text) => {
    expect(isFixed(text)).toBe(true);
  });

  it.each([
    'cd /src; git clone https://x/a.git; git checkout v1',
    'git clone https://x/a.git; cd a; cd ..; git checkout v1',
    'git clone https://x/a.git; cd a; git fetch origin; git merge x',
    'git clone https://x/a; git clone https://x/b; git -C $S/b checkout v1',
  ])('%s: another directory, or no commit', (text) => {
    expect(isFixed(text)).toBe(false);
  });

  it('names of branches', () => {
    expect(['main', 'HEAD~3', 'origin/v1', 'refs/heads/x', 'stable'].every(isMovingRef)).toBe(true);
    expect(['v1.2.3', '0123456', 'release-1.4', HOLE, 'mainline-1'].some(isMovingRef)).toBe(false);
  });
});

it('paths that may name the same file', () => {
  expect(mayBeSame('/a/tool.tgz', 'tool.tgz')).toBe(true);
  expect(mayBeSame(`tool-${HOLE}.tgz`, '/x/tool-1.2.tgz')).toBe(true);
  expect(mayBeSame(`tool-${HOLE}-${HOLE}.tgz`, 'tool-1-amd64.tgz')).toBe(true);
  expect(mayBeSame(`tool-${HOLE}.tgz`, 'other-1.2.tgz')).toBe(false);
  expect(mayBeSame(`tool-${HOLE}.tgz`, 'tool-.zip')).toBe(false);
  expect(mayBeSame('a', 'b')).toBe(false);
});

it('where cd leads', () => {
  expect(enter('/src', 'a/../b/.')).toBe('/src/b');
  expect(enter('a', '/b')).toBe('/b');
  expect(enter('', 'a/')).toBe('a');
  expect(enter('a', `${HOLE}/x`)).toBe(`${HOLE}/x`);
});
