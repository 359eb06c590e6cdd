import { DockerfileParser } from 'dockerfile-ast';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../../../server/src/lang/dockerfile/ast';
import { parseDockerfile } from '../../../../server/src/lang/dockerfile/parse';
import { LineIndex } from '../../../../server/src/core/text';

/**
 * Instructions as they occur in the wild; each may be spread over lines. Not here: a line that ends with two escape characters,
 * which dockerfile-ast continues and BuildKit does not (parse.test.ts has it).
 */
const pieces = fc.constantFrom(
  'FROM alpine:3.20',
  'FROM --platform=linux/amd64 golang:1.23 AS build',
  'from build as test',
  'ARG VERSION=1.2',
  'ENV A=1 B="x y"',
  'ENV LEGACY some value',
  'RUN apt-get update && apt-get install -y curl',
  'RUN --mount=type=cache,target=/root/.cache --network=none make',
  'RUN apt-get update \\\n    && apt-get install -y \\\n    curl',
  'RUN a \\\n# comment\n  b',
  'RUN a && \\  \n\tb',
  'RUN ["sh", "-c", "x"]',
  'COPY --from=build --chown=1:1 /a /b',
  'COPY --link a \\\n  b',
  'ADD https://example.com/a.tgz /a',
  'CMD ["node", "a.js"]',
  'CMD node a.js',
  'ENTRYPOINT ["/init"]',
  'EXPOSE 80 443/tcp',
  'LABEL a="b c" d=e',
  'HEALTHCHECK --interval=5s --retries=3 CMD curl -f http://x',
  'HEALTHCHECK NONE',
  'ONBUILD RUN x',
  'USER app',
  'VOLUME ["/data"]',
  'WORKDIR /x',
  'STOPSIGNAL SIGTERM',
  'SHELL ["/bin/bash", "-c"]',
  'MAINTAINER a b',
  'RUN <<EOF\napt-get update\n\n# x\nFROM y\nEOF',
  'COPY <<-"E" /x\n\ta\n\tE',
);
const gaps = fc.constantFrom('\n', '\n\n', '\n# comment\n', '\n  \n', '\n   ', '\n\t# c\n\n');
const file = fc
  .array(fc.tuple(pieces, gaps), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.map(([piece, gap]) => piece + gap).join(''));

interface Shape {
  readonly keyword: string;
  readonly start: string;
  readonly endLine: number;
  readonly flags: readonly string[];
}

function ours(text: string): Shape[] {
  const lines = new LineIndex(text);
  return parseDockerfile(text).instructions.map((each: Instruction) => {
    const start = lines.position(each.range.start);
    return {
      keyword: each.keyword,
      start: `${start.line}:${start.column}`,
      endLine: lines.position(each.range.end).line,
      flags: each.flags.map((flag) => `${flag.name}=${flag.value?.text ?? ''}`),
    };
  });
}

function theirs(text: string): Shape[] {
  return DockerfileParser.parse(text)
    .getInstructions()
    .map((each) => {
      const { start, end } = each.getRange();
      const flagged = each as unknown as {
        getFlags?(): readonly { getName(): string; getValue(): string | null }[];
      };
      return {
        keyword: each.getKeyword(),
        start: `${start.line}:${start.character}`,
        endLine: end.line,
        flags: (flagged.getFlags?.() ?? []).map((flag) => `${flag.getName()}=${flag.getValue() ?? ''}`),
      };
    });
}

describe('against dockerfile-ast', () => {
  it('splits generated files into the same instructions, lines and flags', () => {
    fc.assert(
      fc.property(file, (text) => {
        expect(ours(text)).toEqual(theirs(text));
      }),
      { seed: 20251121, numRuns: 3000 },
    );
  });

  it('does so with CRLF', () => {
    fc.assert(
      fc.property(file, (text) => {
        const windows = text.replaceAll('\n', '\r\n');
        expect(ours(windows)).toEqual(theirs(windows));
      }),
      { seed: 20251122, numRuns: 1000 },
    );
  });
});

describe('exec form against JSON.parse', () => {
  const strings = fc.array(fc.string({ unit: 'binary' }).map((text) => text.replace(/[\n\r]/g, '\t')));

  it('decodes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(strings, (items) => {
        const [cmd] = parseDockerfile(`CMD ${JSON.stringify(items)}`).instructions;
        expect(cmd?.execForm?.map((item) => item.text)).toEqual(items);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('takes a text for exec form exactly when JSON.parse gives an array of strings', () => {
    const soup = fc
      .array(fc.constantFrom('"', 'a', '\\', ',', ']', '[', ' ', 'n', '1', '\\"', '"a"', ', "b"'), { maxLength: 12 })
      .map((parts) => `["x"${parts.join('')}`);
    fc.assert(
      fc.property(soup, (text) => {
        const [cmd] = parseDockerfile(`CMD ${text}\n`).instructions;
        // A line that goes on has no JSON of its own.
        if (/(^|[^\\])\\ *$/.test(text)) return;
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expected = undefined;
        }
        const strings = Array.isArray(expected) && expected.every((item) => typeof item === 'string');
        expect(cmd?.execForm?.map((item) => item.text)).toEqual(strings ? expected : undefined);
      }),
      { seed: 2, numRuns: 5000 },
    );
  });
});
