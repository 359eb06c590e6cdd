import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeLeftovers, findLeftovers } from '../../../release/src/bakers/packer/leftovers';
import { readMachineOutput, type PackerArtifact } from '../../../release/src/bakers/packer/machine-readable';
import { knownOutputs, readTemplate } from '../../../release/src/bakers/packer/template';

/** 2026-11-21 10:00. */
const START = Date.UTC(2026, 10, 21, 10);

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'immutable-leftovers-'));
});
afterEach(() => rmSync(workspace, { recursive: true }));

/** @param seconds after the start of the build */
function write(path: string, content: string, seconds = 1): void {
  const file = join(workspace, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const time = new Date(START + seconds * 1000);
  utimesSync(file, time, time);
}

const NOTHING_MADE = { made: [], isTidy: true };

describe('F06: what a build left behind', () => {
  it('is what the template writes to and was written since the build began, files and folders', () => {
    write('out/a.img', 'half');
    write('out/old.img', 'of the build before', -60);
    write('vm/disk.qcow2', 'half a disk');
    write('vm/deep/vars.fd', 'x');
    write('vm/iso', 'was there', -1);
    write('src/index.js', 'somebody edits');
    const left = findLeftovers(workspace, ['out/a.img', 'out/old.img', 'vm', 'never'], START, [], NOTHING_MADE);
    expect(left).toEqual({
      orphans: [],
      files: [
        { path: 'out/a.img', size: 4, modified: START + 1000 },
        { path: 'vm/deep/vars.fd', size: 1, modified: START + 1000 },
        { path: 'vm/disk.qcow2', size: 11, modified: START + 1000 },
      ],
      made: [],
    });
  });

  it('tells finished images from half files, and says nothing when nothing is there', () => {
    write('out/a.img', 'whole');
    write('out/b.img', 'half');
    const done: PackerArtifact = { build: 'file.a', builder: '', id: 'File', files: ['out/a.img'] };
    const cloud: PackerArtifact = { build: 'amazon-ebs.c', builder: '', id: 'eu-west-1:ami-0c', files: [] };
    const left = findLeftovers(workspace, ['out/a.img', 'out/b.img'], START, [done, cloud], NOTHING_MADE);
    expect(describeLeftovers(left)).toBe(
      ' No release uses what was made; delete it when you do not need it:\n  file.a: out/a.img\n  amazon-ebs.c: eu-west-1:ami-0c' +
        ' Half done and left behind; delete it when you do not need it:\n  out/b.img',
    );
    expect(left.files.map(({ path }) => path)).toEqual(['out/a.img', 'out/b.img']);
    expect(describeLeftovers(findLeftovers(workspace, ['none'], START, [], NOTHING_MADE))).toBe('');
  });

  const ui = (text: string): string => `1,,ui,say,${text}\n`;
  const AMAZON = [
    '==> amazon-ebs.app: Found Image ID: ami-0aaa',
    '==> amazon-ebs.app: Creating temporary keypair: packer_5f1',
    '==> amazon-ebs.app: Creating temporary security group for this instance: packer_5f2',
    '    amazon-ebs.app: Instance ID: i-0bbb',
    '==> amazon-ebs.app: Waiting for instance (i-0bbb) to become ready...',
  ]
    .map(ui)
    .join('');
  const MADE = [
    'amazon-ebs.app: key pair packer_5f1',
    'amazon-ebs.app: security group packer_5f2',
    'amazon-ebs.app: instance i-0bbb',
  ];

  it('is read from the log of a cloud builder that did not clean up: what it made, never what it only used', () => {
    expect(findLeftovers(workspace, [], START, [], readMachineOutput(AMAZON)).made).toEqual(MADE);
    const clean = `${AMAZON}${ui('Cleanly cancelled builds after being interrupted.')}`;
    expect(findLeftovers(workspace, [], START, [], readMachineOutput(clean)).made).toEqual([]);
    const not = `${AMAZON}1,,ui,error,==> amazon-ebs.app: Error terminating instance%!(PACKER_COMMA) may still be around: denied\n${ui('Cleanly cancelled builds after being interrupted.')}`;
    const left = findLeftovers(workspace, [], START, [], readMachineOutput(not));
    expect(describeLeftovers(left)).toBe(
      ` Packer made these for the build and may not have removed them; look for them:\n  ${MADE.join('\n  ')}`,
    );
  });

  it('is looked for where the template says, with its variables, but not in its manifest', () => {
    write(
      'packer/app.pkr.hcl',
      `source "file" "a" { target = "out/\${var.version}.img" }
source "qemu" "b" {
  output_directory = "\${path.root}/vm"
  # target = "out/comment.img"
}
build {
  post-processor "manifest" { output = "out/manifest.json" }
  post-processor "checksum" { output = "out/{{.BuildName}}.sum" }
  post-processor "compress" { output = "out/\${local.name}.tar" }
}
`,
    );
    const template = readTemplate(workspace, 'packer');
    expect(knownOutputs(template, new Map([['version', 'v1']]))).toEqual(['out/v1.img', 'packer/vm']);
    write('app.json', JSON.stringify({ builders: [{ type: 'file', target: 'out/{{user `version`}}.img' }] }));
    expect(knownOutputs(readTemplate(workspace, 'app.json'), new Map([['version', 'v1']]))).toEqual(['out/v1.img']);
  });
});
