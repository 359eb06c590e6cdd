import { describe, expect, it } from 'vitest';
import type { Attribute, Block, Expression } from '../../../../server/src/lang/hcl/ast';
import { parseJson } from '../../../../server/src/lang/data/json';
import { hclFromJson, type JsonDialect } from '../../../../server/src/lang/hcl/from-json';
import { traversals } from '../../../../server/src/lang/hcl/walk';

function outline(text: string, dialect: JsonDialect): unknown {
  const show = (item: Attribute | Block): unknown => {
    if (item.type === 'attribute') return `${item.name} ${text.slice(item.value.range.start, item.value.range.end)}`;
    return { [[item.kind, ...item.labels.map((label) => label.value)].join(' ')]: item.body.items.map(show) };
  };
  return hclFromJson(parseJson(text), dialect).body.items.map(show);
}

function blocks(text: string, dialect: JsonDialect): Block[] {
  return hclFromJson(parseJson(text), dialect).body.items.filter((item) => item.type === 'block');
}

function attributeOf(block: Block | undefined, name: string): Attribute {
  const found = block?.body.items.find((item) => item.type === 'attribute' && item.name === name);
  if (found?.type !== 'attribute') throw new Error(`no ${name}`);
  return found;
}

const TERRAFORM = `{
  "//": "why",
  "terraform": { "required_version": ">= 1.6" },
  "resource": {
    "aws_launch_template": {
      "//": "why",
      "web": {
        "//": "why",
        "image_id": "\${data.aws_ami.web.id}",
        "name": "web-\\u00e9-\${var.env}",
        "count": 2,
        "ebs": [{ "encrypted": true, "//": "why" }],
        "tags": { "a\${var.k}": null }
      }
    },
    "aws_instance": { "x": [{ "ami": "1" }, { "ami": "2" }] }
  },
  "variable": { "env": { "default": "dev" } },
  "provider": { "aws": [{ "region": "a" }, { "alias": "b" }] },
  "locals": [{ "a": 1 }, { "b": 2 }],
  "module": { "net": { "source": "./net" } }
}`;

describe('Terraform JSON', () => {
  it('has the blocks of the native form', () => {
    expect(outline(TERRAFORM, 'terraform')).toEqual([
      { terraform: ['required_version ">= 1.6"'] },
      {
        'resource aws_launch_template web': [
          'image_id "${data.aws_ami.web.id}"',
          'name "web-\\u00e9-${var.env}"',
          'count 2',
          'ebs [{ "encrypted": true, "//": "why" }]',
          'tags { "a${var.k}": null }',
        ],
      },
      { 'resource aws_instance x': ['ami "1"'] },
      { 'resource aws_instance x': ['ami "2"'] },
      { 'variable env': ['default "dev"'] },
      { 'provider aws': ['region "a"'] },
      { 'provider aws': ['alias "b"'] },
      { locals: ['a 1'] },
      { locals: ['b 2'] },
      { 'module net': ['source "./net"'] },
    ]);
  });

  it('parses strings as templates and keeps their places', () => {
    const block = blocks(TERRAFORM, 'terraform')[1];
    const name = attributeOf(block, 'name');
    expect(
      name.value.type === 'template' &&
        name.value.parts.map((part) => (part.type === 'text' ? part.text.text : part.type)),
    ).toEqual(['web-é-', 'interpolation']);
    const [reference] = traversals(name.value);
    expect(TERRAFORM.slice(reference?.range.start, reference?.range.end)).toBe('var.env');
    expect(TERRAFORM.slice(name.nameRange.start, name.nameRange.end)).toBe('"name"');
    expect(TERRAFORM.slice(name.equalsRange.start, name.equalsRange.end)).toBe(':');
    expect(TERRAFORM.slice(name.range.start, name.range.end)).toBe('"name": "web-\\u00e9-${var.env}"');
    expect(block?.closeBrace && TERRAFORM.slice(block.closeBrace.start, block.closeBrace.end)).toBe('}');
    expect(block?.labels.map(({ range }) => TERRAFORM.slice(range.start, range.end))).toEqual([
      '"aws_launch_template"',
      '"web"',
    ]);
  });

  it('leaves nested objects as objects, without comments, keys parsed as templates', () => {
    const block = blocks(TERRAFORM, 'terraform')[1];
    const ebs = attributeOf(block, 'ebs').value;
    const first: Expression | undefined = ebs.type === 'tuple' ? ebs.items[0] : undefined;
    expect(first?.type === 'object' && first.items.map((item) => [item.name, item.value.type])).toEqual([
      ['encrypted', 'literal'],
    ]);
    expect(traversals(attributeOf(block, 'tags').value).map(({ steps }) => steps[0]?.name)).toEqual(['k']);
  });

  it('reads a variables file as attributes', () => {
    expect(outline('{"env": "prod", "zones": ["a"]}', 'terraform')).toEqual(['env "prod"', 'zones ["a"]']);
  });

  it.each(['', '[]', '{', '{"resource"', '{"resource": {"a": ', '{"resource": {"a": {"b": 1}}}', '{"locals": [1, {]}'])(
    'survives %j',
    (text) => {
      expect(() => hclFromJson(parseJson(text), 'terraform')).not.toThrow();
      expect(() => hclFromJson(parseJson(text.replace('resource', 'builders')), 'packer')).not.toThrow();
    },
  );
});

