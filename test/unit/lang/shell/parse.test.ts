import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../../server/src/core/mapped-text';
import type { ShellCommand, ShellScript } from '../../../../server/src/lang/shell/ast';
import { looksLikePosixShell, parseShell } from '../../../../server/src/lang/shell/parse';
import { checkScript } from './check';

function parse(text: string, variables: Record<string, string> = {}): ShellScript {
  const script = parseShell(MappedText.verbatim(text, 100), {
    variables: (name) =>
      Object.hasOwn(variables, name) ? MappedText.opaque(variables[name] ?? '', { start: 7, end: 9 }) : undefined,
  });
  checkScript(script, ' '.repeat(100) + text);
  return script;
}

const line = (command: ShellCommand): string => command.words.map((word) => word.text.replaceAll(HOLE, '?')).join('|');

/** Every command with its words, in order. */
function commands(text: string, variables?: Record<string, string>): string[] {
  return parse(text, variables).commands.map(line);
}

function first(text: string): ShellCommand {
  const [command] = parse(text).commands;
  if (!command) throw new Error('no command');
  return command;
}

describe('commands', () => {
  it.each([
    ['apt-get update && apt-get install -y curl=7.88', ['apt-get|update', 'apt-get|install|-y|curl=7.88']],
    ['a; b & c\nd', ['a', 'b', 'c', 'd']],
    ['if [ -f x ]; then a; elif b; then c; else d; fi', ['[|-f|x|]', 'a', 'b', 'c', 'd']],
    ['for i in 1 2; do a $i; done', ['a|?']],
    ['while read l; do echo $l; done < f', ['read|l', 'echo|?']],
    ['case $x in a|b) y;; *) z;; esac', ['y', 'z']],
    ['f() { a; }; f', ['a', 'f']],
    ['(cd /tmp && make)', ['cd|/tmp', 'make']],
    ['{ a; b; }', ['a', 'b']],
    ['echo $(date) `id`', ['echo|?|?', 'date', 'id']],
    ['echo "$(a "$(b)")"', ['echo|?', 'a|?', 'b']],
    ['X=$(curl x)', ['', 'curl|x']],
    ['echo ${V:-$(a)}', ['echo|?', 'a']],
    ['echo $((1 + $(a)))', ['echo|?', 'a']],
    ['[[ -f $(a) ]] && b', ['a', 'b']],
    ['cat <<E\n$(a)\nE', ['cat', 'a']],
    ["cat <<'E'\n$(a)\nE", ['cat']],
    ['cat <<< "$(a)"', ['cat', 'a']],
    ['a > "$(b)"', ['a', 'b']],
    ['x=($(a) b)', ['', 'a']],
    ['diff <(a) <(b)', ['diff|?|?', 'a', 'b']],
    ['for i in $(a); do b; done > $(c)', ['a', 'b', 'c']],
    ['case $(a) in $(b)) c;; esac', ['a', 'b', 'c']],
    ['! a', ['a']],
    ['[ -n "$X" ] || exit 1', ['[|-n|?|]', 'exit|1']],
    ['', []],
    ['# only a comment', []],
  ])('%j', (text, expected) => {
    expect(commands(text)).toEqual(expected);
  });

  it('removes quotes and escapes', () => {
    expect(commands(`echo 'a b' "c d" e\\ f $'g\\th' 'it'"'"'s'`)).toEqual(["echo|a b|c d|e f|g\th|it's"]);
  });

  it('keeps globs and braces, and gives up on braces with variables', () => {
    expect(commands('rm -rf /var/lib/*/lists {a,b} {a,$b}')).toEqual(['rm|-rf|/var/lib/*/lists|{a,b}|?']);
  });

  it('joins continuation lines', () => {
    expect(commands('apt-get install \\\n  curl \\\n  git')).toEqual(['apt-get|install|curl|git']);
  });
});

