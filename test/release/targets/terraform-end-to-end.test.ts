import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { discardPlans } from '../../../release/src/targets/terraform/plan-files';
import { bundleProgram } from '../support/bundles';
import type { RunContext } from '../../../release/src/run/context';
import type { RunEvent } from '../../../release/src/run/events';
import { RunControl } from '../../../release/src/run/run-control';
import type { PreparedPlan, Target } from '../../../release/src/targets/target';
import { missingTool, until } from '../bakers/packer-support';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE, DECISIONS, TerraformWorld } from './terraform-support';

const skipped = missingTool('terraform') ?? missingTool('packer');

let runner: Awaited<ReturnType<typeof bundleProgram>>;
let world: TerraformWorld;
beforeAll(async () => {
  runner = await bundleProgram('release/src/process/step-runner.ts');
});
afterAll(() => runner.dispose());
afterEach(() => {
  const problems = world.oracle();
  world.dispose();
  expect(problems).toEqual([]);
});

const TEMPLATE = `
variable "content" { type = string }
source "file" "app" {
  content = "\${var.content} \${file("app.txt")}"
  target  = "out/app.img"
}
build { sources = ["source.file.app"] }
`;

function newWorld(module = BLUE_GREEN, pipeline = BLUE_GREEN_PIPELINE): void {
  world = new TerraformWorld(runner.path, pipeline, module);
  world.write('packer/app.pkr.hcl', TEMPLATE);
  world.write('healthy', '');
  version('v1');
}

function version(text: string): void {
  world.write('packer/app.txt', text);
}

/** The plan that a run deployed with. */
function planOf(run: string): PreparedPlan | undefined {
  const entry = world.journal(run).find(({ type }) => type === 'plan.result');
  return entry && 'data' in entry ? (entry.data as unknown as PreparedPlan) : undefined;
}

function imageOf(release: string): string {
  return world.history().byId(release)?.images[0]?.id ?? '';
}

