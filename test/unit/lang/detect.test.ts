import { describe, expect, it } from 'vitest';
import { detectKind, looksBinary } from '../../../server/src/lang/detect';
import { environmentOf } from '../../../server/src/lang/environment';
import { cpuTime } from '../../support/cpu-time';

const POD = 'apiVersion: v1\nkind: Pod\n';
const COMPOSE = 'services:\n  web:\n    image: nginx\n';

describe('detectKind by name', () => {
  it.each([
    ['main.tf', 'terraform'],
    ['a/main.tofu', 'terraform'],
    ['MAIN.TF', 'terraform'],
    ['main.tf.json', 'terraform-json'],
    ['terraform.tfvars', 'terraform-vars'],
    ['x.auto.tfvars', 'terraform-vars'],
    ['main.tftest.hcl', undefined],
    ['.terraform.lock.hcl', undefined],
    ['terragrunt.hcl', undefined],
    ['nomad.hcl', undefined],
    ['aws.pkr.hcl', 'packer'],
    ['aws.pkrvars.hcl', 'packer-vars'],
    ['aws.auto.pkrvars.hcl', 'packer-vars'],
    ['aws.pkr.json', 'packer-json'],
    ['Dockerfile', 'dockerfile'],
    ['dockerfile', 'dockerfile'],
    ['C:\\src\\Dockerfile', 'dockerfile'],
    ['Dockerfile.prod', 'dockerfile'],
    ['Dockerfile-alpine', 'dockerfile'],
    ['Dockerfile_arm64', 'dockerfile'],
    ['Dockerfile.alpine3.20', 'dockerfile'],
    ['prod.Dockerfile', 'dockerfile'],
    ['app.dockerfile', 'dockerfile'],
    ['Containerfile', 'dockerfile'],
    ['Containerfile.fedora', 'dockerfile'],
    ['x.Containerfile', 'dockerfile'],
    ['Dockerfile.md', undefined],
    ['Dockerfile.sh', 'shell'],
    ['dockerfile.js', undefined],
    ['dockerfile.py', undefined],
    ['dockerfile_test.go', undefined],
    ['Dockerfile.dockerignore', undefined],
    ['Dockerfile.j2', undefined],
    ['Dockerfile.tmpl', undefined],
    ['Dockerfile.git', undefined],
    ['.dockerignore', undefined],
    ['mydockerfile', undefined],
    ['dockerfiles/readme', undefined],
    ['compose.yaml', 'compose'],
    ['compose.prod.yml', 'compose'],
    ['docker-compose.yml', 'compose'],
    ['docker-compose.override.yml', 'compose'],
    ['docker-compose-dev.yaml', 'compose'],
    ['docker-stack.yml', 'compose'],
    ['docker-compose.yml.bak', undefined],
    ['composer.yaml', undefined],
    ['.github/workflows/ci.yml', 'workflow'],
    ['x/.github/workflows/ci.yaml', 'workflow'],
    ['.gitea/workflows/ci.yaml', 'workflow'],
    ['.github/workflows/readme.md', undefined],
    ['.github/dependabot.yml', undefined],
    ['workflows/ci.yml', undefined],
    ['action.yml', undefined],
    ['kustomization.yaml', 'kustomize'],
    ['overlays/prod/kustomization.yml', 'kustomize'],
    ['Kustomization', 'kustomize'],
    ['values.yaml', 'helm-values'],
    ['values-prod.yaml', 'helm-values'],
    ['prod.values.yaml', 'helm-values'],
    ['install.sh', 'shell'],
    ['.gitignore', 'gitignore'],
    ['user-data', 'cloud-init'],
    ['user_data.yaml', 'cloud-init'],
    ['userdata.txt', 'cloud-init'],
    ['user_data.sh', 'shell'],
    ['readme.md', undefined],
    ['', undefined],
  ])('%s → %s', (path, kind) => {
    expect(detectKind(path, 'x: 1\n')).toBe(kind);
  });
});

