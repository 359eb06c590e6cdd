import { describe, expect, it } from 'vitest';
import type { ConfigBlock } from '../../../../server/src/model/config-block';
import { structureOf } from '../../../../server/src/model/values/structure';
import { every, textOf } from '../../../../server/src/model/values/value';
import { moduleOf, plain, slice, type Files } from './support';

const MAIN = `
resource "aws_launch_template" "app" {
  name_prefix = "app-"
  image_id    = var.ami_id
  user_data   = base64encode(templatefile("\${path.module}/init.sh", { name = local.name }))

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "app" {
  name = local.name

  launch_template {
    id      = local.template.id
    version = var.template_version
  }

  dynamic "tag" {
    for_each = var.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_instance" "off" {
  count = var.enabled ? 1 : 0
}

data "aws_ami" "base" {
  most_recent = true
  owners      = ["self"]
}

locals {
  name     = "\${var.environment}-app"
  template = { id = aws_launch_template.app.id, ami = data.aws_ami.base.id }
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.0"
  subnet  = aws_autoscaling_group.app.name
}

provider "aws" {
  region = "eu-west-1"
}

terraform {
  required_version = ">= 1.5"
  backend "s3" {
    bucket = "state"
  }
}

output "template" {
  value = local.template["id"]
}
`;

const VARIABLES = `
variable "ami_id" {
  type = string
}
variable "environment" {
  default = "dev"
}
variable "template_version" {
  default = "$Latest"
}
variable "enabled" {
  default = false
}
variable "tags" {
  default = { team = "web", tier = "front" }
}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
`;

const FILES: Files = {
  'infra/main.tf': MAIN,
  'infra/variables.tf': VARIABLES,
  'infra/terraform.tfvars': 'environment = "staging"\n',
  'infra/b.auto.tfvars': 'environment = "production"\n',
  'infra/a.auto.tfvars': 'environment = "test"\n',
  'infra/dev.tfvars': 'environment = "ignored"\n',
  'infra/init.sh': '#!/bin/sh\nhostname ${name}\n',
};

const module = moduleOf(FILES, 'infra');
const asg = module.resource('aws_autoscaling_group', 'app');
const template = module.resource('aws_launch_template', 'app');

function resource(text: string, files: Files = {}): ConfigBlock {
  const found = moduleOf({ ...files, 'main.tf': text }).resources[0];
  if (!found) throw new Error('no resource');
  return found.block;
}

describe('a module of several files', () => {
  it('lists what it declares', () => {
    expect(module.resources.map(({ address }) => address)).toEqual([
      'aws_launch_template.app',
      'aws_autoscaling_group.app',
      'aws_instance.off',
    ]);
    expect(module.dataSources.map(({ address }) => address)).toEqual(['data.aws_ami.base']);
    expect(module.moduleCalls.map(({ labels }) => labels)).toEqual([['vpc']]);
    expect(module.providers).toHaveLength(1);
    expect(module.settings[0]?.block('backend')?.labels).toEqual(['s3']);
    expect([...module.variables.keys()]).toContain('template_version');
    expect(module.ofType('aws_instance').map(({ name }) => name)).toEqual(['off']);
    expect(slice(FILES, asg?.header)).toBe('resource "aws_autoscaling_group" "app"');
  });

  it('the value of a variable lies where its default or tfvars line stands', () => {
    const version = asg?.block.block('launch_template')?.value('version');
    expect(textOf(version)).toBe('$Latest');
    expect(version?.origin?.path).toBe('infra/variables.tf');
    expect(slice(FILES, version?.origin)).toBe('"$Latest"');
    // The last of the files that Terraform reads by itself wins: b.auto.tfvars.
    const name = asg?.block.value('name');
    expect(plain(name)).toBe('production-app');
    const text = name?.type === 'text' ? name.text.sourceOf({ start: 0, end: 10 }) : undefined;
    expect(text?.path).toBe('infra/b.auto.tfvars');
    expect(slice(FILES, text)).toBe('production');
  });

  it('a variable without a value and a sensitive one are unknown (P15)', () => {
    expect(plain(template?.block.value('image_id'))).toBe('?');
    const text = 'resource "a" "b" {\n  x = var.secret\n  y = "p-${var.secret}"\n  z = var.undeclared\n}\n';
    const block = resource(text, { 'v.tf': VARIABLES });
    expect([plain(block.value('x')), plain(block.value('y')), plain(block.value('z'))]).toEqual(['?', 'p-?', '?']);
    expect(block.value('absent')).toBeUndefined();
  });

  it('looks through base64encode(templatefile(…)) (P22)', () => {
    const data = template?.block.value('user_data');
    const script = data?.type === 'text' ? data.decoded : undefined;
    expect(plain(script)).toBe('#!/bin/sh\nhostname production-app\n');
    expect(script?.text.sourceOf({ start: 10, end: 18 })?.path).toBe('infra/init.sh');
  });

  it('finds the targets of expressions, through locals', () => {
    const id = asg?.block.block('launch_template')?.attribute('id');
    if (!id) throw new Error('no id');
    expect(module.targets(id.expression).map(({ address }) => address)).toEqual(['aws_launch_template.app']);
    expect(id.references.map(({ root }) => root)).toEqual(['local']);
    const locals = moduleOf({
      'm.tf':
        'locals {\n  a = local.b\n  b = [local.a, aws_x.y[0].id]\n}\nresource "aws_x" "y" {}\noutput "o" {\n  value = { for k, v in local.a : k => "${v}" }\n}\n',
    });
    const output = locals.outputs[0]?.attribute('value');
    expect(
      locals
        .targets(output?.expression ?? { type: 'missing', range: { start: 0, end: 0 } })
        .map(({ address }) => address),
    ).toEqual(['aws_x.y']);
  });

  it('knows who refers to a resource', () => {
    const referrers = template ? module.referrers(template) : [];
    expect(referrers.map(({ kind, labels }) => [kind, ...labels].join('.'))).toEqual([
      'resource.aws_autoscaling_group.app',
      'output.template',
    ]);
    expect(asg ? module.referrers(asg).map(({ kind }) => kind) : []).toEqual(['module']);
    const ami = module.dataSource('aws_ami', 'base');
    // `local.template.id` takes the other entry.
    expect(ami ? module.referrers(ami) : undefined).toEqual([]);
  });

  it('override files change variables and are no resources of their own', () => {
    const files = {
      'main.tf': 'variable "v" {\n  default = 1\n}\nresource "a" "b" {\n  x = var.v\n}\n',
      'override.tf': 'variable "v" {\n  default = 2\n}\nresource "a" "b" {\n  y = 1\n}\n',
    };
    const overridden = moduleOf(files);
    expect(overridden.resources).toHaveLength(1);
    expect(plain(overridden.resources[0]?.block.value('x'))).toBe(2);
  });

  it('objects of a type with optional attributes may hold more than is written', () => {
    const files = {
      'main.tf': [
        'variable "c" {',
        '  type    = list(object({ image = string, tag = optional(string, "latest") }))',
        '  default = [{ image = "nginx" }]',
        '}',
        'resource "a" "b" {',
        '  image = var.c[0].image',
        '  tag   = lookup(var.c[0], "tag", "x")',
        '}',
      ].join('\n'),
    };
    const block = moduleOf(files).resources[0]?.block;
    expect(plain(block?.value('image'))).toBe('nginx');
    expect(plain(block?.value('tag'))).toEqual({ oneOf: ['?', 'x'] });
  });
});