describe('pipelines and lists', () => {
  it('gives commands of one pipeline the same id', () => {
    const found = parse('curl x | tar xz | cat; echo y').commands.map((each) => each.pipeline);
    expect(found[0]).toMatchObject({ index: 0, length: 3 });
    expect(found[2]).toMatchObject({ index: 2, length: 3, id: found[0]?.id });
    expect(found[3]).toMatchObject({ index: 0, length: 1 });
    expect(found[3]?.id).not.toBe(found[0]?.id);
  });

  it('gives every pipeline its own id, also in nested scripts', () => {
    const script = parse("a; sh -c 'b | c; d'; e; bash -c 'f'; g");
    const ids = new Map(script.commands.map((each) => [each.name, each.pipeline.id]));
    expect(ids.get('b')).toBe(ids.get('c'));
    expect(new Set(ids.values()).size).toBe(ids.size - 1);
  });

  it('tells what joins commands', () => {
    expect(parse('a && b || c; d & e').commands.map((each) => [each.name, each.joinedBy, each.background])).toEqual([
      ['a', undefined, false],
      ['b', '&&', false],
      ['c', '||', false],
      ['d', ';', true],
      ['e', '&', false],
    ]);
  });

  it('tells what may not run', () => {
    const text = 'a && b || c; if d; then e; fi; f() { g; }; h';
    const found = parse(text).commands.filter((each) => each.conditional);
    expect(found.map((each) => each.name)).toEqual(['c', 'e', 'g']);
    expect(found[2]?.inFunction).toBe('f');
  });

  it('marks substitutions', () => {
    expect(parse('a $(b)').commands.map((each) => each.inSubstitution)).toEqual([false, true]);
  });
});

describe('wrappers', () => {
  it.each([
    ['sudo -E -u root /usr/bin/apt-get update', 'apt-get', ['sudo']],
    ['sudo -Eu root apt-get update', 'apt-get', ['sudo']],
    ['sudo --user=root -- systemctl stop x', 'systemctl', ['sudo']],
    ['sudo DEBIAN_FRONTEND=noninteractive apt-get update', 'apt-get', ['sudo']],
    ['env -i A=1 B=2 make', 'make', ['env']],
    ['/usr/bin/env bash script.sh', 'bash', ['env']],
    ['nohup ./server', 'server', ['nohup']],
    ['exec node app.js', 'node', ['exec']],
    ['exec -a name node app.js', 'node', ['exec']],
    ['time make', 'make', ['time']],
    ['/usr/bin/time -f %e make', 'make', ['time']],
    ['nice -n 10 make', 'make', ['nice']],
    ['nice -10 make', 'make', ['nice']],
    ['ionice -c 3 make', 'make', ['ionice']],
    ['timeout 5 curl x', 'curl', ['timeout']],
    ['timeout -k 1 --signal=KILL 5m curl x', 'curl', ['timeout']],
    ['command git status', 'git', ['command']],
    ['command -v git', 'command', []],
    ['builtin cd /', 'cd', ['builtin']],
    ['xargs -r -n 1 rm -f', 'rm', ['xargs']],
    ['xargs -0 -I {} cp {} /x', 'cp', ['xargs']],
    ['xargs -0n 1 rm', 'rm', ['xargs']],
    ['xargs --replace rm', 'rm', ['xargs']],
    ['doas -u root reboot', 'reboot', ['doas']],
    ['stdbuf -o L cat', 'cat', ['stdbuf']],
    ['setsid daemon', 'daemon', ['setsid']],
    ['sudo env A=1 nice -n 5 nohup make', 'make', ['sudo', 'env', 'nice', 'nohup']],
    ['sudo $CMD x', HOLE, ['sudo']],
    ['exec', 'exec', []],
    ['sudo -i', 'sudo', []],
    ['chroot /mnt apt-get update', 'chroot', []],
  ])('%s runs %s', (text, name, wrappers) => {
    const command = first(text);
    expect(command.name).toBe(name);
    expect(command.wrappers).toEqual(wrappers);
  });

  it('collects assignments before the command and those of env', () => {
    const command = first('A=1 env B="x y" C=$Z make');
    expect(command.assignments.map((each) => [each.name, each.value?.text.replaceAll(HOLE, '?')])).toEqual([
      ['A', '1'],
      ['B', 'x y'],
      ['C', '?'],
    ]);
    expect(command.assignments.map((each) => each.value?.complete)).toEqual([true, true, false]);
    expect(line(command)).toBe('make');
  });
});

