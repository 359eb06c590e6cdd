import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectPipeline, type DetectedPipeline, type SourceFile } from '../../../release/src/api/detect-pipeline';
import { readPipeline } from '../../../release/src/config/read';
import type { Pipeline } from '../../../release/src/config/types';

const ROOT = join(import.meta.dirname, '..', '..', '..');

function tree(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => !path.includes('node_modules') && statSync(join(folder, path)).isFile() && path !== 'immutable.yaml',
    )
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

/** The proposal, which must be a pipeline. */
function proposed(files: readonly SourceFile[], name = 'Shop'): DetectedPipeline & { pipeline: Pipeline } {
  const detected = detectPipeline(files, name);
  const { pipeline, problems } = readPipeline(detected.text, 'immutable.yaml');
  expect(problems, detected.text).toEqual([]);
  if (!pipeline) throw new Error('no pipeline');
  return { ...detected, pipeline };
}

function files(given: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(given).map(([path, text]) => ({ path, text }));
}

describe('every tree of the examples', () => {
  const folders = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(ROOT, 'examples', path)).isDirectory(),
  );
  it.each(['', ...folders])('gives a pipeline: examples/%s', (folder) => {
    const at = join(ROOT, 'examples', folder);
    proposed(tree(at), basename(at));
  });

  it('finds what the two that run are made of', () => {
    const containers = proposed(tree(join(ROOT, 'examples/pipelines/containers'))).pipeline;
    expect([...containers.images.keys()]).toEqual(['app']);
    expect(containers.environments.get('local')?.target.kind).toBe('containers');
    const { target } =
      proposed(tree(join(ROOT, 'examples/pipelines/packer-terraform'))).pipeline.environments.get('production') ?? {};
    expect(target).toMatchObject({
      kind: 'terraform',
      directory: 'terraform',
      blueGreen: {
        active: { variable: 'active_colour', output: 'active_colour', values: ['blue', 'green'] },
        image: { variable: 'images', output: 'images' },
        idle: 'destroy',
      },
      guard: { route: ['terraform_data.router'] },
    });
  });
});

const PACKER = `
variable "app_version" { type = string }
variable "subnet" { type = string }
variable "region" { default = "eu-west-1" }
source "amazon-ebs" "web" {
  region = "eu-west-1"
}
build { sources = ["source.amazon-ebs.web"] }
`;
const ASG = `
variable "ami_id" { type = string }
variable "release" { type = string }
variable "vpc" { type = string }
variable "size" { default = "t3.small" }
resource "aws_launch_template" "web" { image_id = var.ami_id }
resource "aws_autoscaling_group" "web" {
  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }
}
output "ami_id" { value = aws_launch_template.web.image_id }
output "group" { value = aws_autoscaling_group.web.name }
`;

