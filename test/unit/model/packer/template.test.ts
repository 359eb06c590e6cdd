import { describe, expect, it } from 'vitest';
import { plain, slice, templateOf } from '../terraform/support';

const HCL = {
  'packer/app.pkr.hcl': `
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.0.0"
    }
  }
}

source "amazon-ebs" "app" {
  ami_name      = "app-{{timestamp}}-\${local.stamp}"
  instance_type = var.size
  source_ami_filter {
    filters     = { name = "ubuntu-*" }
    most_recent = true
    owners      = ["099720109477"]
  }
}

source "docker" "base" {
  image = "ubuntu:\${var.tag}"
}

source "null" "unused" {
  communicator = "none"
}

build {
  name    = "first"
  sources = ["source.amazon-ebs.app"]

  provisioner "shell" {
    inline = ["apt-get install -y nginx", "echo \${source.name}"]
    only   = ["amazon-ebs.app"]
  }

  post-processor "checksum" {}
  post-processors {
    post-processor "docker-tag" {
      repository = "acme/app"
    }
    post-processor "docker-push" {}
  }
  post-processor "manifest" {
    output = "manifest.json"
  }
}

build {
  source "docker.base" {
    commit = true
  }
  sources = [source.amazon-ebs.app]
}
`,
  'packer/variables.pkr.hcl': `
variable "size" {
  default = "t3.micro"
}
variable "tag" {
  default = env("TAG")
}
locals {
  stamp = formatdate("YYYYMMDD", timestamp())
}
local "secret" {
  expression = "x"
  sensitive  = true
}
data "amazon-ami" "base" {
  most_recent = true
}
`,
  'packer/x.auto.pkrvars.hcl': 'size = "t3.large"\n',
  'packer/y.pkrvars.hcl': 'size = "ignored"\n',
};

describe('an HCL2 template', () => {
  const template = templateOf(HCL, 'packer');
  const source = (name: string) => template.sources.find((candidate) => candidate.name === name);

  it('has sources, builds and settings', () => {
    expect(template.form).toBe('hcl');
    expect(template.sources.map(({ builder, name }) => `${builder}.${name}`)).toEqual([
      'amazon-ebs.app',
      'docker.base',
      'null.unused',
    ]);
    expect(template.builds).toHaveLength(2);
    expect(template.settings[0]?.block('required_plugins')?.block('amazon')?.attribute('version')).toBeDefined();
    expect(template.dataSources.map(({ labels }) => labels)).toEqual([['amazon-ami', 'base']]);
    expect([...template.variables.keys()]).toEqual(['size', 'tag']);
  });

  it('connects builds and sources, whichever way they are named', () => {
    expect(template.builds.map((build) => build.sources.map(({ name }) => name))).toEqual([['app'], ['app', 'base']]);
    expect(source('app')?.builds).toEqual(template.builds);
    expect(source('base')?.builds).toEqual([template.builds[1]]);
    expect(source('unused')?.builds).toEqual([]);
  });

  it('a source in a build adds arguments', () => {
    expect(plain(source('base')?.block.value('commit'))).toBe(true);
    expect(plain(source('base')?.block.value('image'))).toBe('ubuntu:?');
    expect(slice(HCL, source('base')?.header)).toBe('source "docker" "base"');
  });

  it('evaluates with the automatic variables; time and the environment are holes', () => {
    expect(plain(source('app')?.block.value('instance_type'))).toBe('t3.large');
    expect(plain(source('app')?.block.value('ami_name'))).toBe('app-{{timestamp}}-?');
    expect(source('app')?.block.has('source_ami_filter')).toBe('yes');
  });

  it('has steps in order', () => {
    const [first] = template.builds;
    expect(first?.provisioners.map(({ type }) => type)).toEqual(['shell']);
    expect(plain(first?.provisioners[0]?.block.value('inline'))).toEqual(['apt-get install -y nginx', 'echo ?']);
    expect(plain(first?.provisioners[0]?.block.value('only'))).toEqual(['amazon-ebs.app']);
    expect(first?.postProcessors.map(({ type }) => type)).toEqual([
      'checksum',
      'docker-tag',
      'docker-push',
      'manifest',
    ]);
  });

  it('keeps secrets unknown', () => {
    const secret = templateOf({ ...HCL, 'packer/z.pkr.hcl': 'source "null" "z" {\n  a = local.secret\n}\n' }, 'packer');
    expect(plain(secret.sources.find(({ name }) => name === 'z')?.block.value('a'))).toBe('?');
  });
});

describe('a legacy JSON template', () => {
  const files = {
    'app.json': JSON.stringify(
      {
        variables: { base_ami: 'ami-0123456789abcdef0', region: null, password: 'x' },
        'sensitive-variables': ['password'],
        builders: [
          {
            type: 'amazon-ebs',
            source_ami: '{{user `base_ami`}}',
            region: '{{ user "region" }}',
            ami_name: 'app-{{timestamp}}',
            ssh_password: '{{user `password`}}',
          },
          { type: 'docker', name: 'image', image: 'ubuntu:22.04', commit: true },
        ],
        provisioners: [{ type: 'shell', inline: ['echo hi'] }],
        'post-processors': ['manifest', [{ type: 'docker-tag', tag: ['latest'] }, 'docker-push']],
      },
      undefined,
      2,
    ),
  };
  const template = templateOf(files);

  it('reads like an HCL2 one', () => {
    expect(template.form).toBe('json');
    const [ebs, docker] = template.sources;
    expect([ebs?.builder, ebs?.name, docker?.builder, docker?.name]).toEqual([
      'amazon-ebs',
      'amazon-ebs',
      'docker',
      'image',
    ]);
    expect(plain(ebs?.block.value('source_ami'))).toBe('ami-0123456789abcdef0');
    expect(slice(files, ebs?.block.value('source_ami')?.origin)).toBe('"ami-0123456789abcdef0"');
    expect(plain(ebs?.block.value('region'))).toBe('?');
    expect(plain(ebs?.block.value('ssh_password'))).toBe('?');
    expect(plain(ebs?.block.value('ami_name'))).toBe('app-{{timestamp}}');
    expect(slice(files, ebs?.header)).toBe('"amazon-ebs"');
    expect(slice(files, docker?.header)).toBe('"docker"');
  });

  it('its build has all steps and all sources', () => {
    const [build] = template.builds;
    expect(build?.sources).toEqual(template.sources);
    expect(build?.provisioners.map(({ type }) => type)).toEqual(['shell']);
    expect(build?.postProcessors.map(({ type }) => type)).toEqual(['manifest', 'docker-tag', 'docker-push']);
    expect(plain(build?.postProcessors[1]?.block.value('tag'))).toEqual(['latest']);
  });
});
