import { describe, expect, it } from 'vitest';
import type { ProjectFiles } from '../../../server/src/model/project';
import { WorkspaceIndex } from '../../../server/src/model/workspace-index';
import { ALL_RULES } from '../../../server/src/rules/index.gen';
import { defaultConfig } from '../../../server/src/workspace/config-file';
import { Linter, type FileLint } from '../../../server/src/workspace/linter';
import { mixedTree } from '../../bench/generate';
import { memoryFiles } from '../../support/lint';

const config = defaultConfig();

/** Both passes over all files; how often each was read besides. */
function lintAll(
  files: Readonly<Record<string, string>>,
  use: 'editor' | 'run',
): { readonly results: readonly (FileLint | undefined)[]; readonly reads: ReadonlyMap<string, number> } {
  const reads = new Map<string, number>();
  const memory = memoryFiles(files);
  const counting: ProjectFiles = {
    list: (directory) => memory.list(directory),
    read: (path) => {
      reads.set(path, (reads.get(path) ?? 0) + 1);
      return memory.read(path);
    },
  };
  const linter = new Linter(counting, {
    rules: ALL_RULES,
    configFor: () => config,
    now: new Date('2026-11-21T00:00:00Z'),
    use,
  });
  const paths = Object.keys(files).sort();
  const summaries = paths.flatMap((path) => linter.summarise(path, files[path] ?? '') ?? []);
  linter.useIndex(new WorkspaceIndex(summaries));
  return { results: paths.map((path) => linter.lint(path, files[path] ?? '')), reads };
}

describe('Linter', () => {
  it('finds the same in a run, where trees are dropped, as in an editor, where they stay', () => {
    const files = Object.fromEntries(mixedTree(120).map(({ path, text }) => [path, text]));
    const run = lintAll(files, 'run').results;
    expect(run.flatMap((result) => result?.findings ?? []).length).toBeGreaterThan(50);
    expect(run).toEqual(lintAll(files, 'editor').results);
  });

  it('reads the files of a module a few times each, also when the module is larger than what is kept', () => {
    const block = (i: number): string => `resource "aws_instance" "web_${i}" {\n  ami = "ami-1"\n}\n`;
    const text = Array.from({ length: 300 }, (_, i) => block(i)).join('');
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`infra/part${i}.tf`, text]));
    const { reads } = lintAll(files, 'run');
    const most = Math.max(...Object.keys(files).map((path) => reads.get(path) ?? 0));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('summaries', () => {
  const linter = new Linter(memoryFiles({}), { rules: [], configFor: () => config, now: new Date(0) });
  const images = (path: string, text: string): string[] =>
    (linter.summarise(path, text)?.imagesUsed ?? []).map(({ repository }) => repository);
  const used = ['docker.io/acme/web'];

  it.each([
    ['aws_lambda_function', 'image_uri = "acme/web:1"'],
    ['docker_container', 'image = "acme/web:1"'],
    ['kubernetes_deployment_v1', 'spec {\n template {\n spec {\n container {\n image = "acme/web:1"\n}\n}\n}\n}'],
    ['aws_ecs_task_definition', 'container_definitions = jsonencode([{ name = "web", image = "acme/web:1" }])'],
    ['aws_batch_job_definition', 'container_properties = jsonencode({ image = "acme/web:1" })'],
    ['azurerm_container_group', 'container {\n image = "acme/web:1"\n}'],
  ])('tell the images of %s', (type, body) => {
    expect(images('main.tf', `resource "${type}" "web" {\n${body}\n}\n`)).toEqual(used);
  });

  it('tell the images of a configuration in JSON', () => {
    const json = JSON.stringify({ resource: { docker_container: { web: { image: 'acme/web:1' } } } });
    expect(images('json/main.tf.json', json)).toEqual(used);
  });

  it('tell what the images of Packer are made from', () => {
    const text = 'source "docker" "web" {\n  image = "acme/web:1"\n}\nbuild {\n  sources = ["source.docker.web"]\n}\n';
    const files = memoryFiles({ 'web.pkr.hcl': text });
    const own = new Linter(files, { rules: [], configFor: () => config, now: new Date(0) });
    expect(own.summarise('web.pkr.hcl', text)?.imagesUsed.map(({ repository }) => repository)).toEqual(used);
  });

  it('tell the modules that are called and the repositories that keep their tags', () => {
    const text = `module "web" {\n  source = "./web"\n}
resource "aws_ecr_repository" "web" {
  name                 = "acme/web"
  image_tag_mutability = "IMMUTABLE"
}
`;
    const summary = linter.summarise('main.tf', text);
    expect(summary?.modulesCalled).toEqual(['web']);
    expect(summary?.immutableRepositories).toEqual(['acme/web']);
  });
});