describe('nested scripts', () => {
  it.each([
    ["sh -c 'a && b c'", ['sh|-c|a && b c', 'a', 'b|c']],
    ['bash -lc "a; b"', ['bash|-lc|a; b', 'a', 'b']],
    ["bash -euxo pipefail -c 'a'", ['bash|-euxo|pipefail|-c|a', 'a']],
    ["bash -euo pipefail -c 'a'", ['bash|-euo|pipefail|-c|a', 'a']],
    ["bash --norc -o errexit -c 'a'", ['bash|--norc|-o|errexit|-c|a', 'a']],
    ["bash -C 'a'", ['bash|-C|a']],
    ['bash script.sh -c x', ['bash|script.sh|-c|x']],
    ["eval 'a b'", ['eval|a b', 'a|b']],
    ['eval "$(ssh-agent -s)"', ['eval|?', 'ssh-agent|-s', '?']],
    ["su - app -c 'a b'", ['su|-|app|-c|a b', 'a|b']],
    ["su app -lc 'a'", ['su|app|-lc|a', 'a']],
    [`sudo sh -c "sh -c 'a'"`, ["sh|-c|sh -c 'a'", 'sh|-c|a', 'a']],
    ["xargs -I{} sh -c 'a {}'", ['sh|-c|a {}', 'a|{}']],
    ['V=1; sh -c "a $V"', ['', 'sh|-c|a 1', 'a|1']],
    ["V=1; sh -c 'a $V'", ['', 'sh|-c|a $V', 'a|1']],
  ])('%s', (text, expected) => {
    expect(commands(text)).toEqual(expected);
  });

  it('maps their words to the file and to the script', () => {
    const text = "sudo sh -c 'curl -o x https://a/b'";
    const curl = parse(text).commands[1];
    const url = curl?.words[3];
    expect(url?.at).toEqual({ start: 100 + text.indexOf('https'), end: 100 + text.length - 1 });
    expect(url && text.slice(url.range.start, url.range.end)).toBe('https://a/b');
    expect(curl && text.slice(curl.range.start, curl.range.end)).toBe('curl -o x https://a/b');
  });

  it('stops at some depth', () => {
    let text = 'a';
    for (let i = 0; i < 30; i++) text = `eval "${text.replace(/["\\]/g, '\\$&').slice(0, 2000)}"`;
    expect(parse(text).commands.length).toBeLessThan(10);
  });
});

describe('variables', () => {
  it.each([
    ['V=1.2; curl x/$V', 'curl|x/1.2'],
    ['V=1.2; curl x/${V}.tgz', 'curl|x/1.2.tgz'],
    ['V="1.2"; U=https://a/$V; curl "$U"', 'curl|https://a/1.2'],
    ['export V=1; curl $V', 'curl|1'],
    ['readonly V=1; curl $V', 'curl|1'],
    ['curl ${V:-2}', 'curl|2'],
    ['V=; curl x${V:-2}', 'curl|x2'],
    ['V=; curl x${V-2}', 'curl|x'],
    ['V=1; curl ${V:-2}', 'curl|1'],
    ['V=$(a); curl ${V:-2}', 'curl|?'],
    ['read V; curl ${V:-2}', 'curl|?'],
    ['curl $V', 'curl|?'],
    ['V=1; V=2; curl $V', 'curl|2'],
    ['V=1; if a; then V=2; fi; curl $V', 'curl|?'],
    ['V=1; if a; then V=1; fi; curl $V', 'curl|1'],
    ['V=1; for V in a b; do c; done; curl $V', 'curl|?'],
    ['V=1; V+=2; curl $V', 'curl|?'],
    ['V=1; unset V; curl $V', 'curl|?'],
    ['V=1; read V; curl $V', 'curl|?'],
    ['V=1 a; curl $V', 'curl|?'],
    ["V=1; curl '$V' \\$V", 'curl|$V|$V'],
    ['V=abc; curl ${V#a} ${#V} ${V/a/b} ${!V}', 'curl|?|?|?|?'],
    ['curl $1 $@ "$*" $? $$', 'curl|?|?|?|?|?'],
  ])('%s', (text, expected) => {
    expect(commands(text).at(-1)).toBe(expected);
  });

  it('asks the surroundings for others', () => {
    expect(commands('curl $A ${A:-x} $B', { A: '1' })).toEqual(['curl|1|1|?']);
    expect(commands('A=2; curl $A', { A: '1' }).at(-1)).toBe('curl|2');
  });

  it('maps a value to where it was written', () => {
    const text = 'V=latest; docker pull app:$V';
    const word = parse(text).commands[1]?.words[2];
    expect(word?.value.sourceOf({ start: 4, end: 10 })).toEqual({ start: 102, end: 108 });
    expect(word?.at).toEqual({ start: 122, end: 128 });
    expect(word?.complete).toBe(true);
  });

  it('gives up on values that grow without end', () => {
    const text = `A=xxxxxxxx\n${'A=$A$A\n'.repeat(60)}curl $A`;
    expect(commands(text).at(-1)).toMatch(/^curl\|\?+$/);
  });
});