describe('detectKind by content', () => {
  it.each([
    ['pod.yaml', POD, 'kubernetes'],
    ['pod.yml', '\uFEFF---\r\napiVersion: v1\r\nkind: Pod\r\n', 'kubernetes'],
    ['many.yaml', 'a: 1\n---\nkind: List\napiVersion: v1\nitems: []\n', 'kubernetes'],
    ['nested.yaml', 'x:\n  apiVersion: v1\n  kind: Pod\n', undefined],
    ['half.yaml', 'apiVersion: v1\n', undefined],
    ['pod.json', '{"apiVersion": "v1", "kind": "Pod"}', 'kubernetes'],
    ['nested.json', '{"x": {"apiVersion": "v1", "kind": "Pod"}}', undefined],
    ['package.json', '{"name": "x"}', undefined],
    ['legacy.json', '{"variables": {}, "builders": [{"type": "amazon-ebs"}]}', 'packer-json'],
    ['other.json', '{"x": {"builders": [{"type": "a"}]}}', undefined],
    ['stack.yaml', COMPOSE, 'compose'],
    ['gitlab.yml', `stages: [a]\n${COMPOSE}`, undefined],
    ['docker-compose.yml', `${POD}services:\n`, 'kubernetes'],
    ['action.yml', 'name: x\nruns:\n  using: composite\n', 'action'],
    ['Chart.yaml', 'apiVersion: v2\nname: x\nversion: 1.0.0\n', 'helm-chart'],
    ['chart/templates/deployment.yaml', `${POD}x: {{ .Values.x }}\n`, 'helm-template'],
    ['charts/app/templates/service.yaml', POD, 'helm-template'],
    ['templates/pod.yaml', POD, 'kubernetes'],
    ['pod.yaml', `${POD}image: "{{ .Values.image }}"\n`, 'helm-template'],
    ['pod.yaml', `${POD}image: {{ app_image }}\n`, 'helm-template'],
    ['rule.yaml', `${POD}summary: "{{ $labels.instance }} is down"\n`, 'kubernetes'],
    ['base/x.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n', 'kustomize'],
    ['values.yaml', POD, 'kubernetes'],
    ['boot.yaml', '#cloud-config\nruncmd: []\n', 'cloud-init'],
    ['boot.tmpl', '#cloud-config\r\nruncmd: []\r\n', 'cloud-init'],
    ['boot.yaml', '## template: jinja\n#cloud-config\n', 'cloud-init'],
    ['boot.yaml', '# cloud-config\nx: 1\n', undefined],
    ['web-Dockerfile', '# web\nFROM nginx:1.27.2\n', 'dockerfile'],
    ['images/gnocchi_Containerfile', 'ARG V=1\nFROM ubuntu:22.04\n', 'dockerfile'],
    ['make-dockerfile', '#!/bin/sh\necho "\nFROM x"\n', 'shell'],
    ['my-dockerfile', 'a note on it\n', undefined],
    ['deploy', '#!/bin/bash\n', 'shell'],
    ['deploy', '#!/usr/bin/env sh\n', 'shell'],
    ['deploy', '#!/usr/bin/env python3\n', undefined],
    ['user-data.sh.tpl', '#!/bin/bash -xe\n', 'shell'],
    ['script.py', '#!/bin/sh\n', undefined],
    ['main.tf', 'a\0b', undefined],
  ])('%s holding %j → %s', (path, text, kind) => {
    expect(detectKind(path, text)).toBe(kind);
  });

  it('looks no further than the beginning', () => {
    const start = cpuTime();
    expect(detectKind('x.yaml', `${' \t'.repeat(500_000)}\n${POD}`)).toBeUndefined();
    for (const noise of [' ', '{{', 'a: {{', '"', '\n', '#', '{{ .', 'services: ', '\t- ']) {
      for (const name of ['x.yaml', 'x.json', 'x', 'templates/x.yaml']) detectKind(name, noise.repeat(60_000) + POD);
      detectKind('x.yaml', POD + noise.repeat(60_000));
    }
    expect(cpuTime() - start).toBeLessThan(5000);
  });

  it('uses the language id for names that say nothing', () => {
    expect(detectKind('Untitled-1', '', 'dockerfile')).toBe('dockerfile');
    expect(detectKind('Untitled-1', POD, 'yaml')).toBe('kubernetes');
    expect(detectKind('Untitled-1', 'a: 1', 'yaml')).toBeUndefined();
    expect(detectKind('Untitled-1', '', 'plaintext')).toBeUndefined();
    expect(detectKind('Dockerfile.md', '', 'dockerfile')).toBeUndefined();
  });
});

describe('looksBinary', () => {
  it('looks for a NUL', () => {
    expect(looksBinary('abc\0')).toBe(true);
    expect(looksBinary('FROM é 😀')).toBe(false);
  });
});

describe('environmentOf', () => {
  it.each([
    ['Dockerfile', 'production'],
    ['k8s/deployment.yaml', 'production'],
    ['overlays/production/x.yaml', 'production'],
    ['overlays/Dev/x.yaml', 'development'],
    ['a\\examples\\main.tf', 'development'],
    ['test/fixtures/Dockerfile', 'development'],
    ['docs/x.yaml', 'development'],
    ['.devcontainer/Dockerfile', 'development'],
    ['Dockerfile.dev', 'development'],
    ['dev.Dockerfile', 'development'],
    ['compose.dev.yaml', 'development'],
    ['compose.devices.yaml', 'production'],
    ['docker-compose.override.yml', 'development'],
    ['docker-compose.test.yml', 'development'],
    ['values-dev.yaml', 'development'],
    ['dev.tfvars', 'development'],
    ['local.tf', 'production'],
    ['locals.tf', 'production'],
    ['test.yaml', 'production'],
    ['load-test.yaml', 'production'],
    ['devices/main.tf', 'production'],
    ['overlays/kind/pod.yaml', 'development'],
    ['override.tf', 'production'],
    ['latest/main.tf', 'production'],
    ['Dockerfile.tilt', 'development'],
    ['images/web/tilt.Dockerfile', 'development'],
    ['docker-compose.debug.yml', 'development'],
    ['.gitpod.Dockerfile', 'development'],
    ['.gitpod/compose.yaml', 'development'],
    ['Dockerfile.debugger', 'production'],
    ['tilt.yaml', 'production'],
    ['demo/terraform/main.tf', 'development'],
    ['terraform/web-example/main.tf', 'development'],
    ['terraform/integration-tests/main.tf', 'development'],
    ['.github/actions/e2e_upgrade/action.yml', 'development'],
    ['00-preface/hello-world/main.tf', 'development'],
    ['dev-docs/vpn/main.tf', 'development'],
    ['demographics/main.tf', 'production'],
    ['.examples/compose/compose.yaml', 'development'],
    ['charts/web/ci/tls-values.yaml', 'development'],
    ['charts/web/ci/values.yaml', 'development'],
    ['charts/web/values.yaml', 'production'],
    ['ci/deployment.yaml', 'production'],
    ['load-test/main.tf', 'production'],
    ['counter-example-service/main.tf', 'production'],
  ])('%s → %s', (path, environment) => {
    expect(environmentOf(path)).toBe(environment);
  });
});
