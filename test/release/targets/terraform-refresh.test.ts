import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { amiIsThere } from '../../../release/src/bakers/packer/ami';
import type { LiveContext } from '../../../release/src/run/live-context';
import { createInstanceRefresh } from '../../../release/src/targets/terraform/instance-refresh';
import { RealWorld } from '../bakers/packer-support';
import { bundleProgram } from '../support/bundles';

// Not verified against AWS: this program answers as the documentation of the aws CLI says.
const FAKE_AWS = `#!${process.execPath}
const fs = require('fs');
const file = __dirname + '/world.json';
const world = JSON.parse(fs.readFileSync(file, 'utf8'));
const words = process.argv.slice(2);
const save = () => fs.writeFileSync(file, JSON.stringify(world));
const option = (name) => (words.find((word) => word.startsWith('--' + name + '=')) || '').slice(name.length + 3);
const say = (value) => console.log(JSON.stringify(value));
world.calls.push(words.slice(0, 2).join(' '));
switch (words[1]) {
  case 'describe-auto-scaling-groups':
    say({ AutoScalingGroups: world.group ? [world.group] : [] });
    break;
  case 'start-instance-refresh':
    world.started = { preferences: JSON.parse(option('preferences')), desired: JSON.parse(option('desired-configuration')) };
    world.hangs = false;
    world.refreshes.unshift({ InstanceRefreshId: 'r-new', Status: 'Pending', DesiredConfiguration: world.started.desired });
    say({ InstanceRefreshId: 'r-new' });
    break;
  case 'cancel-instance-refresh':
    if (['Pending', 'InProgress', 'Baking', 'RollbackInProgress'].includes((world.refreshes[0] || {}).Status)) {
      world.refreshes[0].Status = 'Cancelling';
      say({ InstanceRefreshId: world.refreshes[0].InstanceRefreshId });
    } else {
      console.error('An error occurred (ActiveInstanceRefreshNotFound) when calling the CancelInstanceRefresh operation');
      process.exitCode = 254;
    }
    break;
  case 'describe-instance-refreshes': {
    const [first] = world.refreshes;
    say({ InstanceRefreshes: first ? [first] : [] });
    const status = (first || {}).Status;
    if (status === 'Cancelling' && !world.isStuck) first.Status = 'Cancelled';
    if (world.hangs) break;
    if (status === 'RollbackInProgress') first.Status = 'RollbackFailed';
    if (first && ['Pending', 'InProgress'].includes(first.Status)) {
      first.Status = first.Status === 'Pending' ? 'InProgress' : world.end;
      if (first.Status === 'Successful') {
        for (const one of world.group.Instances) one.LaunchTemplate = world.group.LaunchTemplate;
        world.image = world.next;
      } else if (first.Status === world.end) first.StatusReason = 'instances did not pass their health checks';
    }
    break;
  }
  case 'describe-instances':
    say({ Reservations: world.group.Instances.map(() => ({ Instances: [{ ImageId: world.image }] })) });
    break;
  case 'describe-images':
    if (world.gone) {
      console.error("An error occurred (InvalidAMIID.NotFound) when calling the DescribeImages operation: The image id '[ami-1]' does not exist");
      process.exitCode = 254;
    } else say({ Images: [{ ImageId: 'ami-1', State: world.imageState }] });
    break;
}
save();
`;

interface World {
  calls: string[];
  group: unknown;
  refreshes: unknown[];
  end: string;
  image: string;
  next: string;
  imageState: string;
  gone: boolean;
  /** Nothing goes on by itself. */
  hangs?: boolean;
  /** What is to stop does not. */
  isStuck?: boolean;
  started?: { preferences: unknown; desired: unknown };
}

let runner: Awaited<ReturnType<typeof bundleProgram>>;
let world: RealWorld;
let bin: string;
beforeAll(async () => {
  runner = await bundleProgram('release/src/process/step-runner.ts');
});
afterAll(() => runner.dispose());
beforeEach(() => {
  world = new RealWorld(runner.path, 'app: shop\n');
  bin = mkdtempSync(join(tmpdir(), 'immutable-aws-'));
  writeFileSync(join(bin, 'aws'), FAKE_AWS);
  chmodSync(join(bin, 'aws'), 0o755);
});
afterEach(() => {
  world.dispose();
  rmSync(bin, { recursive: true, force: true });
});

function template(version: string): object {
  return { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'app', Version: version };
}

function set(changes: Partial<World> = {}): void {
  const instance = (id: string, state: string): object => ({
    InstanceId: id,
    LifecycleState: state,
    LaunchTemplate: template('6'),
  });
  const instances = [instance('i-1', 'InService'), instance('i-2', 'InService')];
  const start: World = {
    calls: [],
    group: { LaunchTemplate: template('7'), Instances: instances },
    refreshes: [],
    end: 'Successful',
    image: 'ami-0',
    next: 'ami-1',
    imageState: 'available',
    gone: false,
  };
  writeFileSync(join(bin, 'world.json'), JSON.stringify({ ...start, ...changes }));
}

function get(): World {
  return JSON.parse(readFileSync(join(bin, 'world.json'), 'utf8')) as World;
}

