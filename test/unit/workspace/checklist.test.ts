import { describe, expect, it } from 'vitest';
import { evaluateChecklist, type ChecklistItem } from '../../../server/src/workspace/checklist/evaluate';
import type { ChecklistFacts, ChecklistFinding, DeliveryFacts } from '../../../server/src/workspace/checklist/facts';
import { ITEM_IDS, ITEMS, PHASES } from '../../../server/src/workspace/checklist/items';
import { checklistMarkdown } from '../../../server/src/workspace/checklist/markdown';
import { signsOf } from '../../../server/src/workspace/checklist/signs';
import { ALL_RULES } from '../../../server/src/rules/index.gen';
import { Linter } from '../../../server/src/workspace/linter';
import { defaultConfig } from '../../../server/src/workspace/config-file';
import { memoryFiles } from '../../support/lint';

const NOTHING: ChecklistFacts = { files: [], findings: [], pipelines: [] };

/** Texts by path, as a workspace. */
function signsIn(files: Readonly<Record<string, string>>, path: string): string[] {
  return signsOf(path, files[path] ?? '', linterOf(files)).map(({ sign, line, what }) => `${sign} ${line + 1} ${what}`);
}

function linterOf(files: Readonly<Record<string, string>>): Linter {
  return new Linter(memoryFiles(files), { rules: [], configFor: () => defaultConfig(), now: new Date(0) });
}

function finding(rule: string, changes: Partial<ChecklistFinding> = {}): ChecklistFinding {
  return { path: 'a', line: 0, column: 0, rule, severity: 'warning', message: 'No.', ...changes };
}

function item(id: string, facts: Partial<ChecklistFacts>): ChecklistItem {
  const found = evaluateChecklist({ ...NOTHING, ...facts }).find((one) => one.id === id);
  if (!found) throw new Error(`no item ${id}`);
  return found;
}

function file(path: string, ...signs: string[]): ChecklistFacts['files'][number] {
  return {
    path,
    signs: signs.map((sign, line) => ({ sign: sign as 'container', line, what: `${sign} of ${path}` })),
  };
}

function pipeline(changes: Partial<DeliveryFacts['environments'][number]> = {}, tests = 1): DeliveryFacts {
  const environment = { name: 'production', healthChecks: 1, automaticRollback: false, releases: 0, rollbacks: 0 };
  return {
    path: 'immutable.yaml',
    images: [{ name: 'web', tests }],
    environments: [{ ...environment, ...changes }],
  };
}

describe('the items', () => {
  it('name rules that are there, each id once, each phase at least once', () => {
    const known = ALL_RULES.map(({ meta }) => meta.id as string);
    for (const { rules } of ITEMS) {
      for (const rule of rules)
        expect(
          known.some((id) => id === rule || id.startsWith(`${rule}/`)),
          rule,
        ).toBe(true);
    }
    expect(ITEMS.map(({ id }) => id)).toEqual([...ITEM_IDS]);
    expect([...new Set(ITEMS.map(({ phase }) => phase))]).toEqual(PHASES.map(({ id }) => id));
  });

  it('are in order of their phases', () => {
    const phases = ITEMS.map(({ phase }) => phase);
    expect(phases).toEqual([...phases].sort((a, b) => a - b));
  });
});

