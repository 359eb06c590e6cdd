import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseArtifact } from '../../../release/src/bakers/packer/artifact';
import { readMachineOutput, type PackerArtifact } from '../../../release/src/bakers/packer/machine-readable';
import { findSince, manifestState } from '../../../release/src/bakers/packer/manifest';

describe('machine-readable output', () => {
  it('unescapes commas and line ends, and keeps failed builds apart', () => {
    const text = `noise
1,a.b,artifact-count,1
1,a.b,artifact,0,builder-id,mitchellh.amazonebs
1,a.b,artifact,0,id,eu-west-1:ami-0a%!(PACKER_COMMA)us-east-1:ami-0b
1,a.b,artifact,0,files-count,1
1,a.b,artifact,0,file,0,out/x%!(PACKER_COMMA)y.img
1,a.b,artifact,0,end
1,c.d,error,one%!(PACKER_COMMA) two\\nthree
1,,ui,error,four
`;
    expect(readMachineOutput(text)).toEqual({
      artifacts: [
        {
          build: 'a.b',
          builder: 'mitchellh.amazonebs',
          id: 'eu-west-1:ami-0a,us-east-1:ami-0b',
          files: ['out/x,y.img'],
        },
      ],
      errors: [{ build: 'c.d', message: 'one, two\nthree' }],
      said: ['four'],
      made: [],
      isTidy: false,
    });
  });

  it('leaves out an artifact that was cut off', () => {
    expect(readMachineOutput('1,a.b,artifact,0,id,ami').artifacts).toEqual([]);
  });
});

function made(id: string, build = 'amazon-ebs.app', files: readonly string[] = []): PackerArtifact {
  return { build, builder: '', id, files };
}

describe('the artifact that is deployed', () => {
  it('is the AMI of the region that was asked for', () => {
    const artifacts = [made('eu-west-1:ami-0a,us-east-1:ami-0b')];
    expect(chooseArtifact(artifacts, { kind: 'ami', region: 'us-east-1' })).toMatchObject({
      id: 'ami-0b',
      region: 'us-east-1',
    });
    expect(chooseArtifact(artifacts, { kind: 'ami' })).toMatchObject({
      problem: expect.stringContaining('several AMIs') as string,
    });
    expect(chooseArtifact(artifacts, { kind: 'ami', region: 'eu-north-1' })).toEqual({
      problem: 'the build made no AMI in eu-north-1, only in eu-west-1, us-east-1: correct `artifact.region`',
    });
    // The same image, once from the builder and once from a post-processor.
    expect(chooseArtifact([made('eu-west-1:ami-0a'), made('eu-west-1:ami-0a')], { kind: 'ami' })).toMatchObject({
      id: 'ami-0a',
    });
  });

  it('is never a guess between several builds', () => {
    const two = [made('one', 'docker.a'), made('two', 'docker.b')];
    expect(chooseArtifact(two, { kind: 'container' })).toHaveProperty('problem');
    expect(chooseArtifact([made('', 'file.a')], { kind: 'files' })).toEqual({ problem: 'the build made no files' });
  });
});

describe('F09: a manifest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'immutable-manifest-'));
  const file = join(folder, 'manifest.json');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function entry(run: string, label?: string): object {
    const data = label === undefined ? null : { immutable_run: label };
    return {
      name: 'app',
      builder_type: 'file',
      artifact_id: 'File',
      files: [{ name: `${run}.img` }],
      packer_run_uuid: run,
      custom_data: data,
    };
  }

  function write(last: string, ...builds: readonly object[]): void {
    writeFileSync(file, JSON.stringify({ builds, last_run_uuid: last }));
  }

  it('that is missing, or unchanged, tells nothing', () => {
    const missing = manifestState(join(folder, 'none'), 'none');
    expect(findSince(join(folder, 'none'), missing, 'r')).toEqual({ kind: 'none' });
    write('a', entry('a'));
    expect(findSince(file, manifestState(file, 'm'), 'r')).toEqual({ kind: 'none' });
  });

  it('tells what the last run made, and nothing of older runs', () => {
    write('a', entry('a'));
    const before = manifestState(file, 'm');
    write('b', entry('a'), entry('b'), entry('b'));
    const found = findSince(file, before, 'r');
    expect(found).toMatchObject({ kind: 'found', run: 'b' });
    expect(found.kind === 'found' && found.artifacts.flatMap(({ files }) => files)).toEqual(['b.img', 'b.img']);
  });

  it('that a parallel run wrote too belongs to nobody', () => {
    write('a', entry('a'));
    const before = manifestState(file, 'm');
    write('c', entry('a'), entry('b'), entry('c'));
    expect(findSince(file, before, 'r')).toEqual({ kind: 'foreign', reason: 'm was written by another build too' });
    write('b', entry('a'), entry('b', 'another'));
    expect(findSince(file, before, 'r')).toMatchObject({ kind: 'foreign' });
    write('b', entry('a'), entry('b', 'r'));
    expect(findSince(file, before, 'r')).toMatchObject({ kind: 'found' });
  });
});