describe('count and for_each (P15)', () => {
  it.each([
    ['count = 0', true],
    ['count = 1', false],
    ['count = var.unknown', false],
    ['count = var.unknown ? 1 : 0', false],
    ['count = var.unknown ? 0 : 0', true],
    ['count = local.on ? 1 : 0', true],
    ['for_each = {}', true],
    ['for_each = toset([])', true],
    ['for_each = toset(["a"])', false],
    ['for_each = var.unknown', false],
    ['name = "x"', false],
  ])('%s', (argument, disabled) => {
    const built = moduleOf({ 'main.tf': `locals {\n  on = false\n}\nresource "a" "b" {\n  ${argument}\n}\n` });
    expect(built.resources[0]?.disabled).toBe(disabled);
  });
});

describe('conditionals (P16)', () => {
  it('a value fails a test only when all of its branches do', () => {
    const block = resource(
      'resource "a" "b" {\n  x = var.u ? "MUTABLE" : "IMMUTABLE"\n  y = var.u ? "MUTABLE" : "MUTABLE"\n  z = each.value.x != null ? each.value.x : "MUTABLE"\n}\n',
    );
    const bad = (name: string): boolean => {
      const value = block.value(name);
      return value !== undefined && every(value, (option) => textOf(option) === 'MUTABLE');
    };
    expect([bad('x'), bad('y'), bad('z')]).toEqual([false, true, false]);
    const y = block.value('y');
    expect(y?.type === 'choice' ? y.options.map((option) => option.origin?.start) : []).toHaveLength(2);
  });
});

