import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../server/src/core/fix';
import { MappedText } from '../../../server/src/core/mapped-text';
import { fillMessage, type Report } from '../../../server/src/core/rule';
import { LineIndex } from '../../../server/src/core/text';
import { parseYaml } from '../../../server/src/lang/data/yaml';
import type { Instruction } from '../../../server/src/lang/dockerfile/ast';
import type { CommandUse, ImageUse, Listeners, LintRule, RuleContext } from '../../../server/src/model/facts';
import { parseImageReference } from '../../../server/src/model/image-reference';
import type { Project } from '../../../server/src/model/project';
import type { SourceFile } from '../../../server/src/model/source-file';
import { plainValue } from '../../../server/src/workspace/config-file-reader';
import { compileCustomRule } from '../../../server/src/workspace/custom-rules';
import { compilePattern } from '../../../server/src/workspace/custom-rules-regex';
import { buildPolicySchema } from '../../../server/src/workspace/custom-rules-schema';
import { moduleOf, templateOf } from '../model/terraform/support';
import { cpuTime } from '../../support/cpu-time';

interface Result {
  readonly line: number;
  readonly text: string;
  readonly message: string;
  readonly fixed: string | undefined;
}

/** A file with as much of a SourceFile as custom rules look at. */
function fileOf(kind: string, text: string, path: string): SourceFile {
  const isData = !['terraform', 'packer', 'dockerfile', 'shell'].includes(kind);
  const data = isData ? parseYaml(text, { template: kind === 'helm-template' }) : undefined;
  const dockerfile = kind === 'dockerfile' ? { instructions: instructions(text) } : undefined;
  return { path, text, kind, lines: new LineIndex(text), data, dockerfile } as unknown as SourceFile;
}

function instructions(text: string): Partial<Instruction>[] {
  return [...text.matchAll(/^([A-Z]+) (.*)$/gm)].map((match) => {
    const [whole, keyword = '', argument = ''] = match;
    const start = match.index + keyword.length + 1;
    const words = [...argument.matchAll(/\S+/g)].map((word) => MappedText.verbatim(word[0], start + word.index));
    const range = { start: match.index, end: match.index + whole.length };
    const keywordRange = { start: match.index, end: match.index + keyword.length };
    return {
      keyword,
      keywordRange,
      range,
      argument: MappedText.verbatim(argument, start),
      words,
      flags: [],
      heredocs: [],
    };
  });
}

function run(
  policy: string,
  kind: string,
  text: string,
  path = 'main.tf',
  emit?: (listeners: Listeners) => void,
): Result[] {
  const { rules, problems } = compileCustomRule(policy, 'policies/p.yaml');
  expect(problems).toEqual([]);
  const file = fileOf(kind, text, path);
  const reports: [LintRule, Report][] = [];
  for (const rule of rules) {
    const context = {
      file,
      project: {} as Project,
      environment: 'production',
      options: {},
      report: (report: Report) => reports.push([rule, report]),
    };
    const listeners = rule.create(context as unknown as RuleContext);
    if (emit) emit(listeners);
    else emitAll(listeners, kind, text, path);
  }
  return reports.map(([rule, report]) => ({
    line: file.lines.lineAt(report.at.start) + 1,
    text: text.slice(report.at.start, report.at.end),
    message: fillMessage(rule.meta.messages[report.message] ?? '', report.data),
    fixed:
      report.fixes?.[0] &&
      applyEdits(
        text,
        report.fixes[0].edits.map((edit) => ({ ...edit, at: { start: edit.at.start, end: edit.at.end } })),
      ),
  }));
}

function emitAll(listeners: Listeners, kind: string, text: string, path: string): void {
  if (kind === 'terraform') {
    const module = moduleOf({ [path]: text });
    for (const resource of module.resources) listeners['terraform.resource']?.(resource);
    for (const resource of module.dataSources) listeners['terraform.data']?.(resource);
    for (const file of module.files) listeners.terraform?.({ module, file, resources: module.resources });
    return;
  }
  if (kind === 'packer') {
    const template = templateOf({ [path]: text });
    for (const source of template.sources) listeners['packer.source']?.(source);
    for (const build of template.builds) listeners['packer.build']?.(build);
    return;
  }
  listeners.file?.(fileOf(kind, text, path));
  listeners.kubernetes?.({} as never);
  listeners.compose?.({} as never);
}