describe('layouts', () => {
  it('Packer and an Auto Scaling group: variables, outputs, guard and refresh', () => {
    const { pipeline, open, found } = proposed(
      files({
        'packer/web.pkr.hcl': PACKER,
        'infra/main.tf': ASG,
        'infra/staging.tfvars': 'vpc = "vpc-1"\n',
        'infra/modules/net/main.tf': 'variable "image_id" {}\nresource "aws_instance" "x" { ami = var.image_id }\n',
      }),
    );
    expect(pipeline.app).toBe('shop');
    expect(pipeline.images.get('vm')?.bake).toMatchObject({
      kind: 'packer',
      template: 'packer/web.pkr.hcl',
      variables: { app_version: '${release.version}' },
      artifact: { kind: 'ami', region: 'eu-west-1' },
    });
    expect([...pipeline.environments.keys()]).toEqual(['staging']);
    expect(pipeline.environments.get('staging')).toMatchObject({
      protected: false,
      target: {
        directory: 'infra',
        variableFiles: ['infra/staging.tfvars'],
        set: { ami_id: '${image.vm.id}', release: '${release.version}' },
        readImage: { output: 'ami_id' },
        guard: { deploy: ['aws_launch_template.web', 'aws_autoscaling_group.web'] },
        refresh: { group: '${output.group}' },
      },
    });
    expect(open).toEqual(['give vm its variables subnet', 'write the health check of staging']);
    expect(found).toContain('image vm: Packer, amazon-ebs (packer/web.pkr.hcl)');
  });

  it('Terraform in production without the outputs: they are asked for, and the environment is protected', () => {
    const { text, pipeline } = proposed(
      files({
        'vm.pkr.hcl': PACKER,
        'envs/prod/main.tf': 'variable "web_ami" {}\nresource "aws_instance" "web" { ami = var.web_ami }\n',
      }),
    );
    expect(pipeline.environments.get('prod')?.protected).toBe(true);
    expect(text).toContain('No output tells which image is live. Add one: output "web_ami" { value = var.web_ami }');
  });

  it('blue/green: with a map of images, and the warning without one', () => {
    const router =
      'resource "aws_lb_listener_rule" "web" { action { target_group_arn = aws_lb_target_group.web[var.active_environment].arn } }';
    const packer = { 'packer/web.pkr.hcl': PACKER.replace('amazon-ebs', 'file').replace('amazon-ebs', 'file') };
    const good = proposed(
      files({
        ...packer,
        'main.tf': `variable "active_environment" {}\nvariable "images" { type = map(string) }\nresource "aws_instance" "web" {\n for_each = var.images\n ami = each.value\n}\n${router}\n`,
      }),
    );
    expect(good.pipeline.environments.get('production')).toMatchObject({
      target: {
        directory: '.',
        blueGreen: { idle: 'destroy', image: { variable: 'images' } },
        guard: { route: ['aws_lb_listener_rule.web'] },
      },
      route: { kind: 'terraform' },
    });
    const poor = proposed(
      files({ ...packer, 'main.tf': `variable "active_environment" { default = "blue" }\n${router}\n` }),
    );
    expect(poor.text).toContain('! There is no image for each colour');
    expect(poor.open.join()).toContain('blue/green cannot work without it');
  });

  it('compose names the services, their repositories and which of them is published', () => {
    const { pipeline, text } = proposed(
      files({
        'compose.yaml': `services:
  jobs: { build: { context: ./jobs } }
  site:
    build: { context: ., dockerfile: docker/Site.Dockerfile }
    image: registry.example/shop/site:1
    ports: ["80:3000"]
  db: { image: "postgres:17" }
`,
        'jobs/Dockerfile': 'FROM scratch\n',
        'docker/Site.Dockerfile': 'FROM scratch\nEXPOSE 3000\nHEALTHCHECK CMD wget -q http://127.0.0.1:3000/up\n',
      }),
    );
    expect([...pipeline.images.keys()]).toEqual(['site', 'jobs']);
    expect(pipeline.images.get('site')?.bake).toMatchObject({
      dockerfile: 'docker/Site.Dockerfile',
      context: '.',
      repository: 'registry.example/shop/site',
      insecureRegistry: false,
    });
    expect(pipeline.images.get('jobs')?.bake).toMatchObject({
      repository: '127.0.0.1:5000/shop/jobs',
      insecureRegistry: true,
    });
    const local = pipeline.environments.get('local');
    expect(local?.health[0]).toMatchObject({ url: 'http://127.0.0.1:${slot.port}/up', identity: 'none' });
    expect(local?.target.kind === 'containers' && local.target.run[0]?.slots.get('green')?.publish).toEqual([
      '127.0.0.1:8082:3000',
    ]);
    expect(text).toContain('Its Dockerfile exposes no port: 8080 is a guess.');
  });

  it('Kubernetes and a workflow name the repository; deploying there is said to come later', () => {
    const deployment =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: ghcr.io/shop/api:1.2\n';
    const workflow =
      'on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n      - run: docker push quay.io/shop/worker:${{ github.sha }}\n      - run: docker push $REGISTRY/shop/nobody\n';
    const { pipeline, text, open } = proposed(
      files({
        'k8s/api.yaml': deployment,
        '.github/workflows/build.yml': workflow,
        'api/Dockerfile': 'FROM scratch\n',
        'Dockerfile.worker': 'FROM scratch\n',
      }),
    );
    expect(pipeline.images.get('api')?.bake).toMatchObject({ repository: 'ghcr.io/shop/api' });
    expect(pipeline.images.get('worker')?.bake).toMatchObject({
      dockerfile: 'Dockerfile.worker',
      repository: 'quay.io/shop/worker',
    });
    expect(text).toContain('# Deployment api (k8s/api.yaml): deploying to Kubernetes comes in a later version.');
    expect(text).toContain('.github/workflows/build.yml builds or applies by itself.');
    expect(open).toContain('deploying to Kubernetes comes in a later version');
  });

  it('Packer JSON with several builders, a template in two files, and no one who takes the image', () => {
    const json = JSON.stringify({
      variables: { commit: null, size: '1' },
      builders: [{ type: 'qemu', name: 'small' }, { type: 'docker' }],
    });
    const { pipeline, text } = proposed(
      files({
        'old/base.json': json,
        'new/a.pkr.hcl': 'source "docker" "a" { image = "x" }\nsource "qemu" "b" {}\n',
        'new/b.pkr.hcl': 'build {\n  name = "both"\n  sources = ["docker.a", "qemu.b"]\n}\n',
      }),
    );
    expect(pipeline.images.get('base')?.bake).toMatchObject({
      artifact: { kind: 'files' },
      only: ['small'],
      variables: { commit: '${release.commit}' },
    });
    expect(pipeline.images.get('new')?.bake).toMatchObject({
      template: 'new',
      artifact: { kind: 'container' },
      only: ['both.docker.a'],
    });
    expect(pipeline.environments.size).toBe(0);
    expect(text).toContain('Nothing here takes the image. `immutable-infra bake new` works');
  });

  it('nothing that is deployed gives an example; tests, examples and vendored files are not deployed', () => {
    const nothing = proposed(files({ 'README.md': '# Hello\n' }), '42 Läden!');
    expect(nothing).toMatchObject({ isFound: false, found: [], pipeline: { app: 'l-den' } });
    expect(nothing.text).toContain('this is an example. Write the Dockerfile first.');
    const { pipeline } = proposed(
      files({ Dockerfile: 'FROM a\n', 'tests/Dockerfile': 'FROM b\n', 'node_modules/x/Dockerfile': 'FROM c\n' }),
    );
    expect([...pipeline.images.keys()]).toEqual(['shop']);
  });
});

