import { describe, expect, it } from 'vitest';
import { parseModuleSource, refKind } from '../../../../server/src/model/terraform/module-source';

const git = (ref?: string) => ({ type: 'repository', kind: 'git', ref });

describe('parseModuleSource', () => {
  it.each([
    ['./modules/vpc', { type: 'local' }],
    ['../init-snippet-gitlab-docker', { type: 'local' }],
    ['/opt/modules/vpc', { type: 'local' }],
    ['terraform-aws-modules/vpc/aws', { type: 'registry' }],
    ['terraform-aws-modules/iam/aws//modules/iam-role', { type: 'registry' }],
    ['app.terraform.io/acme/vpc/aws', { type: 'registry' }],
    ['github.com/acme/vpc', git()],
    ['github.com/acme/vpc//modules/a?ref=v1.2.0', git('v1.2.0')],
    ['https://github.com/acme/vpc', git()],
    ['git::https://example.com/vpc.git?depth=1&ref=v1', git('v1')],
    ['git::https://example.com/vpc.git/dir?ref=v2', git('v2')],
    ['git@github.com:acme/vpc.git?ref=main', git('main')],
    ['git::ssh://git@github.com/acme/vpc.git', git()],
    ['hg::https://example.com/vpc?rev=default', { type: 'repository', kind: 'hg', ref: 'default' }],
    [
      'https://example.com/vpc-1.2.0.zip',
      { type: 'archive', path: 'https://example.com/vpc-1.2.0.zip', checksum: false },
    ],
    [
      'https://example.com/vpc.zip?checksum=sha256:1',
      { type: 'archive', path: 'https://example.com/vpc.zip', checksum: true },
    ],
    [
      's3::https://s3.amazonaws.com/b/vpc.zip',
      { type: 'archive', path: 'https://s3.amazonaws.com/b/vpc.zip', checksum: false },
    ],
    ['https://example.com/vpc', { type: 'unknown' }],
    ['oci://example.com/vpc', { type: 'unknown' }],
    ['vpc', { type: 'unknown' }],
  ])('%s', (address, expected) => {
    expect(parseModuleSource(address)).toEqual(expected);
  });
});

describe('refKind', () => {
  it.each([
    ['0123456789abcdef0123456789abcdef01234567', 'commit'],
    ['v1.2.0', 'tag'],
    ['refs/tags/stable', 'tag'],
    ['release/1.2', 'tag'],
    ['main', 'branch'],
    ['HEAD', 'branch'],
    ['feature/x', 'branch'],
    ['something', 'unknown'],
  ])('%s is a %s', (ref, expected) => {
    expect(refKind(ref)).toBe(expected);
  });
});