describe.skipIf(skipped !== undefined)(`Packer and Terraform${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  it('bakes v1, deploys it, then v2 beside it, moves the traffic, and goes back to v1 by its route alone', async () => {
    newWorld();
    expect(await world.execute('one')).toBe('live: one is live.');
    expect(world.outputs()).toEqual({ active_environment: 'blue', images: { blue: imageOf('one') } });

    version('v2');
    expect(await world.execute('two')).toBe('live: two is live. blue is kept; `immutable-infra retire` ends it.');
    const both = { blue: imageOf('one'), green: imageOf('two') };
    expect(both.blue).not.toBe(both.green);
    expect(world.outputs()).toEqual({ active_environment: 'green', images: both });

    expect(await world.execute('back', { kind: 'rollback' })).toBe('live: one is live again, as back.');
    expect(world.outputs()).toEqual({ active_environment: 'blue', images: both });
    expect(world.history().live()).toMatchObject({ id: 'back', rollbackOf: 'one', slot: 'blue' });
    const steps = readdirSync(join(world.root.run('back'), 'steps')).map((name) => name.replace(/^\d+-/, ''));
    // The image is still there: nothing but the route is applied.
    expect(steps.filter((name) => name === 'terraform')).toHaveLength(1);

    expect(await world.execute('end', { kind: 'retire' })).toBe('retired: green was retired.');
    expect(world.outputs()).toEqual({ active_environment: 'blue', images: { blue: both.blue } });
    for (const run of ['one', 'two', 'back', 'end']) expect(world.violations(run)).toEqual([]);
  });

  it('goes back to an image whose file was overwritten and whose colour is gone', async () => {
    newWorld();
    expect(await world.execute('one')).toContain('live: one is live.');
    version('v2');
    expect(await world.execute('two')).toContain('live: two is live.');
    expect(await world.execute('end', { kind: 'retire' })).toBe('retired: blue was retired.');
    rmSync(join(world.workspace, 'out'), { recursive: true });
    expect(await world.execute('back', { kind: 'rollback' })).toBe('live: one is live again, as back.');
    expect(world.outputs()).toMatchObject({ active_environment: 'blue', images: { blue: imageOf('one') } });
    expect(readFileSync(world.history().byId('one')?.images[0]?.ref ?? '', 'utf8')).toBe('one v1');
  });

  it('keeps the colour that lost the traffic where `idle: keep` says so, and says nothing else', async () => {
    newWorld(
      BLUE_GREEN,
      BLUE_GREEN_PIPELINE.replace('idle: destroy', 'idle: keep').replace('mode: confirm', 'mode: auto'),
    );
    await world.execute('one');
    version('v2');
    expect(await world.execute('two')).toBe('live: two is live. blue is kept; `idle: keep` in immutable.yaml says so.');
    const both = { active_environment: 'green', images: { blue: imageOf('one'), green: imageOf('two') } };
    expect(world.outputs()).toEqual(both);
    expect(await world.execute('end', { kind: 'retire' })).toMatch(
      /^refused: blue stays: `idle: keep` in immutable\.yaml/,
    );
    expect(world.outputs()).toEqual(both);
    expect(world.journal('end').map(({ type }) => type)).not.toContain('retire.intent');
  });

  it('F12: is refused when the kept file is gone, before anything is changed', async () => {
    newWorld();
    await world.execute('one');
    version('v2');
    await world.execute('two');
    rmSync(world.history().byId('one')?.images[0]?.ref ?? '');
    const before = world.outputs();
    expect(await world.execute('back', { kind: 'rollback' })).toMatch(
      /^refused: one cannot be gone back to now: out\/app\.img .* is not kept/,
    );
    expect(world.outputs()).toEqual(before);
  });

  it('an unhealthy version gets no traffic, and is ended', async () => {
    newWorld();
    await world.execute('one');
    version('v2');
    rmSync(join(world.workspace, 'healthy'));
    expect(await world.execute('two')).toMatch(
      /^rolled-back: The new version did not become healthy.*blue still serves; green was ended\.$/s,
    );
    expect(world.outputs()).toEqual({ active_environment: 'blue', images: { blue: imageOf('one') } });
  });

  it('F23: a plan that leaves its scope is refused: what else it changes, and the colour that serves', async () => {
    newWorld();
    await world.execute('one');
    const database = 'resource "terraform_data" "database" { input = var.active_environment }\n';
    world.write('terraform/main.tf', `${BLUE_GREEN}${database}`);
    version('v2');
    const before = world.outputs();
    const refused = await world.execute('two');
    expect(refused).toContain(
      'refused: The plan leaves its scope. Nothing was changed.\nterraform_data.database: the deploy step may not change it',
    );
    expect(world.outputs()).toEqual(before);

    world.write('terraform/main.tf', BLUE_GREEN.replace('[each.value]', '[each.value, 2]'));
    expect(await world.execute('three')).toContain('terraform_data.fleet["blue"]: the deploy step may not change it');
  });

  it('F23: the colour that serves stays even where the guard would let it go', async () => {
    newWorld(BLUE_GREEN, BLUE_GREEN_PIPELINE.replace(/ {8}guard:\n(?: {10}.*\n)+/, ''));
    expect(world.config.guard.deploy).toBeUndefined();
    await world.execute('one');
    world.write('terraform/main.tf', BLUE_GREEN.replace('[each.value]', '[each.value, 2]'));
    version('v2');
    expect(await world.execute('two')).toContain(
      'terraform_data.fleet["blue"]: blue serves now; the deploy step may not change it',
    );
  });

  it('carries the name of the release onto the target, where the configuration has a place for it', async () => {
    const stamp =
      'variable "immutable_release" { type = map(string) }\noutput "immutable_release" { value = var.immutable_release }\n';
    newWorld(`${BLUE_GREEN}${stamp}`);
    await world.execute('one');
    version('v2');
    await world.execute('two');
    expect(world.outputs()['immutable_release']).toEqual({ blue: 'one', green: 'two' });
    const seen = await world.target().observe(world.context('look', 'local'));
    expect(seen).toMatchObject({ activeSlot: 'green', stampedRelease: 'two' });
  });

  it('F19: an apply that fails half-way ends the run in words; the next one does the rest', async () => {
    newWorld(
      BLUE_GREEN.replace(
        '  input            = each.value\n',
        '  input            = each.value\n  provisioner "local-exec" { command = "test -e fixed" }\n',
      ),
    );
    world.write('terraform/fixed', '');
    await world.execute('one');
    rmSync(join(world.workspace, 'terraform/fixed'));
    version('v2');
    expect(await world.execute('two')).toMatch(
      /^partial: Only a part was applied:\ndamaged: terraform_data\.fleet\["green"\] \(tainted/,
    );
    expect(world.history().live()).toMatchObject({ id: 'one' });
    expect(world.records('attempt')).toMatchObject([{ run: 'two', id: 'two', slot: 'green' }]);
    expect(world.outputs()).toMatchObject({ active_environment: 'blue' });
    world.write('terraform/fixed', '');
    expect(await world.execute('three')).toContain('live: three is live.');
    expect(world.outputs()).toMatchObject({ active_environment: 'green' });
  });

  it('F03: killed while it creates: partly applied, what may exist is named, and nothing is tried again', async () => {
    const slow = '  provisioner "local-exec" { command = "test -e fast || { touch started; sleep 30; }" }\n';
    newWorld(BLUE_GREEN.replace('  input            = each.value\n', `  input            = each.value\n${slow}`));
    world.write('terraform/fast', '');
    await world.execute('one');
    rmSync(join(world.workspace, 'terraform/fast'));
    version('v2');
    const running = world.execute('two');
    await until(() => existsSync(join(world.workspace, 'terraform/started')));
    const applies = (): string[] =>
      readdirSync(join(world.root.run('two'), 'steps')).filter((name) => name.endsWith('-terraform'));
    const pids = JSON.parse(
      readFileSync(join(world.root.run('two'), 'steps', applies()[0] ?? '', 'pid.json'), 'utf8'),
    ) as { readonly tool: { readonly pid: number } };
    process.kill(pids.tool.pid, 'SIGKILL');
    expect(await running).toMatch(
      /^partial: Only a part was applied:\nunknown: terraform_data\.fleet\["green"\] \(Terraform was killed while it created this\. It may exist/,
    );
    expect(applies()).toHaveLength(1);
    expect(world.records('attempt')).toMatchObject([{ run: 'two' }]);
    // It is no child of anybody any more: only its own end ends it.
    for (const pid of world.processes()) process.kill(pid, 'SIGKILL');
    await until(() => world.processes().length === 0);
    world.write('terraform/fast', '');
    expect(await world.execute('three')).toContain('live: three is live.');
  });

  it('F20: the state is changed while the plan waits: nothing is applied, and a new run makes a new plan', async () => {
    newWorld();
    await world.execute('one');
    version('v2');
    const target = world.target();
    const slow = Object.create(target, {
      apply: {
        value: (plan: PreparedPlan, context: RunContext) => {
          const images = JSON.stringify({ blue: imageOf('one'), red: 'by hand' });
          world.terraform('apply', '-auto-approve', '-var', 'active_environment=blue', '-var', `images=${images}`);
          return target.apply(plan, context);
        },
      },
    }) as Target;
    expect(await world.execute('two', {}, { target: slow })).toMatch(
      /^failed: Nothing was applied\. Somebody changed the state after the plan was made\. Run the command again/,
    );
    expect(world.outputs()).toMatchObject({ active_environment: 'blue' });
    expect(world.history().live()).toMatchObject({ id: 'one' });
    expect(world.journal('two').filter(({ type }) => type === 'apply.intent')).toHaveLength(1);
    // What somebody made by hand is outside of the scope, so the new plan is refused with its name.
    expect(await world.execute('three')).toContain('terraform_data.fleet["red"]: the deploy step may not change it');
  });

  it('F20: the new plan says what it does differently from the one that was approved, before anybody is asked', async () => {
    newWorld();
    await world.execute('one');
    version('v2');
    const target = world.target();
    const overtaken = Object.create(target, {
      apply: {
        value: (plan: PreparedPlan, context: RunContext) => {
          const images = JSON.stringify({ blue: imageOf('one'), green: 'by hand' });
          world.terraform('apply', '-auto-approve', '-var', 'active_environment=blue', '-var', `images=${images}`);
          return target.apply(plan, context);
        },
      },
    }) as Target;
    expect(await world.execute('two', {}, { target: overtaken })).toMatch(/^failed: Nothing was applied\./);
    expect(planOf('two')?.since).toBeUndefined();

    const asked = world.execute('three', { decisions: { ...DECISIONS, approve: null } });
    const question = (): Extract<RunEvent, { type: 'approval' }> | undefined =>
      world.events.find((event) => event.type === 'approval');
    await until(() => question() !== undefined);
    const { plan, document, since } = question() ?? {};
    expect(since).toMatchObject({
      run: 'two',
      plan: planOf('two')?.hash,
      wasApproved: true,
      changes: [
        {
          address: 'terraform_data.fleet["green"]',
          before: 'create',
          after: expect.stringMatching(/^replace/) as string,
        },
      ],
    });
    expect(planOf('three')?.since).toEqual(since);
    const text = readFileSync(document ?? '', 'utf8');
    expect(text.slice(text.indexOf('## What differs'))).toMatch(
      /^## What differs from the plan that was approved\n\n\d things? differs? from the plan of run `two`, .*```diff\n- terraform_data\.fleet\["green"\]: create\n\+ terraform_data\.fleet\["green"\]: replace/s,
    );
    new RunControl(world.root.run('three')).approve({ plan: plan ?? '', by: 'Ana', how: 'test' });
    expect(await asked).toContain('live: three is live.');
    // What was applied is no plan to compare with.
    version('v3');
    expect(await world.execute('four')).toContain('live: four is live.');
    expect(planOf('four')?.since).toBeUndefined();
  });

  it('F22: planning fails: the run fails, and nobody is asked to approve anything', async () => {
    newWorld(BLUE_GREEN.replace('var.active_environment].output', '"red"].output'));
    expect(await world.execute('one')).toMatch(/^failed: Planning failed in terraform\. Nothing was changed\./);
    const types = world.journal('one').map(({ type }) => type);
    expect(types.filter((type) => type.startsWith('approval'))).toEqual([]);
    expect(types).not.toContain('apply.intent');
    expect(existsSync(join(world.workspace, 'terraform/terraform.tfstate'))).toBe(false);
  });

  it('F08: one of two builds fails: what the other made is recorded, and no release uses it', async () => {
    newWorld();
    world.write(
      'packer/bad.pkr.hcl',
      'source "null" "bad" { communicator = "none" }\nbuild {\n  sources = ["source.null.bad"]\n  provisioner "shell-local" { inline = ["exit 3"] }\n}\n',
    );
    expect(await world.execute('one')).toMatch(/^failed: Packer could not bake vm .*No release uses what was made/s);
    expect(world.records('note')).toMatchObject([
      { what: 'orphan-image', image: 'vm', orphans: ['file.app: out/app.img'] },
    ]);
    expect(world.records('image')).toEqual([]);
    rmSync(join(world.workspace, 'packer/bad.pkr.hcl'));
    expect(await world.execute('two')).toBe('live: two is live.');
  });

  it('keeps plans and variables private, and leaves none when the run is closed', async () => {
    newWorld();
    await world.execute('one');
    const plans = join(world.root.run('one'), 'plan');
    expect(readdirSync(plans).filter((name) => name.endsWith('.tfplan'))).toEqual([]);
    discardPlans(world.root.run('one'));
    expect(readdirSync(plans).filter((name) => !/\.(md|consumed)$/.test(name))).toEqual([]);
    discardPlans(world.root.run('two'));
    expect(existsSync(plans)).toBe(true);
  });
});
