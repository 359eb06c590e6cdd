import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detectDrift } from '../../../release/src/api/detect-drift';
import type { BakedImage } from '../../../release/src/bakers/baker';
import { planDifferences } from '../../../release/src/drift/terraform-look';
import { readTerraformPlan } from '../../../release/src/plan/terraform-plan';
import { StateRoot } from '../../../release/src/state-root';
import { kinds, record, release, workspaceOf } from './support';

describe('differences of a plan', () => {
  it('its drift is the state, its changes are the configuration; secrets are masked, data sources left out', () => {
    const plan = readTerraformPlan(
      {
        format_version: '1.2',
        resource_drift: [
          {
            address: 'aws_instance.web',
            type: 'aws_instance',
            change: {
              actions: ['update'],
              before: { size: 'a', user_data: 'x' },
              after: { size: 'b', user_data: 'x' },
            },
          },
          {
            address: 'aws_eip.web',
            type: 'aws_eip',
            change: { actions: ['delete'], before: { ip: '1' }, after: null },
          },
        ],
        resource_changes: [
          {
            address: 'aws_lb.web',
            type: 'aws_lb',
            change: {
              actions: ['update'],
              before: { a: 1, b: 1, c: 1, d: 1, e: 1, password: 'old-secret' },
              after: { a: 2, b: 2, c: 2, d: 2, e: 2, password: 'new-secret' },
            },
          },
          {
            address: 'data.aws_ami.base',
            mode: 'data',
            type: 'aws_ami',
            change: { actions: ['read'], before: null, after: {} },
          },
        ],
        output_changes: { url: { actions: ['update'], before: 'a', after: 'b' } },
      },
      '',
    );
    const found = planDifferences(plan);
    expect(found.map(({ kind, where, text }) => `${kind} ${where}: ${text}`)).toEqual([
      'state aws_eip.web: changed outside of Terraform: it is gone',
      'state aws_instance.web: changed outside of Terraform: size "a" → "b"',
      'config aws_lb.web: the next apply would change it: a 1 → 2; b 1 → 2; c 1 → 2; d 1 → 2; 2 more',
      'config output.url: url "a" → "b"',
    ]);
  });
});

describe('drift of an Auto Scaling group (the aws CLI of the test answers as its documentation says)', () => {
  let directory: string;
  let root: StateRoot;
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'immutable-drift-')));
    for (const name of ['work/terraform/.terraform', 'state', 'bin'])
      mkdirSync(join(directory, name), { recursive: true });
    root = new StateRoot(join(directory, 'state'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const ami = (id: string): BakedImage => ({
    name: 'vm',
    kind: 'ami',
    ref: id,
    id,
    tag: null,
    digests: [],
    files: [],
    inputs: '',
    provenance: { region: 'eu-west-1' },
  });

  function program(name: string, body: string): void {
    const file = join(directory, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }

  it('names the machine that runs another image, and the AMI that is gone', async () => {
    record(root, 'local', release('v1', [ami('ami-1')], { slot: null }));
    writeFileSync(join(directory, 'work/terraform/main.tf'), 'variable "ami_id" {}\n');
    const state = {
      version: 4,
      lineage: 'l',
      serial: 3,
      resources: [{}],
      outputs: { ami: { value: 'ami-1' }, asg: { value: 'web' } },
    };
    program(
      'terraform',
      `case "$1 $2" in
'state pull') echo '${JSON.stringify(state)}' ;;
'show -json') echo '{"format_version":"1.2"}' ;;
plan*) echo "$*" > ${directory}/plan ;;
*) echo "$*" >> ${directory}/changed; exit 1 ;;
esac`,
    );
    const instances = [
      { InstanceId: 'i-1', ImageId: 'ami-1' },
      { InstanceId: 'i-2', ImageId: 'ami-0' },
    ];
    const group = { Instances: instances.map(({ InstanceId }) => ({ InstanceId, LifecycleState: 'InService' })) };
    program(
      'aws',
      `case "$2" in
describe-auto-scaling-groups) echo '${JSON.stringify({ AutoScalingGroups: [group] })}' ;;
describe-instances) echo '${JSON.stringify({ Reservations: [{ Instances: instances }] })}' ;;
describe-images) echo '{"Images":[]}' ;;
*) echo "$*" >> ${directory}/changed; exit 1 ;;
esac`,
    );
    const text = `app: shop
images: { vm: { packer: { template: packer, artifact: { kind: ami } } } }
environments:
  local:
    target: { terraform: { dir: terraform, set: { ami_id: "\${image.vm.id}" }, read: { image: { output: ami } }, refresh: { asg: "\${output.asg}" } } }
`;
    const report = await detectDrift(workspaceOf(join(directory, 'work'), root, text), 'local', {
      own: { PATH: join(directory, 'bin') },
    });
    expect(kinds(report)).toEqual(['gone ami-1', 'image i-2']);
    expect(report.instances.map(({ id, image, match }) => [id, image, match])).toEqual([
      ['', 'ami-1', 'match'],
      ['i-1', 'ami-1', 'match'],
      ['i-2', 'ami-0', 'mismatch'],
    ]);
    expect(() => rmSync(join(directory, 'changed'))).toThrow('ENOENT');
  });
});
