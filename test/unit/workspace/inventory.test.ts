import { describe, expect, it } from 'vitest';
import { WorkspaceIndex } from '../../../server/src/model/workspace-index';
import { ALL_RULES } from '../../../server/src/rules/index.gen';
import { defaultConfig } from '../../../server/src/workspace/config-file';
import { inventory, type InventoryRepository } from '../../../server/src/workspace/inventory';
import { Linter } from '../../../server/src/workspace/linter';
import { memoryFiles } from '../../support/lint';

function listed(files: Readonly<Record<string, string>>): readonly InventoryRepository[] {
  const config = defaultConfig();
  const linter = new Linter(memoryFiles(files), {
    rules: ALL_RULES,
    configFor: () => config,
    now: new Date('2026-11-21T00:00:00Z'),
  });
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  linter.useIndex(new WorkspaceIndex(sources.flatMap(({ path, text }) => linter.summarise(path, text) ?? [])));
  return inventory(sources, linter);
}

describe('inventory', () => {
  it('gives the place of the literal, in whatever file it stands, once', () => {
    const files = {
      'a.tf':
        'resource "kubernetes_pod_v1" "a" {\n  spec {\n    container {\n      name  = "a"\n      image = var.image\n    }\n  }\n}\n',
      'b.tf':
        'resource "kubernetes_pod_v1" "b" {\n  spec {\n    container {\n      name  = "b"\n      image = var.image\n    }\n  }\n}\n',
      'variables.tf': 'variable "image" {\n  default = "ghcr.io/acme/app:1.2.3"\n}\n',
    };
    const [app, ...others] = listed(files);
    expect(others).toEqual([]);
    expect(app).toMatchObject({ repository: 'ghcr.io/acme/app', tags: ['1.2.3'], builds: [] });
    expect(app?.references).toHaveLength(1);
    const { path = '', range, isWhole } = app?.references[0] ?? {};
    expect({ path, isWhole }).toEqual({ path: 'variables.tf', isWhole: true });
    expect(files['variables.tf'].slice(range?.start, range?.end)).toBe('ghcr.io/acme/app:1.2.3');
  });

  it('tells a name that is built from one that is pulled', () => {
    const found = listed({
      'compose.yaml': 'services:\n  api:\n    build: ./api\n    image: acme/api:1\n  db:\n    image: postgres:16\n',
      'release.sh': '#!/bin/sh\ndocker tag work acme/job:latest\ndocker pull alpine:3.20\n',
    });
    expect(found.map(({ repository, references }) => [repository, references.map(({ role }) => role)])).toEqual([
      ['docker.io/acme/api', ['built']],
      ['docker.io/acme/job', ['built']],
      ['docker.io/library/alpine', ['used']],
      ['docker.io/library/postgres', ['used']],
    ]);
    expect(found[0]?.builds).toEqual([{ path: 'compose.yaml', name: 'acme/api', dockerfile: 'api/Dockerfile' }]);
  });

  it('shows unknown parts, says that nothing can be put behind them, and leaves out what is wholly unknown', () => {
    const found = listed({ Dockerfile: 'ARG A\nFROM ${A}\nFROM ghcr.io/acme/api:${A}\nFROM ghcr.io/${A}/api:1\n' });
    expect(
      found.flatMap(({ repository, references }) =>
        references.map(({ text, tag, tagClass, isWhole }) => [repository, text, tag, tagClass, isWhole]),
      ),
    ).toEqual([
      ['ghcr.io/acme/api', 'ghcr.io/acme/api:…', undefined, 'unknown', false],
      ['ghcr.io/…/api', 'ghcr.io/…/api:1', '1', 'floating', false],
    ]);
  });

  it('counts no tag as latest, and a broken digest as none', () => {
    const found = listed({ Dockerfile: 'FROM nginx AS a\nFROM nginx:1.27@sha256:abc\n' });
    expect(found[0]?.tags).toEqual(['1.27', 'latest']);
    expect(found[0]?.references.map(({ digest }) => digest)).toEqual([undefined, undefined]);
  });

  it('does not depend on the order of the sources', () => {
    const files = { 'b/Dockerfile': 'FROM nginx:1\n', 'a/Dockerfile': 'FROM nginx:2\nFROM alpine:3\n' };
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    expect(listed(reversed)).toEqual(listed(files));
  });
});