describe('dynamic blocks (P17)', () => {
  const group = (forEach: string, extra = ''): ConfigBlock =>
    resource(
      `variable "u" {}\nresource "aws_security_group" "a" {\n${extra}  dynamic "ingress" {\n    for_each = ${forEach}\n    content {\n      from_port = ingress.value\n      nested {}\n    }\n  }\n}\n`,
    );

  it.each([
    ['[22, 443]', 'yes', [22, 443]],
    ['{ a = 22 }', 'yes', [22]],
    ['toset([])', 'no', []],
    ['[]', 'no', []],
    ['null', 'no', []],
    ['var.u', 'maybe', ['?']],
    ['var.u ? [22] : []', 'maybe', ['?']],
    ['concat([22], var.u)', 'yes', ['?']],
  ] as const)('for_each = %s', (forEach, presence, ports) => {
    const block = group(forEach);
    expect(block.has('ingress')).toBe(presence);
    expect(block.blocks('ingress').map((ingress) => plain(ingress.value('from_port')))).toEqual(ports);
    expect(block.blocks('ingress').every((ingress) => ingress.dynamic && ingress.has('nested') === 'yes')).toBe(true);
    expect(block.has('egress')).toBe('no');
  });

  it('never hides a static block', () => {
    const block = group('[]', '  ingress {\n    from_port = 80\n  }\n');
    expect(block.has('ingress')).toBe('yes');
    expect(plain(block.block('ingress')?.value('from_port'))).toBe(80);
    expect(
      group('var.u', '  ingress {}\n')
        .blocks('ingress')
        .map(({ dynamic }) => dynamic),
    ).toEqual([false, true]);
  });

  it('has its own iterator, and nested ones', () => {
    const block = resource(
      'resource "a" "b" {\n  dynamic "setting" {\n    for_each = { x = ["p"] }\n    iterator = s\n    content {\n      name = s.key\n      dynamic "inner" {\n        for_each = s.value\n        content {\n          v = "${s.key}${inner.value}${inner.key}"\n        }\n      }\n    }\n  }\n}\n',
    );
    const [setting] = block.blocks('setting');
    expect(plain(setting?.value('name'))).toBe('x');
    expect(plain(setting?.block('inner')?.value('v'))).toBe('xp0');
  });
});

describe('objects as blocks', () => {
  it('in native syntax', () => {
    const block = resource(
      'resource "a" "b" {\n  ingress = [{ from_port = 22 }, { from_port = 80 }]\n  one = ({ k = 1 })\n  none = []\n  what = var.u\n  more = [1]\n}\n',
    );
    expect(block.blocks('ingress').map((item) => plain(item.value('from_port')))).toEqual([22, 80]);
    expect(plain(block.block('one')?.value('k'))).toBe(1);
    expect(['ingress', 'one', 'none', 'what', 'more', 'absent'].map((name) => block.has(name))).toEqual([
      'yes',
      'yes',
      'no',
      'maybe',
      'yes',
      'no',
    ]);
    expect(block.nested).toEqual([]);
  });

  it('in JSON', () => {
    const files = {
      'main.tf.json': JSON.stringify(
        {
          variable: { port: { default: 22 } },
          resource: {
            aws_security_group: {
              web: {
                name: 'web-${var.port}',
                ingress: [{ from_port: '${var.port}' }],
                lifecycle: { create_before_destroy: true },
                dynamic: { egress: { for_each: [1, 2], content: { to_port: '${egress.value}' } } },
              },
            },
          },
          output: { it: { value: '${aws_security_group.web.id}' } },
        },
        undefined,
        2,
      ),
    };
    const built = moduleOf(files);
    const [web] = built.resources;
    expect(web?.address).toBe('aws_security_group.web');
    expect(slice(files, web?.header)).toBe('"web"');
    expect(plain(web?.block.value('name'))).toBe('web-22');
    expect(plain(web?.block.block('ingress')?.value('from_port'))).toBe(22);
    expect(plain(web?.block.block('lifecycle')?.value('create_before_destroy'))).toBe(true);
    expect(web?.block.blocks('egress').map((egress) => [egress.dynamic, plain(egress.value('to_port'))])).toEqual([
      [true, 1],
      [true, 2],
    ]);
    expect(web?.block.has('egress')).toBe('yes');
    expect(web && built.referrers(web).map(({ kind }) => kind)).toEqual(['output']);
    const origin = web?.block.block('ingress')?.value('from_port')?.origin;
    expect(slice(files, origin)).toBe('22');
  });
});

describe('what rules need from P13, P14, P18, P19, P22', () => {
  it('module sources, exclusion filters, ignored changes and container definitions', () => {
    const files = {
      'main.tf': [
        'module "a" {',
        '  source = "git::https://github.com/acme/vpc.git//sub?depth=1&ref=${local.ref}"',
        '}',
        'locals {',
        '  ref = "main"',
        '}',
        'resource "aws_ecr_repository" "app" {',
        '  image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION"',
        '  image_tag_mutability_exclusion_filter {',
        '    filter = "latest*"',
        '  }',
        '  lifecycle {',
        '    ignore_changes = [image_id, tags["x"]]',
        '  }',
        '}',
        'resource "aws_ecs_task_definition" "app" {',
        '  container_definitions = jsonencode([merge(local.base, { image = "app:${local.ref}" })])',
        '}',
      ].join('\n'),
    };
    const built = moduleOf(files);
    const source = built.moduleCalls[0]?.value('source');
    expect(textOf(source)).toBe('git::https://github.com/acme/vpc.git//sub?depth=1&ref=main');
    const [repository, task] = built.resources;
    expect(plain(repository?.block.block('image_tag_mutability_exclusion_filter')?.value('filter'))).toBe('latest*');
    expect(
      repository?.block
        .block('lifecycle')
        ?.attribute('ignore_changes')
        ?.references.map(({ root }) => root),
    ).toEqual(['image_id', 'tags']);
    expect(
      plain(structureOf(task?.block.value('container_definitions') ?? { type: 'unknown', origin: undefined })),
    ).toEqual([{ image: 'app:main', '…': true }]);
  });
});
