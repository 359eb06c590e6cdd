import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../../../server/src/lang/dockerfile/ast';
import { namedValues } from '../../../../server/src/lang/dockerfile/named-values';
import { parseDockerfile } from '../../../../server/src/lang/dockerfile/parse';
import { regions } from '../../../../server/src/lang/dockerfile/regions';
import { checkDockerfile } from './check';

function parse(...lines: string[]): readonly Instruction[] {
  const text = lines.join('\n');
  const syntax = parseDockerfile(text);
  checkDockerfile(syntax);
  return syntax.instructions;
}

function only(...lines: string[]): Instruction {
  const [first, ...rest] = parse(...lines);
  expect(rest).toEqual([]);
  if (!first) throw new Error('no instruction');
  return first;
}

const texts = (items: readonly { readonly text: string }[] | undefined): string[] | undefined =>
  items?.map((item) => item.text);

describe('line rules', () => {
  it('joins continuation lines and keeps the blanks that begin them', () => {
    const run = only('RUN apt-get update && \\', '    apt-get install -y curl');
    expect(run.argument.text).toBe('apt-get update &&     apt-get install -y curl');
    expect(run.range).toEqual({ start: 0, end: 51 });
  });

  it('allows blanks after the escape character', () => {
    expect(only('RUN a \\  \t', 'b').argument.text).toBe('a b');
  });

  it('does not continue after two escape characters', () => {
    expect(parse('RUN a \\\\', 'RUN b').map((each) => each.argument.text)).toEqual(['a \\\\', 'b']);
    expect(parse('RUN a \\\\\\', 'RUN b').map((each) => each.argument.text)).toEqual(['a \\\\\\', 'b']);
  });

  it('drops comment and blank lines inside a continuation', () => {
    const text = 'RUN a && \\\n# one\n\n  # two\n  b\nCMD c';
    const syntax = parseDockerfile(text);
    expect(syntax.instructions.map((each) => [each.keyword, each.argument.text])).toEqual([
      ['RUN', 'a &&   b'],
      ['CMD', 'c'],
    ]);
    expect(texts(syntax.comments)).toEqual([' one', ' two']);
    expect(syntax.problems.map((each) => each.message)).toEqual(['Blank line inside an instruction.']);
  });

  it('joins a keyword that is broken over two lines', () => {
    const from = only('FR\\', 'OM alpine');
    expect(from.keyword).toBe('FROM');
    expect(from.keywordRange).toEqual({ start: 0, end: 6 });
    expect(from.argument.text).toBe('alpine');
  });

  it('takes the escape character from the directive', () => {
    const text = '# escape=`\nFROM x\nRUN dir `\n C:\\\nRUN b';
    const syntax = parseDockerfile(text);
    expect(syntax.escape).toBe('`');
    expect(texts(syntax.instructions.map((each) => each.argument))).toEqual(['x', 'dir  C:\\', 'b']);
  });

  it('reads directives only before anything else', () => {
    const names = (text: string): string[] =>
      parseDockerfile(text).directives.map((each) => `${each.name}=${each.value.text}`);
    expect(names('# syntax=docker/dockerfile:1\n#check = skip=all;error=true \nFROM x')).toEqual([
      'syntax=docker/dockerfile:1',
      'check=skip=all;error=true',
    ]);
    expect(names('# a comment\n# syntax=docker/dockerfile:1')).toEqual([]);
    expect(names('\n# syntax=docker/dockerfile:1')).toEqual([]);
    expect(names('# unknown=1\n# escape=`')).toEqual([]);
    expect(names('FROM x\n# escape=`')).toEqual([]);
  });

  it('does not count directives as comments', () => {
    const { comments } = parseDockerfile('# escape=\\\n# real\nFROM x');
    expect(texts(comments)).toEqual([' real']);
  });

  it('reads a byte order mark and CRLF', () => {
    const syntax = parseDockerfile('\uFEFF# escape=`\r\nFROM a `\r\n  AS b\r\nRUN c\r\n');
    expect(syntax.escape).toBe('`');
    expect(syntax.instructions.map((each) => [each.keyword, each.argument.text, each.range])).toEqual([
      ['FROM', 'a   AS b', { start: 13, end: 29 }],
      ['RUN', 'c', { start: 31, end: 36 }],
    ]);
  });

  it('keeps instructions that Docker does not know', () => {
    const syntax = parseDockerfile('FROM a\nRUM b\n');
    expect(syntax.instructions[1]?.keyword).toBe('RUM');
    expect(syntax.problems[0]?.message).toBe('Unknown instruction RUM.');
  });

  it('survives a continuation at the end of the file', () => {
    expect(only('RUN a \\').argument.text).toBe('a');
    expect(only('RUN a \\').range).toEqual({ start: 0, end: 7 });
    expect(parse('\\')).toEqual([]);
  });
});