describe('holes in the text', () => {
  it('count as word characters', () => {
    expect(commands(`curl https://x/${HOLE}/a.tgz -o "${HOLE}"; ${HOLE} x`)).toEqual([
      'curl|https://x/?/a.tgz|-o|?',
      '?|x',
    ]);
    const [curl] = parse(`curl a ${HOLE}b`).commands;
    expect(curl?.words.map((word) => word.complete)).toEqual([true, true, false]);
  });

  it('do not break a parse', () => {
    expect(parse(`if ${HOLE}; then a; fi; for x in ${HOLE}; do b; done; V=${HOLE}; c $V`).problems).toEqual([]);
  });
});

describe('redirects', () => {
  it('lists them apart from the words', () => {
    const command = first('echo a >> /etc/x 2>&1 < in');
    expect(line(command)).toBe('echo|a');
    expect(command.redirects.map((each) => [each.descriptor, each.operator, each.target?.text])).toEqual([
      [undefined, '>>', '/etc/x'],
      [2, '>&', '1'],
      [undefined, '<', 'in'],
    ]);
  });

  it('gives the body of a here-document, mapped', () => {
    const text = 'cat > /x <<E\nline $V\nE\nnext';
    const { content, operator } = first(text).redirects[1] ?? {};
    expect(operator).toBe('<<');
    expect(content?.text).toBe('line $V\n');
    expect(content?.sourceOf()).toEqual({ start: 113, end: 121 });
  });
});

describe('comments', () => {
  const comments = (text: string): string[] => parse(text).comments.map((each) => each.text);

  it('finds those after code and on lines of their own', () => {
    expect(comments('#!/bin/sh\n# one\na b # two\n  # three\nc;# four')).toEqual([' one', ' two', ' three', ' four']);
  });

  it('does not take other # for comments', () => {
    expect(comments('a#b "# c" \'# d\' ${#x} $# \\# x\ncat <<E\n# e\nE\n[[ $a == "#" ]]\nf="\n# g\n"')).toEqual([]);
  });

  it('maps them', () => {
    expect(parse('a # b').comments[0]?.at).toEqual({ start: 102, end: 105 });
  });
});

describe('looksLikePosixShell', () => {
  it.each([
    'apt-get update',
    '',
    '#!/bin/sh\n',
    '#!/bin/bash -e\n',
    '#!/usr/bin/env bash\n',
    '#!/usr/bin/env -S bash -e\n',
    '#! /bin/dash\n',
    '#!/bin/busybox sh\n',
    '#!/bin/zsh',
    '#!/usr/local/bin/bash5',
    '# a comment',
  ])('%j is', (text) => {
    expect(looksLikePosixShell(text)).toBe(true);
  });

  it.each([
    '#!/usr/bin/env python3\n',
    '#!/usr/bin/perl',
    '#!/usr/bin/pwsh',
    '#!/usr/bin/fish',
    '#!/sbin/openrc-run',
    '<powershell>\nGet-Item x',
    '<script>\ndir',
    '#ps1_sysnative\n',
    '@echo off',
    '$ErrorActionPreference = "Stop"',
  ])('%j is not', (text) => {
    expect(looksLikePosixShell(text)).toBe(false);
  });
});