describe('the checklist', () => {
  it('does not apply to an empty workspace', () => {
    expect(new Set(evaluateChecklist(NOTHING).map(({ status }) => status))).toEqual(new Set(['not-applicable']));
  });

  it('is open where a finding blocks it, with the worst finding first', () => {
    const findings = [
      finding('local-state/log-to-file', { path: 'b', line: 4 }),
      finding('local-state/log-volume', { path: 'a', severity: 'error' }),
      finding('mutable-reference/image-tag'),
    ];
    const logs = item('logs', { findings, files: [file('a', 'container', 'log-shipping')] });
    expect(logs.status).toBe('open');
    expect(logs.reason).toBe('2 findings in 2 files.');
    expect(logs.findings.map(({ rule }) => rule)).toEqual(['local-state/log-volume', 'local-state/log-to-file']);
    expect(logs.next).toContain('standard output');
  });

  it('is not blocked by hints, which are about development', () => {
    const findings = [finding('local-state/log-to-file', { severity: 'hint' })];
    expect(item('logs', { findings, files: [file('a', 'container', 'log-shipping')] }).status).toBe('done');
  });

  it('cannot be known where nothing shows it, and is done where a file does', () => {
    expect(item('logs', { files: [file('a', 'container')] }).status).toBe('unknown');
    const logs = item('logs', { files: [file('b', 'log-shipping'), file('a', 'container', 'log-shipping')] });
    expect(logs.status).toBe('done');
    expect(logs.evidence.map(({ path, line }) => `${path}:${line}`)).toEqual(['a:1', 'b:0']);
  });

  it('does not apply where nothing is concerned', () => {
    expect(item('tests', { files: [file('a', 'container')] }).status).toBe('not-applicable');
  });

  it('asks an image of the pipeline for its tests', () => {
    expect(item('tests', { pipelines: [pipeline({}, 1)] }).status).toBe('done');
    const untested = item('tests', { pipelines: [pipeline({}, 0)] });
    expect(untested.status).toBe('open');
    expect(untested.reason).toContain('`web`');
    // A test that stands elsewhere is a test.
    const files = [file('x.pkr.hcl', 'machine-image', 'image-test')];
    expect(item('tests', { files, pipelines: [pipeline({}, 0)] }).status).toBe('done');
  });

  it('takes a way back for one only when somebody went it', () => {
    expect(item('rollback', { pipelines: [pipeline()] }).reason).toContain('Nothing was released yet');
    const released = item('rollback', { pipelines: [pipeline({ releases: 2, automaticRollback: true })] });
    expect(released.status).toBe('open');
    expect(released.reason).toContain('nobody went back from one yet. A failed health check goes back by itself.');
    expect(item('rollback', { pipelines: [pipeline({ releases: 3, rollbacks: 1 })] }).status).toBe('done');
    const findings = [finding('rollout-safety/registry-retention')];
    expect(item('rollback', { findings, pipelines: [pipeline({ rollbacks: 1 })] }).status).toBe('open');
  });

  it('asks each environment for a health check', () => {
    expect(item('health', { pipelines: [pipeline()] }).status).toBe('done');
    expect(item('health', { pipelines: [pipeline(), pipeline({ name: 'next', healthChecks: 0 })] }).reason).toContain(
      '`next`',
    );
  });

  it('is a document with ticks, evidence and findings', () => {
    const text = checklistMarkdown(
      evaluateChecklist({
        files: [file('a/b', 'container-image', 'pipeline-build')],
        findings: [finding('interactive-access/ssh-ingress', { path: 'net.tf', line: 6, message: 'Close\nport 22.' })],
        pipelines: [],
      }),
      (path) => `shop/${path}`,
    );
    expect(text).toContain('## Phase 3: Let a pipeline build and test them');
    expect(text).toContain('- [x] **A pipeline builds the images**: done');
    expect(text).toContain('  - see `shop/a/b:2` pipeline-build of a/b');
    expect(text).toContain('  - warning `shop/net.tf:7` Close port 22. (interactive-access/ssh-ingress)');
    expect(text).toContain('- [?] **Images are tested before they are used**: cannot be known');
    expect(text).toContain('- [-] **Logs leave the machine**: not applicable');
  });
});

