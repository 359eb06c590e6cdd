import { describe, expect, it } from 'vitest';
import { detectKind } from '../../../server/src/lang/detect';
import { SourceFile } from '../../../server/src/model/source-file';
import { placeOfAddress } from '../../../server/src/workspace/terraform-address';

const FILES: Readonly<Record<string, string>> = {
  'infra/main.tf': [
    'module "web" {',
    '  source   = "../modules/web"',
    '  for_each = toset(["a", "b"])',
    '}',
    'module "vpc" {',
    '  source = "terraform-aws-modules/vpc/aws"',
    '}',
    'data "aws_ami" "base" {}',
  ].join('\n'),
  'infra/servers.tf': 'resource "aws_instance" "app" {\n  count = 2\n}\n',
  'infra/extra.tf.json': JSON.stringify({ resource: { aws_s3_bucket: { logs: { bucket: 'x' } } } }),
  'modules/web/main.tf': 'resource "aws_instance" "app" {}\nmodule "inner" {\n  source = "./inner"\n}\n',
  'modules/web/inner/main.tofu': 'resource "null_resource" "deep" {}\n',
};

const files = {
  list: (directory: string) =>
    Object.keys(FILES).flatMap((path) => {
      const rest = path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : '';
      return rest === '' || rest.includes('/') ? [] : [rest];
    }),
  source: (path: string) => {
    const text = FILES[path];
    const kind = text === undefined ? undefined : detectKind(path, text);
    return text === undefined || kind === undefined ? undefined : new SourceFile(path, text, kind, 'production');
  },
};

function written(address: string): string | undefined {
  const place = placeOfAddress(address, 'infra', files);
  return place && `${place.path}: ${FILES[place.path]?.slice(place.range.start, place.range.end) ?? ''}`;
}

describe('the block that an address of a plan comes from', () => {
  it.each([
    ['aws_instance.app', 'infra/servers.tf: resource "aws_instance" "app"'],
    ['aws_instance.app[1]', 'infra/servers.tf: resource "aws_instance" "app"'],
    ['data.aws_ami.base', 'infra/main.tf: data "aws_ami" "base"'],
    ['module.web["a"].aws_instance.app["x.y[0]"]', 'modules/web/main.tf: resource "aws_instance" "app"'],
    [
      'module.web["b\\"]"].module.inner.null_resource.deep',
      'modules/web/inner/main.tofu: resource "null_resource" "deep"',
    ],
    // What lies in a module from elsewhere is the block that calls it.
    ['module.vpc.aws_vpc.this[0]', 'infra/main.tf: module "vpc"'],
    ['module.web["a"].module.gone.aws_instance.app', 'infra/main.tf: module "web"'],
  ])('%s', (address, expected) => {
    expect(written(address)).toBe(expected);
  });

  it('is found in JSON too', () => {
    expect(placeOfAddress('aws_s3_bucket.logs', 'infra', files)?.path).toBe('infra/extra.tf.json');
  });

  it.each(['aws_instance.gone', 'nonsense', '', 'aws_instance.app.extra', 'module.web', 'module.none.a.b'])(
    'is nowhere, or only the call: `%s`',
    (address) => {
      expect(written(address)).toBe(address === 'module.web' ? 'infra/main.tf: module "web"' : undefined);
    },
  );
});