describe('flags', () => {
  it('splits names and values', () => {
    const copy = only('COPY --from=build --chown="a b:c" --link --chmod=0755 /x /y');
    expect(copy.flags.map((flag) => [flag.name, flag.value?.text])).toEqual([
      ['from', 'build'],
      ['chown', 'a b:c'],
      ['link', undefined],
      ['chmod', '0755'],
    ]);
    expect(texts(copy.words)).toEqual(['/x', '/y']);
    expect(copy.flags[0]?.range).toEqual({ start: 5, end: 17 });
    expect(copy.flags[1]?.range).toEqual({ start: 18, end: 33 });
  });

  it('ends flags at two dashes', () => {
    const run = only('RUN --mount=type=cache,target=/a -- --b');
    expect(run.flags).toHaveLength(1);
    expect(run.argument.text).toBe('--b');
  });

  it('reads flags over continuation lines', () => {
    const run = only('RUN --mount=type=secret,id=a \\', '  --network=none \\', '  make');
    expect(run.flags.map((flag) => flag.name)).toEqual(['mount', 'network']);
    expect(run.argument.text).toBe('make');
  });
});

describe('exec form', () => {
  it('decodes the items and maps them', () => {
    const text = 'CMD ["node", "a \\"b\\"", "\\u00e9\\n"]';
    const cmd = parseDockerfile(text).instructions[0];
    expect(texts(cmd?.execForm)).toEqual(['node', 'a "b"', 'é\n']);
    expect(cmd?.execForm?.[0]?.sourceOf()).toEqual({ start: 6, end: 10 });
    expect(cmd?.execForm?.[1]?.sourceOf()).toEqual({ start: 14, end: 21 });
  });

  it('reads an array over continuation lines', () => {
    const cmd = only('ENTRYPOINT [ "a", \\', '# why', '  "b c" ]');
    expect(texts(cmd.execForm)).toEqual(['a', 'b c']);
  });

  it.each(["CMD ['a']", 'CMD ["a",]', 'CMD ["a" "b"]', 'CMD [1]', 'CMD ["a"] x', 'CMD a', 'CMD [ -f x ] && y', 'CMD'])(
    'takes %s for shell form',
    (text) => {
      expect(only(text).execForm).toBeUndefined();
    },
  );

  it('knows which instructions have the form', () => {
    expect(only('FROM ["a"]').execForm).toBeUndefined();
    expect(texts(only('SHELL ["powershell", "-Command"]').execForm)).toEqual(['powershell', '-Command']);
    expect(texts(only('VOLUME ["/a b"]').execForm)).toEqual(['/a b']);
    expect(texts(only('COPY ["a b", "/c"]').execForm)).toEqual(['a b', '/c']);
    expect(only('CMD []').execForm).toEqual([]);
  });
});

