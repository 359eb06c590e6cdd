import { describe, expect, it } from 'vitest';
import { HOLE, MappedText } from '../../../../server/src/core/mapped-text';
import { get } from '../../../../server/src/lang/data/tree';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import {
  analyseAction,
  analyseWorkflow,
  input,
  resolveExpression,
  scopeOf,
} from '../../../../server/src/model/workflow';
import { cpuTime } from '../../../support/cpu-time';

const TEXT = `name: Release
on:
  push: {branches: [main]}
  workflow_dispatch:
env:
  REGISTRY: ghcr.io
  SAME: \${{ env.REGISTRY }}/app
defaults:
  run: {shell: bash}
concurrency: release
jobs:
  build:
    name: Build \${{ matrix.os }}
    runs-on: [self-hosted, linux]
    strategy:
      matrix:
        os: [a, b]
        node:
          - {image: node:20, tag: x}
          - {image: node:22, tag: y}
        dynamic: \${{ fromJSON('[]') }}
        include:
          - os: c
            extra: only
    container:
      image: \${{ matrix.node.image }}
    services:
      db: postgres:16
      cache:
        image: redis:7
    env:
      TAG: "1.2"
      IMAGE: \${{ env.REGISTRY }}/app
    steps:
      - uses: actions/checkout@v4 # v4.2.2
        with: {Fetch-Depth: 0}
      - id: make
        name: Make
        if: always()
        run: |
          make
          make test
        shell: pwsh
        working-directory: src
        env: {TAG: "1.3"}
  deploy:
    needs: build
    environment:
      name: production
      url: x
    runs-on: ubuntu-24.04
    steps: [{run: deploy}]
  call:
    needs: [build, deploy]
    uses: org/repo/.github/workflows/x.yml@main
    with: {a: b}
`;

const workflow = analyseWorkflow(parseYaml(TEXT));
const [build, deploy, call] = workflow.jobs;

describe('analyseWorkflow', () => {
  it('reads jobs and steps', () => {
    expect(workflow).toMatchObject({ name: 'Release', triggers: ['push', 'workflow_dispatch'] });
    expect(workflow.jobs.map(({ id, needs, environment, runsOn }) => [id, needs, environment, runsOn])).toEqual([
      ['build', [], undefined, ['self-hosted', 'linux']],
      ['deploy', ['build'], 'production', ['ubuntu-24.04']],
      ['call', ['build', 'deploy'], undefined, []],
    ]);
    expect(build?.container?.image?.text).toBe('${{ matrix.node.image }}');
    expect(build?.services.map(({ name, image }) => [name, image?.text])).toEqual([
      ['db', 'postgres:16'],
      ['cache', 'redis:7'],
    ]);
    expect(call?.uses?.text).toBe('org/repo/.github/workflows/x.yml@main');
    expect(call?.with.map(({ key }) => key)).toEqual(['a']);
    const [checkout, make] = build?.steps ?? [];
    expect(checkout?.uses?.text).toBe('actions/checkout@v4');
    expect(checkout && input(checkout, 'fetch-depth')?.value).toBe(0);
    expect(make).toMatchObject({
      id: 'make',
      name: 'Make',
      index: 1,
      shell: 'pwsh',
      workingDirectory: { text: 'src' },
    });
    expect(make?.run?.text).toBe('make\nmake test\n');
    const place = make?.run?.sourceOf({ start: 5, end: 9 });
    expect(TEXT.slice(place?.start, place?.end)).toBe('make');
    expect(TEXT.indexOf('make test')).toBe(place?.start);
    expect(deploy?.steps[0]?.shell).toBe('bash');
  });

  it.each([
    ['on: push\n', ['push']],
    ['on: [push, pull_request]\n', ['push', 'pull_request']],
    ['"on": {schedule: []}\n', ['schedule']],
    ['', []],
  ])('reads the triggers of %j', (text, expected) => {
    expect(analyseWorkflow(parseYaml(text)).triggers).toEqual(expected);
  });

  it('reads a short environment, container and runner group', () => {
    const found = analyseWorkflow(
      parseYaml(
        'jobs:\n  a:\n    environment: prod\n    container: node:20\n    runs-on: {group: g, labels: [x]}\n    concurrency: {group: a}\n',
      ),
    ).jobs[0];
    expect(found).toMatchObject({ environment: 'prod', container: { image: { text: 'node:20' } }, runsOn: ['x'] });
    expect(get(found?.concurrency, 'group')).toMatchObject({ value: 'a' });
  });

  it('survives what is not what it should be', () => {
    for (let end = 0; end < TEXT.length; end += 5) analyseWorkflow(parseYaml(TEXT.slice(0, end)));
    const broken = analyseWorkflow(
      parseYaml('jobs:\n  a: {steps: x, services: [b], container: , strategy: y, needs: {a: b}, env: [c]}\n  b: 1\n'),
    );
    expect(broken.jobs.map(({ id, steps, services, container }) => [id, steps, services, container?.image])).toEqual([
      ['a', [], [], undefined],
    ]);
  });
});