function context(path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`): LiveContext {
  return world.context('one', null, { ...process.env, PATH: path });
}

const CONFIG = { group: 'web', minHealthy: 75, timeout: 20_000 };

describe('an instance refresh (with a program in place of aws)', () => {
  const refresh = createInstanceRefresh(1);

  it('is started by number, watched to its end, and proven by the images that run', async () => {
    set();
    expect(await refresh.bring('web', CONFIG, context())).toEqual({ images: ['ami-1', 'ami-1'] });
    expect(get().started).toEqual({
      preferences: { MinHealthyPercentage: 75, SkipMatching: true },
      desired: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '7' } },
    });
  });

  it('that runs already, for the same version, is waited for: nothing is started twice', async () => {
    set({
      refreshes: [
        { InstanceRefreshId: 'r-1', Status: 'InProgress', DesiredConfiguration: { LaunchTemplate: template('7') } },
      ],
    });
    expect(await refresh.bring('web', CONFIG, context())).toEqual({ images: ['ami-1', 'ami-1'] });
    expect(get().started).toBeUndefined();
  });

  it('of another version is left alone', async () => {
    set({
      refreshes: [
        { InstanceRefreshId: 'r-1', Status: 'InProgress', DesiredConfiguration: { LaunchTemplate: template('5') } },
      ],
    });
    expect(await refresh.bring('web', CONFIG, context())).toEqual({
      problem: 'another refresh of web is running; wait for it',
    });
  });

  const active = (version: string, status = 'InProgress'): object => ({
    InstanceRefreshId: 'r-1',
    Status: status,
    DesiredConfiguration: { LaunchTemplate: template(version) },
  });

  it('that runs still is told apart: the one of an earlier deployment, or one of somebody else', async () => {
    set({ refreshes: [active('7')] });
    expect(await refresh.running('web', context())).toEqual({ id: 'r-1', version: '7', isOfGroup: true });
    set({ refreshes: [active('5', 'Baking')] });
    expect(await refresh.running('web', context())).toEqual({ id: 'r-1', version: '5', isOfGroup: false });
    set({ refreshes: [active('7', 'Failed')] });
    expect(await refresh.running('web', context())).toBeUndefined();
  });

  it.each(['InProgress', 'RollbackInProgress'])(
    'that hangs as %s is ended, and the next one is started by number',
    async (status) => {
      set({ refreshes: [active('7', status)], hangs: true });
      await refresh.end('web', 'r-1', CONFIG, context());
      expect(get().refreshes).toMatchObject([{ Status: 'Cancelled' }]);
      // Terraform gives the group its next version, with the old image.
      const { group } = get();
      set({ refreshes: get().refreshes, group: { ...(group as object), LaunchTemplate: template('8') } });
      expect(await refresh.bring('web', CONFIG, context())).toEqual({ images: ['ami-1', 'ami-1'] });
      expect(get().started?.desired).toEqual({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '8' } });
      expect(get().calls).not.toContain('autoscaling rollback-instance-refresh');
    },
  );

  it('that has ended by itself meanwhile needs no end; one that stops already is waited for', async () => {
    set({ refreshes: [active('7', 'Failed')] });
    await refresh.end('web', 'r-1', CONFIG, context());
    set({ refreshes: [active('7', 'Cancelling')] });
    await refresh.end('web', 'r-1', CONFIG, context());
    expect(get().calls).not.toContain('autoscaling cancel-instance-refresh');
    expect(get().refreshes).toMatchObject([{ Status: 'Cancelled' }]);
  });

  it('that cannot be ended stops the run before Terraform is started', async () => {
    set({ refreshes: [active('7')], hangs: true, isStuck: true });
    await expect(refresh.end('web', 'r-1', { ...CONFIG, timeout: 1 }, context())).rejects.toThrow(
      'It did not stop within 0.001 s. Terraform was not started.',
    );
  });

  it('that is on its way back is waited for before ours is started', async () => {
    set({ refreshes: [active('6', 'RollbackInProgress')] });
    expect(await refresh.bring('web', CONFIG, context())).toEqual({ images: ['ami-1', 'ami-1'] });
    expect(get().refreshes).toMatchObject([{ Status: 'Successful' }, { Status: 'RollbackFailed' }]);
  });

  it('that fails says why', async () => {
    set({ end: 'RollbackSuccessful' });
    expect(await refresh.bring('web', CONFIG, context())).toEqual({
      problem: 'the refresh of web ended as RollbackSuccessful: instances did not pass their health checks',
    });
  });

  it('is not needed when every instance has the version', async () => {
    const instances = [{ InstanceId: 'i-1', LifecycleState: 'InService', LaunchTemplate: template('7') }];
    set({ group: { LaunchTemplate: template('7'), Instances: instances }, image: 'ami-1' });
    expect(await refresh.bring('web', CONFIG, context())).toEqual({ images: ['ami-1'] });
    expect(get().started).toBeUndefined();
  });

  it('of a group that follows $Latest is refused: nobody could go back', async () => {
    set({ group: { LaunchTemplate: template('$Latest'), Instances: [] } });
    expect(await refresh.problemOf('web', context())).toContain(
      'web follows version $Latest: nobody could go back from it.',
    );
    set();
    expect(await refresh.problemOf('web', context())).toBeUndefined();
    set({ group: null });
    expect(await refresh.problemOf('web', context())).toBe('web cannot be read: there is no Auto Scaling group web.');
  });
});

describe('an AMI (with a program in place of aws)', () => {
  it('is there, or not yet, or gone, or nobody can tell', async () => {
    set();
    expect(await amiIsThere('ami-1', 'eu-west-1', context())).toEqual({ is: 'there' });
    set({ imageState: 'pending' });
    expect(await amiIsThere('ami-1', 'eu-west-1', context())).toEqual({
      is: 'unknown',
      reason: 'ami-1 is pending, not available',
    });
    set({ gone: true });
    expect(await amiIsThere('ami-1', undefined, context())).toEqual({
      is: 'gone',
      reason: expect.stringMatching(/^ami-1 is gone: .*InvalidAMIID\.NotFound/) as string,
    });
    expect(await amiIsThere('ami-1', undefined, context('/nonexistent'))).toEqual({
      is: 'unknown',
      reason: 'nobody can tell whether ami-1 still exists: the aws CLI is not installed',
    });
  });
});
