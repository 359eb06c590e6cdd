import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import { parseDockerfile } from '../../../../server/src/lang/dockerfile/parse';
import { parseShell } from '../../../../server/src/lang/shell/parse';
import { checkScript } from './check';
import { cpuTime } from '../../../support/cpu-time';

const SAMPLE = [
  '#!/bin/bash -e',
  'V=1.2 # comment',
  'if ! command -v curl >/dev/null 2>&1; then',
  '  sudo -E apt-get update && apt-get install -y "curl=${C:-7}" || exit 1',
  'fi',
  'curl -fsSL "https://x/$V/a.tgz" | tar -xz -C /opt',
  'bash -lc \'cd /x && npm ci; echo "$V"\'',
  'cat > /etc/x <<"EOF"',
  '$(not) # here',
  'EOF',
  'for f in *.sh $(ls); do [[ -f $f ]] && sh "$f" & done',
  'case "$1" in a|b) x;; *) echo `y \\`z\\``;; esac',
  'f() { local A=$((1 + $(n))); eval "echo $A"; }',
  'xargs -I{} sh -c "rm {}" < <(find / -name x)',
  '',
].join('\n');

function check(text: string): void {
  checkScript(parseShell(MappedText.verbatim(text, 0)), text);
}

describe('any script', () => {
  it('reads every prefix and suffix of a sample', () => {
    for (let at = 0; at <= SAMPLE.length; at++) {
      check(SAMPLE.slice(0, at));
      check(SAMPLE.slice(at));
    }
  });

  it('reads samples with characters removed or put in', () => {
    const edit = fc.record({
      at: fc.nat(SAMPLE.length),
      remove: fc.nat(8),
      insert: fc.constantFrom(
        '',
        '"',
        "'",
        '`',
        '$(',
        ')',
        '${',
        '}',
        '((',
        '<<E',
        '\\',
        '\n',
        ';',
        '|',
        '&',
        '#',
        '\uE000',
        '\r',
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        check(
          edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), SAMPLE),
        );
      }),
      { seed: 11, numRuns: 2000 },
    );
  });

  it('reads soup', () => {
    const tokens = fc.constantFrom(
      ...[
        'a',
        ' ',
        'sudo ',
        'env ',
        'A=1 ',
        '$A',
        '${A:-',
        '}',
        '$(',
        ')',
        '`',
        '"',
        "'",
        ';',
        '\n',
        '&&',
        '||',
        '|',
        '&',
        '<<E\n',
        'E\n',
      ],
      ...[
        'sh -c ',
        'eval ',
        'if ',
        'then ',
        'fi',
        'for i in ',
        'do ',
        'done',
        'case ',
        'esac',
        '{',
        '(',
        '#',
        '>',
        '\\',
        '\uE000',
        '$((',
        '[[ ',
        ']]',
      ],
    );
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 40 }), (parts) => {
        check(parts.join(''));
      }),
      { seed: 12, numRuns: 5000 },
    );
  });
});

describe('hostile scripts stay fast', () => {
  it.each<[string, string]>([
    ['100,000 commands in an and-list', 'a && '.repeat(100_000) + 'b'],
    ['100,000 commands in a pipeline', 'a | '.repeat(100_000) + 'b'],
    ['100,000 statements', 'a b; '.repeat(100_000)],
    ['a word of 200,000 parts', `echo ${'$a'.repeat(200_000)}`],
    ['a quoted word of 200,000 parts', `echo "${'$a '.repeat(200_000)}"`],
    ['nested substitutions', `echo ${'$('.repeat(10_000)}`],
    ['nested subshells', '('.repeat(10_000)],
    ['nested defaults', `echo ${'${a:-'.repeat(10_000)}`],
    ['100,000 comments', '# a\n'.repeat(100_000)],
    ['100,000 hash signs', `echo ${'#'.repeat(100_000)} ${' #'.repeat(100_000)}`],
    ['10,000 wrappers', 'sudo '.repeat(10_000)],
    ['10,000 here-documents without end', 'cat <<E\n'.repeat(10_000)],
    ['quotes', '"\''.repeat(100_000)],
  ])('%s', (_name, text) => {
    const started = cpuTime();
    parseShell(MappedText.verbatim(text, 0));
    expect(cpuTime() - started).toBeLessThan(5000);
  });

  it('a RUN of 50,000 continuation lines', () => {
    const [run] = parseDockerfile(`RUN a ${'\\\n && b "$C" d'.repeat(50_000)}`).instructions;
    const started = cpuTime();
    const script = run && parseShell(run.argument);
    expect(script?.commands).toHaveLength(50_001);
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});