describe('analyseAction', () => {
  it('reads composite and Docker actions', () => {
    const composite = analyseAction(
      parseYaml(
        'name: x\nruns:\n  using: composite\n  steps:\n    - run: make\n      shell: bash\n    - uses: a/b@v1\n',
      ),
    );
    expect(composite).toMatchObject({ using: 'composite', image: undefined });
    expect(composite.steps.map(({ run, uses, shell }) => [run?.text, uses?.text, shell])).toEqual([
      ['make', undefined, 'bash'],
      [undefined, 'a/b@v1', undefined],
    ]);
    expect(analyseAction(parseYaml('runs: {using: docker, image: "docker://alpine:3"}\n')).image?.value).toBe(
      'docker://alpine:3',
    );
  });
});

describe('resolveExpression', () => {
  const resolve = (text: string): string[] =>
    resolveExpression(MappedText.verbatim(text, 1000), scopeOf(workflow, build, build?.steps[1])).map(
      (found) => found.text,
    );

  it.each([
    ['plain', ['plain']],
    ['${{ matrix.os }}', ['a', 'b', 'c']],
    ['x:${{ matrix.os }}-y', ['x:a-y', 'x:b-y', 'x:c-y']],
    ['${{matrix.node.image}}', ['node:20', 'node:22']],
    ["${{ matrix.node['tag'] }}", ['x', 'y']],
    ['${{ matrix.os }}/${{ matrix.os }}', ['a/a', 'b/b', 'c/c']],
    ['${{ matrix.extra }}', ['only']],
    ['${{ matrix.dynamic }}', [HOLE]],
    ['${{ matrix.none }}', [HOLE]],
    ['${{ matrix.node }}', [HOLE]],
    ['${{ env.TAG }}', ['1.3']],
    ['${{ env.IMAGE }}:${{ env.TAG }}', ['ghcr.io/app:1.3']],
    // An `env` cannot be defined by another of the same map.
    ['${{ env.SAME }}', [`${HOLE}/app`]],
    ['${{ env.NONE }}', [HOLE]],
    ['${{ needs.a.outputs.b }}', [HOLE]],
    ['a${{ inputs.x }}b', [`a${HOLE}b`]],
    ["${{ 'it''s' }}", ["it's"]],
    ["${{ matrix.os == 'a' && 'x}}' || 'y' }}z", [`${HOLE}z`]],
    ['${{ matrix.os', ['${{ matrix.os']],
  ])('P9: %s', (text, expected) => {
    expect(resolve(text)).toEqual(expected);
  });

  it('gives each value its own place', () => {
    const images = resolveExpression(MappedText.verbatim('${{ matrix.node.image }}', 0), scopeOf(workflow, build));
    expect(images.map((image) => TEXT.slice(image.sourceOf()?.start, image.sourceOf()?.end))).toEqual([
      'node:20',
      'node:22',
    ]);
    const [joined] = resolveExpression(MappedText.verbatim('app:${{ env.TAG }}', 0), scopeOf(workflow, build));
    expect(joined?.sourceOf()).toBeUndefined();
    const tag = joined?.sourceOf({ start: 4, end: 7 });
    expect(TEXT.slice(tag?.start, tag?.end)).toBe('1.2');
    const [hole] = resolveExpression(MappedText.verbatim('app:${{ inputs.x }}-y', 10), {});
    expect(hole?.sourceOf()).toEqual({ start: 10, end: 31 });
  });

  it('knows no values of a matrix that is an expression', () => {
    const { jobs } = analyseWorkflow(
      parseYaml(
        'jobs:\n  a:\n    strategy: {matrix: "${{ fromJSON(x) }}"}\n  b:\n    strategy: {matrix: {os: [a], include: "${{ x }}"}}\n',
      ),
    );
    for (const found of jobs) {
      expect(
        resolveExpression(MappedText.verbatim('${{ matrix.os }}', 0), scopeOf(undefined, found)).map(
          ({ text }) => text,
        ),
      ).toEqual([HOLE]);
    }
  });

  it('ends with circles, many combinations and long texts', () => {
    const circle = analyseWorkflow(parseYaml('env: {A: "${{ env.B }}", B: "${{ env.A }}"}\n'));
    expect(
      resolveExpression(MappedText.verbatim('${{ env.A }}', 0), scopeOf(circle, undefined)).map(({ text }) => text),
    ).toEqual([HOLE]);
    const keys = ['a', 'b', 'c'];
    const wide = analyseWorkflow(
      parseYaml(
        `jobs:\n  x:\n    strategy:\n      matrix:\n${keys.map((key) => `        ${key}: [1, 2, 3, 4, 5]\n`).join('')}`,
      ),
    );
    const all = MappedText.verbatim(keys.map((key) => `\${{ matrix.${key} }}`).join(''), 0);
    expect(resolveExpression(all, scopeOf(wide, wide.jobs[0])).map(({ text }) => text)).toEqual([HOLE]);
    const start = cpuTime();
    resolveExpression(MappedText.verbatim('${{ github.sha }} '.repeat(5000), 0), {});
    resolveExpression(MappedText.verbatim('${{ '.repeat(20_000), 0), {});
    expect(cpuTime() - start).toBeLessThan(5000);
  });
});
