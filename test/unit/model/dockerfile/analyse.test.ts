import { describe, expect, it } from 'vitest';
import { HOLE, type MappedText } from '../../../../server/src/core/mapped-text';
import { parseDockerfile } from '../../../../server/src/lang/dockerfile/parse';
import { analyseDockerfile, type Dockerfile, type Stage } from '../../../../server/src/model/dockerfile';
import { cpuTime } from '../../../support/cpu-time';

function analyse(...lines: string[]): Dockerfile {
  return analyseDockerfile(parseDockerfile(lines.join('\n')));
}

function stage(dockerfile: Dockerfile, index: number): Stage {
  const found = dockerfile.stages[index];
  if (!found) throw new Error(`no stage ${index}`);
  return found;
}

const shown = (text: MappedText | undefined): string | undefined => text?.text.replaceAll(HOLE, '?');

/** What the value stands on in the source. */
function written(dockerfile: Dockerfile, text: MappedText | undefined): string | undefined {
  const at = text?.sourceOf();
  return at && dockerfile.syntax.text.slice(at.start, at.end);
}

/** The last instruction's argument, expanded. */
function expandLast(...lines: string[]): string | undefined {
  const dockerfile = analyse(...lines);
  const last = dockerfile.syntax.instructions.at(-1);
  return last && shown(dockerfile.expand(last.argument, last));
}

describe('base images', () => {
  it.each([
    [['FROM alpine:3.20'], 'alpine:3.20'],
    [['FROM --platform=linux/amd64 alpine:3.20 AS a'], 'alpine:3.20'],
    [['FROM host:5000/app'], 'host:5000/app'],
    [['ARG BASE=alpine:3.7', 'FROM $BASE'], 'alpine:3.7'],
    [['ARG BASE="alpine:3.7"', 'FROM ${BASE}'], 'alpine:3.7'],
    [['FROM ${BASE:-debian:9}'], 'debian:9'],
    [['ARG BASE', 'FROM ${BASE:-debian:9}'], 'debian:9'],
    [['ARG BASE', 'FROM $BASE'], '?'],
    [['ARG TAG=latest', 'FROM img:${TAG}'], 'img:latest'],
    [['ARG V=3', 'ARG TAG=$V-slim', 'FROM img:$TAG'], 'img:3-slim'],
    [['ARG V=3 TAG=$V-slim', 'FROM img:$TAG'], 'img:3-slim'],
    [['ARG V=1', 'ARG V=2', 'FROM a:$V'], 'a:2'],
    [['ARG F=1', 'FROM a:2${F:+-full}'], 'a:2-full'],
    [['FROM a:2${F:+-full}'], 'a:2'],
    [['FROM img:$TARGETARCH'], 'img:?'],
    [['ARG TARGETARCH=amd64', 'FROM img:$TARGETARCH'], 'img:?'],
    [['ENV A=b', 'FROM $A'], '?'],
    [['FROM'], ''],
  ])('%j is built from %s', (lines, expected) => {
    expect(shown(stage(analyse(...lines), 0).base)).toBe(expected);
  });

  it('maps a base to the ARG that gives it (hadolint#219, kics#5621)', () => {
    const whole = analyse('ARG BASE=alpine:latest', 'FROM $BASE');
    expect(stage(whole, 0).base.sourceOf()).toEqual({ start: 9, end: 22 });
    expect(stage(whole, 0).base.isVerbatim()).toBe(true);
    const tag = analyse('ARG TAG="latest"', 'FROM img:${TAG}');
    const { base } = stage(tag, 0);
    expect(written(tag, base.slice(4))).toBe('latest');
    expect(written(tag, base.slice(0, 3))).toBe('img');
    expect(base.sourceOf()).toBeUndefined();
  });

  it('maps a default to the FROM (hadolint#339)', () => {
    const dockerfile = analyse('FROM ${BASE:-debian:9}');
    expect(written(dockerfile, stage(dockerfile, 0).base)).toBe('debian:9');
  });

  it('does not let an ARG of a stage into the next FROM', () => {
    expect(shown(stage(analyse('FROM a', 'ARG T=1', 'FROM b:$T'), 1).base)).toBe('b:?');
  });
});