const PACKER = `{
  "_comment": "why",
  "min_packer_version": "1.9.0",
  "variables": { "region": "eu-central-1", "token": null },
  "sensitive-variables": ["token"],
  "builders": [
    { "type": "amazon-ebs", "name": "web", "region": "{{user \`region\`}}", "ami_name": "web-{{ user \\"v\\" }}-{{timestamp}}" },
    { "type": "docker", "image": "debian:12" }
  ],
  "provisioners": [{ "type": "shell", "inline": ["a", "b"] }],
  "post-processors": [
    "compress",
    { "type": "manifest" },
    [{ "type": "docker-tag", "repository": "x" }, "docker-push"]
  ]
}`;

describe('Packer JSON', () => {
  it('has the blocks of the HCL2 form', () => {
    expect(outline(PACKER, 'packer')).toEqual([
      'min_packer_version "1.9.0"',
      { 'variable region': ['default "eu-central-1"'] },
      { 'variable token': [] },
      'sensitive-variables ["token"]',
      { 'source amazon-ebs web': ['region "{{user `region`}}"', 'ami_name "web-{{ user \\"v\\" }}-{{timestamp}}"'] },
      { 'source docker docker': ['image "debian:12"'] },
      {
        build: [
          { 'provisioner shell': ['inline ["a", "b"]'] },
          { 'post-processor compress': [] },
          { 'post-processor manifest': [] },
          {
            'post-processors': [
              { 'post-processor docker-tag': ['repository "x"'] },
              { 'post-processor docker-push': [] },
            ],
          },
        ],
      },
    ]);
  });

  it('turns user variables into references and leaves other actions as text', () => {
    const [, , source] = blocks(PACKER, 'packer');
    const { value } = attributeOf(source, 'ami_name');
    if (value.type !== 'template') throw new Error('no template');
    expect(
      value.parts.map((part) =>
        part.type === 'text' ? part.text.text : PACKER.slice(part.range.start, part.range.end),
      ),
    ).toEqual(['web-', '{{ user \\"v\\" }}', '-{{timestamp}}']);
    const [reference] = traversals(value);
    expect(reference).toMatchObject({ root: 'var', steps: [{ name: 'v' }] });
    const step = reference?.steps[0]?.range;
    expect(PACKER.slice(step?.start, step?.end)).toBe('v');
    expect(traversals(attributeOf(source, 'region').value)).toMatchObject([
      { root: 'var', steps: [{ name: 'region' }] },
    ]);
  });

  it('places labels on the values that give them', () => {
    const [, , source] = blocks(PACKER, 'packer');
    expect(source?.labels.map(({ range }) => PACKER.slice(range.start, range.end))).toEqual(['"amazon-ebs"', '"web"']);
    expect(source && PACKER.slice(source.range.start, source.range.start + 8)).toBe('{ "type"');
  });

  it('does not read HCL interpolations: Packer JSON has none', () => {
    const [source] = blocks('{"builders": [{"type": "docker", "image": "${x}"}]}', 'packer');
    const { value } = attributeOf(source, 'image');
    expect(value.type === 'template' && value.parts.map((part) => part.type)).toEqual(['text']);
  });
});