const INSTANCE = `id: custom/no-t2
severity: error
message: "{name} uses {value}: take a Nitro type."
docs: https://example.com/nitro
match: { block: { kind: resource, labels: [aws_instance] } }
where:
  - { path: instance_type, matches: '^t2[.]' }
fix: { replace: instance_type, with: '"t3.micro"' }
`;

describe('block', () => {
  it('finds the literal, fills the message and replaces the value only', () => {
    const text =
      'resource "aws_instance" "web" {\n  instance_type = "t2.micro" # why\n}\nresource "aws_db" "x" {\n  instance_type = "t2.micro"\n}\n';
    expect(run(INSTANCE, 'terraform', text)).toEqual([
      {
        line: 2,
        text: '"t2.micro"',
        message: 'aws_instance.web uses t2.micro: take a Nitro type.',
        fixed: text.replace('"t2.micro"', '"t3.micro"'),
      },
    ]);
    const [rule] = compileCustomRule(INSTANCE, 'p.yaml').rules;
    expect(rule?.meta).toMatchObject({
      id: 'custom/no-t2',
      severity: 'error',
      languages: ['terraform'],
      fix: 'suggestion',
      docs: 'https://example.com/nitro',
    });
  });

  it('lands on the default of a variable, and is silent about what is not known', () => {
    const resource = 'resource "aws_instance" "web" {\n  instance_type = var.type\n}\n';
    expect(run(INSTANCE, 'terraform', `variable "type" {\n  default = "t2.nano"\n}\n${resource}`)[0]).toMatchObject({
      line: 2,
      text: '"t2.nano"',
    });
    expect(run(INSTANCE, 'terraform', `variable "type" {}\n${resource}`)).toEqual([]);
    expect(
      run(
        INSTANCE,
        'terraform',
        'resource "aws_instance" "web" {\n  instance_type = var.big ? "m5.large" : "t2.micro"\n}\n',
      ),
    ).toEqual([]);
    expect(
      run(
        INSTANCE,
        'terraform',
        'resource "aws_instance" "web" {\n  instance_type = var.big ? "t2.large" : "t2.micro"\n}\n',
      ),
    ).toHaveLength(1);
  });

  it('looks into nested blocks, lists and objects', () => {
    const policy = (where: string, match = '{ block: { kind: resource } }') =>
      `id: custom/x\nmessage: m\nmatch: ${match}\nwhere: ${where}\n`;
    const text =
      'resource "a" "b" {\n  disk {\n    encrypted = true\n  }\n  disk {\n    encrypted = false\n  }\n  ports = [80, 22]\n  tags = { Name = "x" }\n}\n';
    expect(run(policy('[{ path: disk.encrypted, equals: false }]'), 'terraform', text)[0]).toMatchObject({ line: 6 });
    expect(run(policy('[{ path: "disk[0].encrypted", equals: false }]'), 'terraform', text)).toEqual([]);
    expect(run(policy('[{ path: "ports[*]", equals: 22 }]'), 'terraform', text)[0]).toMatchObject({ text: '22' });
    expect(run(policy('[{ path: "ports[*]", greaterThan: 1024 }]'), 'terraform', text)).toEqual([]);
    expect(run(policy('[{ path: tags.Owner, missing: true }]'), 'terraform', text)[0]).toMatchObject({
      line: 1,
      text: 'resource "a" "b"',
    });
    expect(
      run(policy('[{ path: tags.Name, exists: true }, { path: ports, exists: false }]'), 'terraform', text),
    ).toEqual([]);
    expect(
      run(
        policy('[{ path: encrypted, equals: false }]', '{ block: { kind: resource, nested: disk } }'),
        'terraform',
        text,
      )[0],
    ).toMatchObject({ line: 6 });
    expect(
      run(policy('[{ path: tags.Owner, missing: true }]'), 'terraform', 'resource "a" "b" {\n  tags = var.tags\n}\n'),
    ).toEqual([]);
    expect(
      run(
        policy('[{ path: extra, missing: true }]'),
        'terraform',
        'resource "a" "b" {\n  dynamic "extra" {\n    for_each = var.x\n    content {}\n  }\n}\n',
      ),
    ).toEqual([]);
  });

  it('adds to a block and deletes from it', () => {
    const text = 'resource "a" "b" {\n  keep = 1\n  drop = true\n}\n';
    const base = 'id: custom/x\nmessage: m\nmatch: { block: { kind: resource } }\n';
    expect(run(`${base}fix: { insert: "monitoring = true" }\n`, 'terraform', text)[0]?.fixed).toContain(
      'monitoring = true\n}\n',
    );
    expect(
      run(`${base}where: [{ path: drop, equals: true }]\nfix: { delete: drop }\n`, 'terraform', text)[0]?.fixed,
    ).toBe('resource "a" "b" {\n  keep = 1\n}\n');
  });

  it('matches Packer sources and provisioners', () => {
    const text =
      'source "amazon-ebs" "x" {\n  ami_name = "app"\n}\nbuild {\n  sources = ["source.amazon-ebs.x"]\n  provisioner "ansible" {\n    playbook_file = "a.yml"\n  }\n}\n';
    expect(
      run(
        'id: custom/x\nmessage: m\nmatch: { block: { kind: source, labels: [amazon-*] } }\nwhere: [{ path: ami_name, notMatches: "timestamp" }]\n',
        'packer',
        text,
        'a.pkr.hcl',
      )[0],
    ).toMatchObject({ line: 2 });
    expect(
      run(
        'id: custom/x\nmessage: m\nmatch: { block: { kind: provisioner, labels: [ansible] } }\n',
        'packer',
        text,
        'a.pkr.hcl',
      )[0],
    ).toMatchObject({ line: 6 });
  });
});

