import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../../../server/src/lang/dockerfile/parse';
import { regions } from '../../../../server/src/lang/dockerfile/regions';
import { unquote } from '../../../../server/src/lang/dockerfile/words';
import { analyseDockerfile } from '../../../../server/src/model/dockerfile';
import { checkDockerfile, checkText } from './check';
import { cpuTime } from '../../../support/cpu-time';

const SAMPLE = [
  '# syntax=docker/dockerfile:1',
  'ARG BASE="alpine:3.7" X=${BASE%:*}',
  'FROM --platform=$BUILDPLATFORM ${BASE:-debian} AS base',
  'ENV A="a b" \\',
  '  # comment',
  '',
  "  B='c' C=d\\ e",
  'RUN --mount=type=bind,from=base,target=/x set -e; \\',
  '    apt-get update && apt-get install -y "curl"',
  'COPY --from=0 ["a b", "\\u00e9\\n"]',
  'RUN <<-"EOF" bash',
  '\tA=1; echo $A',
  '\tEOF',
  'ONBUILD COPY <<E /x',
  'text',
  'E',
  'HEALTHCHECK --interval=5s CMD ["curl", "x"]',
  'CMD ["sh", "-c", "exec node"]',
  '',
].join('\n');

function check(text: string): void {
  const syntax = parseDockerfile(text);
  checkDockerfile(syntax);
  const { blocks, statements } = regions(syntax);
  expect(statements).toHaveLength(syntax.instructions.length);
  for (const block of blocks) expect(block.end).toBeLessThanOrEqual(text.length);
  const model = analyseDockerfile(syntax);
  for (const stage of model.stages) {
    checkText(stage.base, text);
    for (const copy of stage.copyFrom) checkText(copy.source, text);
  }
  for (const instruction of syntax.instructions) {
    const script = model.scriptOf(instruction);
    if (script) checkText(script, text);
    checkText(model.expand(instruction.argument, instruction), text);
    for (const word of instruction.words) checkText(unquote(word, syntax.escape), text);
  }
}

describe('any text', () => {
  it('parses every prefix and every suffix of a sample', () => {
    for (let at = 0; at <= SAMPLE.length; at++) {
      check(SAMPLE.slice(0, at));
      check(SAMPLE.slice(at));
      check(SAMPLE.slice(0, at).replaceAll('\n', '\r\n'));
    }
  });

  it('parses samples with characters removed, put in or doubled', () => {
    const edit = fc.record({
      at: fc.nat(SAMPLE.length),
      remove: fc.nat(12),
      insert: fc.constantFrom(
        '',
        '\\',
        '"',
        "'",
        '\n',
        '<<E',
        '$',
        '${',
        '}',
        '[',
        '#',
        '`',
        ' --',
        '\r',
        '\uFEFF',
        '\uE000',
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        check(
          edits.reduce((text, { at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove), SAMPLE),
        );
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('parses soup', () => {
    const tokens = fc.constantFrom(
      ...[
        'FROM ',
        'RUN ',
        'ENV ',
        'ARG ',
        'COPY ',
        'ONBUILD ',
        'HEALTHCHECK ',
        'CMD',
        'A=',
        '$A',
        '${A:-',
        '}',
        '\\\n',
        '\n',
      ],
      ...[
        '# escape=`\n',
        '`\n',
        '<<E ',
        '<<-"E"',
        'E\n',
        '"',
        "'",
        ' ',
        '\t',
        '--from=',
        '--',
        '["a"',
        ']',
        '#',
        '\r\n',
        '\\',
        'é',
        '\u00a0',
      ],
    );
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 40 }), (parts) => {
        check(parts.join(''));
      }),
      { seed: 8, numRuns: 5000 },
    );
  });
});

describe('hostile texts stay fast', () => {
  const line = 'x'.repeat(50);
  it.each<[string, string]>([
    ['100,000 continuation lines', `RUN a ${'\\\n  b -c "$D"'.repeat(100_000)}`],
    ['100,000 flags on lines of their own', `RUN ${'\\\n --mount=type=a,from=b'.repeat(100_000)}`],
    ['100,000 pairs on lines of their own', `FROM a\nENV ${'\\\n A="$A" '.repeat(100_000)}`],
    ['an array over 100,000 lines', `CMD ["a"${'\\\n,"b\\\\n"'.repeat(100_000)}]`],
    ['100,000 comments in a continuation', `RUN a \\\n${'# c\n'.repeat(100_000)}b`],
    ['10,000 heredocs without end', Array.from({ length: 10_000 }, (_, i) => `RUN <<E${i}\n${line}`).join('\n')],
    [
      '10,000 heredocs in one line',
      `RUN ${Array.from({ length: 10_000 }, (_, i) => `<<E${i}`).join(' ')}\n${'x\n'.repeat(10_000)}`,
    ],
    ['10,000 heredocs with one name', 'RUN <<E\nx\nE\n'.repeat(10_000)],
    ['one line of 1 MB', `RUN ${'a "b" $C \\d '.repeat(90_000)}`],
    ['1 MB of brackets', `CMD ${'['.repeat(1_000_000)}`],
    ['1 MB of escape characters', `RUN ${'\\'.repeat(1_000_000)}`],
    ['1 MB of blanks in a directive', `# escape=a${' '.repeat(1_000_000)}b`],
    ['1 MB of blanks', `RUN${' '.repeat(1_000_000)}`],
    ['nested ONBUILD', 'ONBUILD '.repeat(100_000)],
    ['1 MB of quotes', `ENV A=${'"'.repeat(1_000_000)}`],
  ])('%s', (_name, text) => {
    const started = cpuTime();
    const syntax = parseDockerfile(text);
    for (const each of syntax.instructions) {
      expect([each.words, each.execForm, each.inner?.inner]).toHaveLength(3);
    }
    const model = analyseDockerfile(syntax);
    for (const each of syntax.instructions) model.scriptOf(each);
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});