describe('stages', () => {
  it('finds the stage a FROM names, in any case (P2)', () => {
    const dockerfile = analyse('FROM golang:1.23 AS Builder', 'FROM builder as test', 'FROM TEST');
    expect(dockerfile.stages.map((each) => [each.name, each.baseStage?.name])).toEqual([
      ['Builder', undefined],
      ['test', 'Builder'],
      [undefined, 'test'],
    ]);
    expect(stage(dockerfile, 2).parents.map((each) => each.name)).toEqual(['test', 'Builder']);
    expect(dockerfile.finalStages).toEqual([stage(dockerfile, 2)]);
  });

  it('does not take a later stage or itself for the base', () => {
    const dockerfile = analyse('FROM app AS app', 'FROM late', 'FROM x AS late');
    expect(dockerfile.stages.map((each) => each.baseStage)).toEqual([undefined, undefined, undefined]);
  });

  it('does not take a number after FROM for a stage', () => {
    expect(stage(analyse('FROM a', 'FROM 0'), 1).baseStage).toBeUndefined();
  });

  it('sees that a name with holes may be a stage (hadolint#979, #1078)', () => {
    const dockerfile = analyse(
      'FROM a AS base-amd64',
      'FROM b AS base-arm64',
      'FROM base-${TARGETARCH}',
      'FROM other-${TARGETARCH}',
    );
    expect(dockerfile.stages.map((each) => each.maybeStage)).toEqual([false, false, true, false]);
  });

  it('resolves a stage name that an ARG gives', () => {
    const dockerfile = analyse('ARG FLAVOUR=slim', 'FROM a AS base-slim', 'FROM base-$FLAVOUR');
    expect(stage(dockerfile, 1).baseStage).toBe(stage(dockerfile, 0));
  });

  it('gives instructions from the FROM on', () => {
    const dockerfile = analyse('ARG A', 'FROM a', 'RUN b', 'FROM c', 'CMD d');
    expect(dockerfile.stages.map((each) => each.instructions.map((one) => one.keyword))).toEqual([
      ['FROM', 'RUN'],
      ['FROM', 'CMD'],
    ]);
    const [arg, , run] = dockerfile.syntax.instructions;
    expect(run && dockerfile.stageOf(run)?.index).toBe(0);
    expect(arg && dockerfile.stageOf(arg)).toBeUndefined();
  });

  it('has none in an empty file', () => {
    expect(analyse('').stages).toEqual([]);
    expect(analyse('RUN a').finalStages).toEqual([]);
  });
});

describe('COPY --from and mounts', () => {
  it('finds stages by name, by number, and images', () => {
    const dockerfile = analyse(
      'FROM a AS build',
      'FROM b',
      'COPY --from=BUILD /x /x',
      'COPY --from=0 /x /x',
      'COPY --from=nginx:latest /x /x',
      'COPY --chown=1:1 /x /x',
      'RUN --mount=type=bind,from=build,source=/x --mount=type=cache,target=/y make',
      'ONBUILD COPY --from=build /a /b',
      'COPY --from=7 /x /x',
    );
    expect(dockerfile.copyFrom.map((each) => [each.source.text, each.stage?.index])).toEqual([
      ['BUILD', 0],
      ['0', 0],
      ['nginx:latest', undefined],
      ['build', 0],
      ['build', 0],
      ['7', undefined],
    ]);
    expect(written(dockerfile, dockerfile.copyFrom[3]?.source)).toBe('build');
  });

  it('knows what the image is made of', () => {
    const dockerfile = analyse(
      'FROM a AS tools',
      'FROM b AS build',
      'COPY --from=tools /t /t',
      'FROM c AS base',
      'FROM d AS unused',
      'FROM base',
      'COPY --from=build /x /x',
    );
    const { layers, used } = dockerfile.reachable(stage(dockerfile, 4));
    expect(layers.map((each) => each.index)).toEqual([4, 2]);
    expect(used.map((each) => each.index)).toEqual([0, 1]);
  });
});

describe('variables', () => {
  it.each([
    [['FROM a', 'ENV V=1', 'LABEL v=$V'], 'v=1'],
    [['FROM a', 'LABEL v=$V', 'ENV V=1', 'LABEL w=$V'], 'w=1'],
    [['FROM a', 'ENV V 1 2', 'LABEL v=$V'], 'v=1 2'],
    [['FROM a', 'ENV V=1', 'ARG V=2', 'LABEL v=$V'], 'v=1'],
    [['FROM a', 'ARG V=2', 'LABEL v=$V'], 'v=2'],
    [['ARG V=2', 'FROM a', 'LABEL v=$V'], 'v=?'],
    [['ARG V=2', 'FROM a', 'ARG V', 'LABEL v=$V'], 'v=2'],
    [['FROM a', 'ENV A=1', 'ENV A=2 B=$A', 'LABEL v=$B'], 'v=1'],
    [['FROM a AS x', 'ENV A=1', 'FROM x', 'LABEL v=$A'], 'v=1'],
    [['FROM a AS x', 'ENV A=1', 'FROM y', 'LABEL v=$A'], 'v=?'],
    [['FROM a AS x', 'ARG A=1', 'FROM x', 'LABEL v=$A'], 'v=1'],
    [['FROM a', 'ARG TARGETARCH', 'LABEL v=${TARGETARCH:-x}'], 'v=?'],
    [['FROM a', 'ENV PATH=/x:$PATH', 'LABEL v=$PATH'], 'v=/x:?'],
  ])('%j', (lines, expected) => {
    expect(expandLast(...lines)).toBe(expected);
  });

  it('gives up on values that grow without end', () => {
    const doubling = Array.from({ length: 60 }, () => 'ENV A=$A$A');
    expect(expandLast('FROM a', 'ENV A=xxxxxxxx', ...doubling, 'LABEL v=$A')).toMatch(/^v=\?+$/);
  });
});