describe('what a file shows', () => {
  it('a Dockerfile', () => {
    const text = 'FROM node:22 AS build\nFROM nginx:1.27@sha256:' + 'a'.repeat(64) + ' AS web\nHEALTHCHECK CMD true\n';
    expect(signsIn({ Dockerfile: text }, 'Dockerfile')).toEqual([
      'container-image 2 web',
      'health-check 3 HEALTHCHECK',
      'pinned-image 2 stage.web/FROM',
    ]);
  });

  it('a manifest', () => {
    const text = [
      'apiVersion: apps/v1',
      'kind: StatefulSet',
      'metadata: { name: db }',
      'spec:',
      '  volumeClaimTemplates: [{ metadata: { name: data } }]',
      '  template:',
      '    spec:',
      '      containers:',
      '        - name: db',
      '          image: postgres:17',
      '          envFrom: [{ secretRef: { name: db } }]',
      '          readinessProbe: { tcpSocket: { port: 5432 } }',
    ].join('\n');
    expect(signsIn({ 'db.yaml': text }, 'db.yaml').sort()).toEqual([
      'configuration 1 StatefulSet/db',
      'container 1 StatefulSet/db',
      'declared 1 StatefulSet/db',
      'health-check 12 StatefulSet/db/db',
      'rollout 1 StatefulSet/db',
      'store 1 StatefulSet/db',
      'unpinned-image 10 StatefulSet/db/container.db/image',
    ]);
  });

  it('a compose file', () => {
    const text =
      'services:\n  web:\n    image: a/b:1\n    environment: { A: b }\n    logging: { driver: awslogs }\n    healthcheck: { test: [CMD, "true"] }\n  quiet:\n    image: a/c:1\n    logging: { driver: json-file }\n    healthcheck: { disable: true }\n';
    const signs = signsIn({ 'compose.yaml': text }, 'compose.yaml');
    expect(signs).toContain('configuration 2 web');
    expect(signs).toContain('log-shipping 2 web: awslogs');
    expect(signs).toContain('health-check 6 web');
    expect(signs.filter((sign) => /^(log-shipping|health-check)/.test(sign))).toHaveLength(2);
  });

  it('a workflow: a test counts when it looks at what was built', () => {
    const steps = (...runs: string[]): string =>
      ['on: push', 'jobs:', '  a:', '    steps:', ...runs.map((run) => `      - run: ${run}`)].join('\n');
    const path = '.github/workflows/a.yml';
    expect(signsIn({ [path]: steps('docker buildx build -t a .', 'docker run a test') }, path)).toEqual([
      'pipeline-build 5 a: run',
      'image-test 6 a: run',
    ]);
    expect(signsIn({ [path]: steps('docker run tool lint', 'npm run build') }, path)).toEqual([]);
  });

  it('a Packer template', () => {
    const text = [
      'source "amazon-ebs" "a" {}',
      'build {',
      '  sources = ["source.amazon-ebs.a"]',
      '  provisioner "shell" {',
      '    inline = ["/opt/app/verify --all"]',
      '  }',
      '  provisioner "shell" {',
      '    inline = ["apt-get install -y latest-thing"]',
      '  }',
      '}',
    ].join('\n');
    expect(signsIn({ 'a.pkr.hcl': text }, 'a.pkr.hcl')).toEqual([
      'machine-image 2 build',
      'image-test 4 provisioner shell',
    ]);
  });

  it('Terraform', () => {
    const text = [
      'terraform {',
      '  backend "s3" {}',
      '}',
      'resource "aws_launch_template" "app" {}',
      'resource "aws_autoscaling_group" "app" {',
      '  instance_refresh {',
      '    strategy = "Rolling"',
      '    preferences {',
      '      auto_rollback = true',
      '    }',
      '  }',
      '}',
      'resource "aws_db_instance" "main" {}',
    ].join('\n');
    const signs = signsIn({ 'main.tf': text }, 'main.tf');
    for (const sign of [
      'remote-state 2 backend s3',
      'machine 4 aws_launch_template.app',
      'rollout 5 aws_autoscaling_group.app',
      'automatic-rollback 5 aws_autoscaling_group.app',
      'store 13 aws_db_instance.main',
    ])
      expect(signs).toContain(sign);
    expect(
      signsIn({ 'main.tf': text.replace('true', 'var.x').replace('"s3"', '"local"') }, 'main.tf').join(),
    ).not.toMatch(/automatic-rollback|remote-state/);
  });

  it('nothing of a file that is none of ours, nor of half a text', () => {
    expect(signsIn({ 'a.txt': 'docker build .' }, 'a.txt')).toEqual([]);
    const text = 'services:\n  web:\n    image: a/b:1\n    logging: { driver: awslogs }\n';
    for (let end = 0; end <= text.length; end++) signsIn({ 'compose.yaml': text.slice(0, end) }, 'compose.yaml');
  });
});
