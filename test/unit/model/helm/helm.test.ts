import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { analyseHelmChart, analyseHelmValues } from '../../../../server/src/model/helm';

describe('analyseHelmValues', () => {
  it('finds images in parts', () => {
    const text = `image:
  repository: nginx
  tag: latest # moving
sidecars:
  - image:
      registry: ghcr.io
      repository: org/proxy
      tag: ""
      digest: sha256:abc
global: {image: {repository: a/b}}
web:
  repository: org/web
  tag: 1.10
`;
    const images = analyseHelmValues(parseYaml(text));
    expect(
      images.map(({ path, registry, repository, tag, tagEntry, digest }) => [
        path.join('.'),
        registry?.value,
        repository.value,
        tag?.text.text,
        tagEntry !== undefined,
        digest?.value,
      ]),
    ).toEqual([
      ['image', undefined, 'nginx', 'latest', true, undefined],
      ['sidecars.0.image', 'ghcr.io', 'org/proxy', undefined, true, 'sha256:abc'],
      ['global.image', undefined, 'a/b', undefined, false, undefined],
      ['web', undefined, 'org/web', '1.10', true, undefined],
    ]);
    expect(text.slice(images[0]?.tag?.range.start, images[0]?.tag?.range.end)).toBe('latest');
  });

  it('takes no Git or chart repository for an image', () => {
    const text = `git: {repository: https://github.com/a/b, tag: v1}
ssh: {repository: git@github.com:a/b, tag: v1}
chart: {repository: oci://x/y, tag: v1}
plain: {repository: a}
list: {repository: [a], tag: b}
empty: {repository: , tag: b}
`;
    expect(analyseHelmValues(parseYaml(text))).toEqual([]);
  });

  it('reads an anchored image where it is written', () => {
    const images = analyseHelmValues(
      parseYaml('a:\n  image: &i {repository: x, tag: y}\nb:\n  image: *i\nc:\n  image:\n    <<: *i\n    tag: z\n'),
    );
    expect(images.map(({ path, repository, tag }) => [path.join('.'), repository.value, tag?.value])).toEqual([
      ['a.image', 'x', 'y'],
      ['c.image', 'x', 'z'],
    ]);
  });
});

describe('analyseHelmChart', () => {
  it('reads a chart', () => {
    const chart = analyseHelmChart(
      parseYaml(`apiVersion: v2
name: web
version: 0.1.0
appVersion: "1.2.3"
dependencies:
  - {name: redis, version: ">=1", repository: "https://charts.example.com"}
  - {name: local, repository: "file://../x", version: ""}
  - x
`),
    );
    expect(chart).toMatchObject({ name: 'web', version: { value: '0.1.0' }, appVersion: { value: '1.2.3' } });
    expect(
      chart.dependencies.map(({ name, version, repository }) => [name?.value, version?.value, repository?.value]),
    ).toEqual([
      ['redis', '>=1', 'https://charts.example.com'],
      ['local', undefined, 'file://../x'],
    ]);
    expect(analyseHelmChart(parseYaml('')).dependencies).toEqual([]);
  });
});
