import { describe, expect, it } from 'vitest';
import { MappedText } from '../../../../server/src/core/mapped-text';
import { parseYaml } from '../../../../server/src/lang/data/yaml';
import { analyseKustomization, remoteBase } from '../../../../server/src/model/kustomize';

describe('analyseKustomization', () => {
  it('reads a kustomization', () => {
    const text = `resources:
  - deployment.yaml
  - https://github.com/org/repo//base?ref=main
bases: [../base]
components:
  - github.com/org/repo
images:
  - name: web
    newName: ghcr.io/org/web
    newTag: "1.10"
  - {name: db, digest: sha256:abc, newTag: }
  - x
configMapGenerator:
  - name: settings
    literals: [a=b]
  - name: fixed
    options: {disableNameSuffixHash: true}
secretGenerator:
  - {name: keys}
helmCharts:
  - {name: redis, repo: https://charts.example.com, version: 1.2.3}
`;
    const found = analyseKustomization(parseYaml(text));
    expect(
      found.images.map(({ name, newName, newTag, digest }) => [
        name?.value,
        newName?.value,
        newTag?.value,
        digest?.value,
      ]),
    ).toEqual([
      ['web', 'ghcr.io/org/web', '1.10', undefined],
      ['db', undefined, undefined, 'sha256:abc'],
    ]);
    expect(text.slice(found.images[0]?.newTag?.range.start, found.images[0]?.newTag?.range.end)).toBe('"1.10"');
    expect(
      found.resources.map(({ key, node, remote }) => [key, node.value, remote?.ref?.text ?? remote?.type]),
    ).toEqual([
      ['resources', 'deployment.yaml', undefined],
      ['resources', 'https://github.com/org/repo//base?ref=main', 'main'],
      ['bases', '../base', undefined],
      ['components', 'github.com/org/repo', 'git'],
    ]);
    expect(found.generators.map(({ kind, name, hashDisabled }) => [kind, name?.value, hashDisabled])).toEqual([
      ['ConfigMap', 'settings', false],
      ['ConfigMap', 'fixed', true],
      ['Secret', 'keys', false],
    ]);
    expect(
      found.helmCharts.map(({ name, version, repository }) => [name?.value, version?.value, repository?.value]),
    ).toEqual([['redis', '1.2.3', 'https://charts.example.com']]);
  });

  it('reads the options of all generators', () => {
    const text =
      'generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:\n  - name: a\n  - name: b\n    options: {disableNameSuffixHash: false}\n';
    expect(analyseKustomization(parseYaml(text)).generators.map(({ hashDisabled }) => hashDisabled)).toEqual([
      true,
      false,
    ]);
  });

  it('is empty for an empty file', () => {
    expect(analyseKustomization(parseYaml(''))).toMatchObject({ root: undefined, images: [], resources: [] });
  });
});

describe('remoteBase', () => {
  it.each([
    ['https://github.com/org/repo//path?ref=v1.0.0', 'git', 'v1.0.0'],
    ['https://github.com/org/repo.git?timeout=90s&ref=abc', 'git', 'abc'],
    ['https://github.com/org/repo?version=v2', 'git', 'v2'],
    ['https://github.com/org/repo?ref=', 'git', undefined],
    ['ssh://git@github.com/org/repo', 'git', undefined],
    ['git@github.com:org/repo?ref=main', 'git', 'main'],
    ['git::https://example.com/x', 'git', undefined],
    ['https://raw.githubusercontent.com/org/repo/v1/x.yaml', 'file', undefined],
    ['https://github.com/org/repo/releases/download/v1/install.yaml', 'file', undefined],
    ['github.com/org/repo/path?ref=x', 'git', 'x'],
  ])('%s is a %s', (text, type, ref) => {
    const found = remoteBase(MappedText.verbatim(text, 5));
    expect([found?.type, found?.ref?.text]).toEqual([type, ref]);
    if (ref !== undefined) {
      expect(found?.ref?.sourceOf()).toEqual({
        start: 5 + text.lastIndexOf(ref),
        end: 5 + text.lastIndexOf(ref) + ref.length,
      });
    }
  });

  it.each(['deployment.yaml', '../base', './x?ref=y', 'github.com', 'a/github.com/x'])('%s is local', (text) => {
    expect(remoteBase(MappedText.verbatim(text, 0))).toBeUndefined();
  });
});