describe('whatever the files are', () => {
  const EVIL = [
    'a\n b: c',
    '__proto__',
    'constructor',
    '${x}',
    '#',
    '- ',
    '\u001b[31m',
    '..',
    'a: b',
    '"',
    "'",
    'true',
    '1',
    'ä',
    '💥',
    '*',
    '&a',
    '{',
    '%',
  ];
  const TEXTS = [
    PACKER,
    ASG,
    'FROM scratch\nEXPOSE 99999\n',
    'FROM a\nHEALTHCHECK CMD curl http://x/${y}\n',
    'services: { "a\\nb": { build: ., image: "${X}/y" } }\n',
    'services: [1]\n',
    'variable "active" {}\nvariable "amis" { type = map(string) }\nresource "x_y" "z" { a = var.active }\n',
    'variable "\\"*/ image" {}\nresource "a" "b" { image = var.image }\nvariable "image" {}\n',
    '{"builders":[{"type":"amazon-ebs"}],"variables":[]}',
    '{"builders":[{"type":7}]}',
    'kind: Deployment\nmetadata: 7\n',
    'a: &a [*a, *a]\n',
    '',
  ];
  const NAMES = [
    'Dockerfile',
    'Dockerfile.x',
    'main.tf',
    'a.pkr.hcl',
    'b.pkr.hcl',
    'p.json',
    'compose.yaml',
    'k.yaml',
    'a.tfvars',
    '.github/workflows/a.yml',
  ];
  const segment = fc.oneof(
    fc.constantFrom(...EVIL, 'app', 'prod', 'staging', 'terraform'),
    fc.string({ maxLength: 8 }),
  );
  const path = fc
    .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom(...NAMES))
    .map(([folders, name]) => [...folders.map((folder) => folder.replaceAll('/', '')).filter(Boolean), name].join('/'));
  const text = fc.oneof(
    fc.constantFrom(...TEXTS),
    fc.tuple(fc.constantFrom(...TEXTS), fc.constantFrom(...EVIL)).map(([one, evil]) => one.replaceAll('web', evil)),
  );

  it('the proposal is a pipeline, and no line of a file becomes a line of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ path, text }), { maxLength: 8 }),
        fc.oneof(segment, fc.string()),
        (given, name) => {
          const { text: proposal } = detectPipeline(given, name);
          expect(readPipeline(proposal, 'immutable.yaml').problems, proposal).toEqual([]);
          expect(proposal.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        },
      ),
      { seed: 20261121, numRuns: 2000 },
    );
  });
});
