import { describe, expect, it } from 'vitest';
import { requirePipeline } from '../../../../release/src/config/read';
import { bakePlaces } from '../../../../client/src/release/lens/bake-places';
import { usesOf } from '../../../../client/src/release/lens/image-uses';
import type { InventoryReference } from '../../../../server/src/lsp/protocol';

const PIPELINE = requirePipeline(
  `app: shop
images:
  web: { container: { dockerfile: web/Dockerfile, repository: registry.example/shop/web } }
  tool: { container: { dockerfile: web/Dockerfile, repository: registry.example/shop/tool, target: Tool } }
  ami: { packer: { template: packer, artifact: { kind: ami } } }
  one: { packer: { template: other/one.pkr.hcl, artifact: { kind: ami } } }
`,
  'immutable.yaml',
);

function places(file: string, text: string): string[] {
  return bakePlaces(PIPELINE.images.values(), '/shop', file, text).map(({ image, line }) => `${image} ${line}`);
}

const DOCKERFILE =
  'FROM node:22 AS build\r\nRUN true\r\nFROM node:22 as tool\r\nFROM --platform=linux/amd64 nginx AS web\r\n';
const TEMPLATE = 'source "amazon-ebs" "a" {}\n# build {\nbuild {\n}\n  build {\n}\n';

describe('what bakes an image', () => {
  it('is the final stage of its Dockerfile, or the one that the pipeline names', () => {
    expect(places('/shop/web/Dockerfile', DOCKERFILE)).toEqual(['web 3', 'tool 2']);
  });

  it('is each build block of its template', () => {
    expect(places('/shop/packer/a.pkr.hcl', TEMPLATE)).toEqual(['ami 2', 'ami 4']);
    expect(places('/shop/other/one.pkr.hcl', TEMPLATE)).toEqual(['one 2', 'one 4']);
  });

  it.each([
    '/shop/Dockerfile',
    '/other/web/Dockerfile',
    '/shop/packer/deeper/a.pkr.hcl',
    '/shop/packer/a.pkrvars.hcl',
    '/shop/other/two.pkr.hcl',
  ])('is not %s, which no image names', (file) => {
    expect(places(file, file.endsWith('file') ? DOCKERFILE : TEMPLATE)).toEqual([]);
  });

  it('is nothing in half a file', () => {
    expect(places('/shop/web/Dockerfile', 'FRO')).toEqual([]);
  });
});

describe('who uses an image', () => {
  function reference(text: string, role: 'used' | 'built' = 'used'): InventoryReference {
    return { text, role } as InventoryReference;
  }

  it('is whoever pulls its repository, whatever the tag', () => {
    const references = [
      reference('registry.example/shop/web'),
      reference('registry.example/shop/web:1.2'),
      reference('registry.example/shop/web:1.2@sha256:aa'),
      reference('registry.example/shop/web:3', 'built'),
      reference('registry.example/shop/website:1'),
      reference('docker.io/library/nginx:1'),
    ];
    expect(usesOf(references, 'registry.example/shop/web').map(({ text }) => text)).toEqual([
      'registry.example/shop/web',
      'registry.example/shop/web:1.2',
      'registry.example/shop/web:1.2@sha256:aa',
    ]);
    expect(usesOf(references, 'nginx')).toHaveLength(1);
    expect(usesOf([reference('127.0.0.1:5000/web:1')], '127.0.0.1:5000/web')).toHaveLength(1);
  });
});