describe('heredocs', () => {
  it('reads several in order', () => {
    const copy = only('COPY <<one <<-"two" /dest/', 'a $X', 'one', '\tb', '\t\tc', '\ttwo');
    expect(copy.heredocs.map((each) => [each.name, each.expand, each.stripTabs, each.content.text])).toEqual([
      ['one', true, false, 'a $X\n'],
      ['two', false, true, 'b\nc\n'],
    ]);
    expect(copy.heredocs[0]?.markerRange).toEqual({ start: 5, end: 10 });
    expect(copy.argument.text).toBe('<<one <<-"two" /dest/');
  });

  it('keeps comments, continuations and keywords inside as text', () => {
    const run = only('RUN <<EOF', '# no comment', 'FROM x \\', '', 'EOF');
    expect(run.heredocs[0]?.content.text).toBe('# no comment\nFROM x \\\n\n');
    expect(run.range.end).toBe('RUN <<EOF\n# no comment\nFROM x \\\n\nEOF'.length);
  });

  it('reads them under ONBUILD', () => {
    const onbuild = only('ONBUILD RUN <<EOF', 'x', 'EOF');
    expect(onbuild.inner?.heredocs[0]?.content.text).toBe('x\n');
  });

  it.each([
    'CMD <<EOF',
    'RUN echo "<<EOF"',
    'RUN cat <<<EOF',
    'RUN ["a", "<<EOF"]',
    "RUN it's <<EOF",
    'RUN echo a<<EOF',
  ])('sees none in %s', (text) => {
    expect(parse(text, 'RUN x', 'EOF').map((each) => each.heredocs)).toEqual([[], [], []]);
  });

  it('reads one after a file descriptor and after a command', () => {
    expect(only('RUN cat 3<<EOF >/x', 'a', 'EOF').heredocs[0]?.content.text).toBe('a\n');
  });

  it('keeps the instructions after one that is not closed', () => {
    const found = parse('FROM a', 'RUN <<EOF', 'apt-get update', 'USER app', 'CMD x');
    expect(found.map((each) => each.keyword)).toEqual(['FROM', 'RUN', 'USER', 'CMD']);
    expect(found[1]?.heredocs[0]).toMatchObject({ closed: false, name: 'EOF' });
    expect(found[1]?.heredocs[0]?.content.text).toBe('apt-get update\n');
  });

  it('ends with CRLF', () => {
    const text = 'RUN <<EOF\r\na\r\nEOF\r\nCMD b\r\n';
    expect(parseDockerfile(text).instructions.map((each) => each.keyword)).toEqual(['RUN', 'CMD']);
  });
});

describe('inner instructions', () => {
  it('gives the instruction of ONBUILD', () => {
    const onbuild = only('ONBUILD COPY --from=a b c');
    expect(onbuild.inner).toMatchObject({ keyword: 'COPY', keywordRange: { start: 8, end: 12 } });
    expect(onbuild.inner?.flags[0]?.value?.text).toBe('a');
    expect(only('ONBUILD ONBUILD RUN a').inner?.inner).toBeUndefined();
  });

  it('gives the command of HEALTHCHECK', () => {
    const check = only('HEALTHCHECK --interval=5s \\', ' CMD ["curl", "-f"]');
    expect(check.flags[0]?.name).toBe('interval');
    expect(check.inner?.keyword).toBe('CMD');
    expect(texts(check.inner?.execForm)).toEqual(['curl', '-f']);
    expect(only('HEALTHCHECK cmd curl -f x').inner?.argument.text).toBe('curl -f x');
    expect(only('HEALTHCHECK NONE').inner).toBeUndefined();
  });
});

describe('words and names', () => {
  it('keeps quoted blanks of ENV together', () => {
    expect(texts(only('ENV A="x y" B=a\\ b C=\'p q\'').words)).toEqual(['A="x y"', 'B=a\\ b', "C='p q'"]);
  });

  it('splits every blank elsewhere', () => {
    expect(texts(only('COPY "a b" c').words)).toEqual(['"a', 'b"', 'c']);
  });

  it('reads names and values', () => {
    const pairs = (text: string): unknown => namedValues(only(text)).map((each) => [each.name, each.value?.text]);
    expect(pairs('ENV A the rest = x')).toEqual([['A', 'the rest = x']]);
    expect(pairs('ENV A=1 B="2 3"')).toEqual([
      ['A', '1'],
      ['B', '"2 3"'],
    ]);
    expect(pairs('ARG A B=2')).toEqual([
      ['A', undefined],
      ['B', '2'],
    ]);
    expect(pairs('LABEL')).toEqual([]);
  });
});

it('gives instructions as statements and stages as blocks', () => {
  const text = 'ARG A\n# c\nFROM a AS b\nRUN x\nFROM c\nCMD d\n';
  const found = regions(parseDockerfile(text));
  expect(found.statements.map((each) => text.slice(each.start, each.end))).toEqual([
    'ARG A',
    'FROM a AS b',
    'RUN x',
    'FROM c',
    'CMD d',
  ]);
  expect(found.blocks.map((each) => text.slice(each.start, each.end))).toEqual(['FROM a AS b\nRUN x', 'FROM c\nCMD d']);
  expect(found.comments).toHaveLength(1);
});