describe('scripts', () => {
  const script = (...lines: string[]): string | undefined => {
    const dockerfile = analyse(...lines);
    const last = dockerfile.syntax.instructions.at(-1);
    return last && shown(dockerfile.scriptOf(last));
  };

  it.each([
    [['FROM a', 'RUN b && \\', ' c'], 'b &&  c'],
    [['FROM a', 'RUN ["sh", "-c", "a && b"]'], "sh -c 'a && b'"],
    [['FROM a', 'CMD ["node", "it\'s.js"]'], "node 'it'\\''s.js'"],
    [['FROM a', 'ENTRYPOINT exec node $X'], 'exec node $X'],
    [['FROM a', 'HEALTHCHECK --interval=1s CMD curl -f x || exit 1'], 'curl -f x || exit 1'],
    [['FROM a', 'HEALTHCHECK CMD ["curl", "x"]'], 'curl x'],
    [['FROM a', 'HEALTHCHECK NONE'], undefined],
    [['FROM a', 'ONBUILD RUN x'], 'x'],
    [['FROM a', 'RUN <<EOF', 'a', 'b', 'EOF'], 'a\nb\n'],
    [['FROM a', 'RUN <<-EOF', '\ta', '\tEOF'], 'a\n'],
    [['FROM a', 'RUN cat <<EOF > /x', 'a', 'EOF'], 'cat <<EOF > /x\na\nEOF\n'],
    [['FROM a', 'COPY <<EOF /x', 'a', 'EOF'], undefined],
    [['FROM a', 'RUN'], undefined],
    [['FROM a', 'CMD []'], undefined],
    [['FROM a', 'EXPOSE 80'], undefined],
  ])('%j', (lines, expected) => {
    expect(script(...lines)).toBe(expected);
  });

  it('leaves PowerShell and cmd alone', () => {
    expect(script('FROM a', 'SHELL ["powershell", "-Command"]', 'RUN dir')).toBeUndefined();
    expect(script('# escape=`', 'FROM a', 'RUN dir')).toBeUndefined();
    expect(script('FROM mcr.microsoft.com/windows/servercore:ltsc2022', 'RUN dir')).toBeUndefined();
    expect(script('FROM --platform=windows/amd64 a', 'RUN dir')).toBeUndefined();
    expect(script('FROM a', 'SHELL ["cmd", "/S", "/C"]', 'SHELL ["/bin/bash", "-c"]', 'RUN dir')).toBe('dir');
    expect(script('FROM a AS b', 'SHELL ["pwsh"]', 'FROM b', 'RUN dir')).toBeUndefined();
    expect(script('FROM a AS b', 'SHELL ["pwsh"]', 'FROM c', 'RUN dir')).toBe('dir');
  });

  it('maps a script to its lines', () => {
    const dockerfile = analyse('FROM a', 'RUN b \\', ' && curl x');
    const run = dockerfile.syntax.instructions[1];
    const found = run && dockerfile.scriptOf(run);
    const at = found?.text.indexOf('curl') ?? -1;
    expect(found?.sourceOf({ start: at, end: at + 4 })).toEqual({ start: 19, end: 23 });
  });
});

it('stays fast on thousands of stages', () => {
  const started = cpuTime();
  const lines = Array.from(
    { length: 5000 },
    (_, index) => `FROM s${index} AS s${index + 1}\nCOPY --from=0 a b\nENV A=$A$B`,
  );
  const dockerfile = analyse('FROM a AS s0', ...lines);
  expect(stage(dockerfile, 5000).parents).toHaveLength(5000);
  expect(dockerfile.reachable(stage(dockerfile, 5000)).layers).toHaveLength(5001);
  expect(cpuTime() - started).toBeLessThan(5000);
});