describe('other matches', () => {
  it('instruction', () => {
    const text = 'FROM a\nUSER root\nRUN b\nMAINTAINER me\n';
    expect(
      run(
        'id: custom/x\nmessage: "{value}"\nmatch: { instruction: user }\nwhere: [{ path: "words[0]", in: [root, 0] }]\nfix: { replace: "words[0]", with: app }\n',
        'dockerfile',
        text,
      ),
    ).toEqual([{ line: 2, text: 'root', message: 'root', fixed: text.replace('root', 'app') }]);
    expect(
      run('id: custom/x\nmessage: m\nmatch: { instruction: MAINTAINER }\nfix: { delete: . }\n', 'dockerfile', text)[0]
        ?.fixed,
    ).toBe('FROM a\nUSER root\nRUN b\n');
    expect(
      run(
        'id: custom/x\nmessage: m\nmatch: { instruction: RUN }\nfix: { insert: "SHELL [\\"bash\\"]" }\n',
        'dockerfile',
        text,
      )[0]?.fixed,
    ).toContain('\nSHELL ["bash"]\nRUN b\n');
  });

  it('object, with a path to what is looked at', () => {
    const text =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        - name: a\n          tty: true\n        - name: b\n          image: c\n---\nkind: other\n';
    const policy =
      'id: custom/x\nmessage: "{name}"\nmatch: { object: { kind: [Deployment, StatefulSet], path: "spec.template.spec.containers[*]" } }\n';
    expect(
      run(`${policy}where: [{ path: tty, equals: true }]\nfix: { delete: tty }\n`, 'kubernetes', text, 'k.yaml'),
    ).toEqual([{ line: 10, text: 'true', message: 'web', fixed: text.replace('          tty: true\n', '') }]);
    expect(run(`${policy}where: [{ path: image, missing: true }]\n`, 'kubernetes', text, 'k.yaml')).toMatchObject([
      { line: 9 },
    ]);
    const labels =
      'id: custom/x\nmessage: m\nmatch: { object: Deployment }\nwhere: [{ path: \'metadata.labels["app.kubernetes.io/name"]\', missing: true }]\n';
    expect(run(labels, 'kubernetes', text, 'k.yaml')).toHaveLength(1);
    expect(
      run(
        `${policy}where: [{ path: image, missing: true }]\n`,
        'helm-template',
        text.replace('image: c', '{{ x }}'),
        'k.yaml',
      ),
    ).toEqual([]);
  });

  it('service and step', () => {
    const compose = 'services:\n  db:\n    image: postgres\n    restart: always\n  web:\n    image: x\n';
    expect(
      run(
        'id: custom/x\nmessage: "{name}"\nmatch: { service: "*" }\nwhere: [{ path: restart, missing: true }]\nfix: { insert: "restart: always" }\n',
        'compose',
        compose,
      ),
    ).toEqual([
      {
        line: 5,
        text: 'web',
        message: 'web',
        fixed: `${compose}    restart: always
`,
      },
    ]);
    const workflow =
      'jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          persist-credentials: true\n      - run: x\n';
    expect(
      run(
        'id: custom/x\nmessage: m\nmatch: { step: { uses: "actions/checkout@*" } }\nwhere: [{ not: { path: with.persist-credentials, equals: false } }]\n',
        'workflow',
        workflow,
      ),
    ).toMatchObject([{ line: 4 }]);
  });

  it('command, by name, arguments and phase', () => {
    const word = (text: string, complete = true) => ({
      text,
      at: { start: 0, end: 1 },
      range: { start: 0, end: 1 },
      complete,
    });
    const use = (line: string, phase: string) =>
      ({
        phase,
        anchor: 'x',
        command: {
          name: line.split(' ')[0],
          at: { start: 0, end: 1 },
          words: line.split(' ').map((text) => word(text, text !== '?')),
        },
      }) as unknown as CommandUse;
    const policy =
      'id: custom/x\nmessage: m\nmatch: { command: { name: aws, args: [s3, "cp*"], phase: [boot, start] } }\n';
    const count = (line: string, phase: string, more = '') =>
      run(policy + more, 'shell', 'x', 'a.sh', (listeners) => listeners.command?.(use(line, phase))).length;
    expect([
      count('aws s3 cp a b', 'boot'),
      count('aws s3 cp a b', 'bake'),
      count('aws s3 ls', 'boot'),
      count('gcloud s3 cp', 'boot'),
      count('aws ? cp', 'boot'),
    ]).toEqual([1, 0, 0, 0, 0]);
    const line = 'where: [{ path: line, notMatches: "--quiet" }]\n';
    expect([
      count('aws s3 cp a', 'boot', line),
      count('aws s3 cp --quiet', 'boot', line),
      count('aws s3 cp ?', 'boot', line),
    ]).toEqual([1, 0, 0]);
  });

  it('image, by repository and tag class', () => {
    const use = (...texts: string[]) => {
      const options = texts.map((text) => ({
        text: MappedText.verbatim(text, 0),
        reference: parseImageReference(text),
      }));
      return {
        site: 'dockerfile.from',
        at: { start: 0, end: 1 },
        options,
        anchor: 'x',
        shipped: true,
        builtHere: false,
      } as unknown as ImageUse;
    };
    const policy =
      'id: custom/x\nmessage: "{value}"\nmatch: { image: { repository: "docker.io/*", tagClass: [none, latest-like] } }\nwhere: [{ path: repository, notIn: [docker.io/library/scratch] }]\n';
    const count = (...texts: string[]) =>
      run(policy, 'dockerfile', 'FROM x\n', 'Dockerfile', (listeners) => listeners.image?.(use(...texts))).length;
    expect([
      count('nginx'),
      count('nginx:latest', 'redis'),
      count('nginx:latest', 'redis:7.0.1'),
      count('quay.io/x/y'),
      count('scratch'),
    ]).toEqual([1, 1, 0, 0, 0]);
    const conditions =
      'id: custom/x\nmessage: m\nmatch: { image: "*" }\nwhere:\n  - { path: image, isDigest: false }\n  - any: [{ path: image, tagClass: floating }, { path: tag, matches: "^dev" }]\n';
    const found = (text: string) =>
      run(conditions, 'dockerfile', 'FROM x\n', 'Dockerfile', (listeners) => listeners.image?.(use(text))).length;
    expect([
      found('a:1'),
      found('a:dev-1.2.3'),
      found('a:1.2.3'),
      found(`a:1@sha256:${'0'.repeat(64)}`),
      found('a:\uE000'),
    ]).toEqual([1, 1, 0, 0, 0]);
  });

  it('keeps to its languages and files', () => {
    const rule = 'id: custom/x\nmessage: m\nmatch: { instruction: RUN }\n';
    expect(run(`${rule}files: "apps/**"\n`, 'dockerfile', 'RUN a\n', 'tools/Dockerfile')).toEqual([]);
    expect(run(`${rule}files: "apps/**"\n`, 'dockerfile', 'RUN a\n', 'apps/x/Dockerfile')).toHaveLength(1);
    expect(run(`${rule}languages: [terraform]\n`, 'dockerfile', 'RUN a\n')).toEqual([]);
  });
});

describe('problems and tests', () => {
  it('names file and line of a broken rule; the others work', () => {
    const policy = `rules:
  - id: no-prefix
    message: m
    match: { instruction: RUN }
  - id: custom/good
    message: m
    match: { instruction: RUN }
  - id: custom/bad
    message: m
    severity: high
    match: { block: { kind: resources } }
    where:
      - { path: "a..b", equals: 1 }
      - { path: a, equal: 1 }
      - { path: a, matches: "(a+)+$" }
      - { path: a, in: [1], equals: 2 }
  - id: custom/good
    message: m
    match: { instruction: RUN }
  - id: custom/none
    message: m
    match: { instruction: RUN, command: x }
    fix: { replace: a }
tests:
  - { name: t, file: Dockerfile, text: "FROM a\\nRUN b\\n", findings: [2] }
  - { name: t2, file: Dockerfile }
`;
    const { rules, problems, tests } = compileCustomRule(policy, 'policies/p.yaml');
    expect(rules.map((rule) => rule.meta.id)).toEqual(['custom/good']);
    expect(problems.every((problem) => problem.path === 'policies/p.yaml')).toBe(true);
    expect([...new Set(problems.map((problem) => problem.line + 1))].sort((a, b) => a - b)).toEqual([
      2, 10, 11, 13, 14, 15, 16, 17, 22, 23, 26,
    ]);
    expect(problems.find((problem) => problem.line === 1)?.message).toContain('write `custom/no-prefix`');
    expect(problems.find((problem) => problem.line === 13)?.message).toContain('Did you mean `equals`?');
    expect(tests).toEqual([
      {
        name: 't',
        file: 'Dockerfile',
        text: 'FROM a\nRUN b\n',
        findings: [2],
        policy: 'policies/p.yaml',
        line: 24,
        rules: ['custom/good'],
      },
    ]);
  });

  it('never throws on a part of a policy', () => {
    for (let end = 0; end < INSTANCE.length; end++)
      expect(() => compileCustomRule(INSTANCE.slice(0, end), 'p')).not.toThrow();
  });

  it('refuses patterns that could run forever and bounds the others', () => {
    for (const bad of [
      '(a+)+$',
      '(a|a)*b',
      '(?:a*)*',
      '(a{2,}){3,}',
      '((a+)b)+',
      '(a)\\1',
      'a*b*c*d*',
      'x'.repeat(201),
      '(',
      '(?=a)',
      'a{1000}',
    ]) {
      expect(compilePattern(bad), bad).toBeTypeOf('string');
    }
    for (const good of [
      '^t2[.]',
      '^(t2|t3)[.]',
      'v?[0-9]+[.][0-9]+',
      '[(+*]+',
      '(?:abc)+',
      '^a{2,3}$',
      '\\(+',
      '(?<name>a)b?',
    ]) {
      expect(compilePattern(good), good).toBeTypeOf('object');
    }
    const slow = compilePattern('.*a.*b.*c$');
    const start = cpuTime();
    expect(typeof slow === 'object' && slow.test('ab'.repeat(128))).toBe(false);
    expect(typeof slow === 'object' && slow.test('ab'.repeat(5000))).toBeUndefined();
    expect(cpuTime() - start).toBeLessThan(5000);
  });

  it('has a schema that agrees with the compiler', () => {
    const ajv = new Ajv({ strict: false });
    addFormats(ajv);
    const validate = ajv.compile(buildPolicySchema());
    const check = (text: string) => {
      const root = parseYaml(text).documents[0]?.root;
      return validate(root ? plainValue(root) : null);
    };
    expect(check(INSTANCE), JSON.stringify(validate.errors)).toBe(true);
    const several =
      'rules:\n  - { id: custom/x, message: m, match: { image: { tagClass: floating } }, where: [{ any: [{ path: a, exists: true }, { not: { path: b, lessThan: 3 } }] }] }\ntests:\n  - { name: n, file: f, text: t, findings: [1] }\n';
    expect(check(several), JSON.stringify(validate.errors)).toBe(true);
    expect(compileCustomRule(several, 'p').problems).toEqual([]);
    for (const bad of [
      'id: x\nmessage: m\nmatch: { instruction: RUN }\n',
      INSTANCE.replace('matches', 'match'),
      INSTANCE.replace('kind: resource', 'kind: resources'),
      INSTANCE.replace('severity: error', 'severity: off'),
    ]) {
      expect(check(bad), bad).toBe(false);
      expect(compileCustomRule(bad, 'p').rules, bad).toEqual([]);
    }
  });
});
