import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { stepMark } from '../../../release/src/machine/marked-processes';
import { cancelPolicyOf } from '../../../release/src/process/cancel-policy';
import { Step } from '../../../release/src/process/step';
import { RunStoppedError } from '../../../release/src/run/context';
import type { LiveContext } from '../../../release/src/run/live-context';
import type { DesiredRelease, PreparedPlan, Target } from '../../../release/src/targets/target';
import { discardPlans, PlanFiles } from '../../../release/src/targets/terraform/plan-files';
import { bundleProgram } from '../support/bundles';
import { missingTool, until } from '../bakers/packer-support';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE, TerraformWorld } from './terraform-support';

const skipped = missingTool('terraform');

let runner: Awaited<ReturnType<typeof bundleProgram>>;
let world: TerraformWorld;
beforeAll(async () => {
  runner = await bundleProgram('release/src/process/step-runner.ts');
});
afterAll(() => runner.dispose());
afterEach(() => world.dispose());

const PIPELINE = `app: shop
images: { vm: { packer: { template: packer, artifact: { kind: files } } } }
environments:
  local:
    target:
      terraform:
        dir: terraform
        set: { image: "\${image.vm.id}" }
        read: { image: { output: image } }
`;

/** Three things, one after the other; the second one does as `command` says. */
function chain(command: string): string {
  return `
variable "image" { type = string }
resource "terraform_data" "one" {
  triggers_replace = [var.image]
  input            = var.image
}
resource "terraform_data" "two" {
  depends_on       = [terraform_data.one]
  triggers_replace = [var.image]
  provisioner "local-exec" { command = ${JSON.stringify(command)} }
}
resource "terraform_data" "three" {
  depends_on       = [terraform_data.two]
  triggers_replace = [var.image]
}
output "image" { value = terraform_data.one.output }
`;
}

function newWorld(command: string, pipeline = PIPELINE): void {
  world = new TerraformWorld(runner.path, pipeline, chain(command));
}

function release(id: string): DesiredRelease {
  const image = {
    name: 'vm',
    kind: 'files',
    ref: id,
    id,
    tag: null,
    digests: [id],
    files: [],
    inputs: '',
    provenance: {},
  } as const;
  return { id, images: new Map([['vm', image]]), known: { images: new Map([['vm', { id }]]) }, config: undefined };
}

interface Prepared {
  readonly target: Target;
  readonly context: LiveContext;
  readonly plan: PreparedPlan;
}

async function prepare(run: string, id = 'v1'): Promise<Prepared> {
  const target = world.target();
  const context = world.context(run, 'local');
  const plan = await target.planDeploy(release(id), await target.observe(context), context);
  return { target, context, plan };
}

function labelOf({ intent }: PreparedPlan): string {
  return (intent as { label: string }).label;
}

async function stopOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (!(error instanceof RunStoppedError)) throw new Error('expected a stop', { cause: error });
  return `${error.kind}: ${error.message}`;
}

function inModule(name: string): string {
  return join(world.workspace, 'terraform', name);
}

function started(): Promise<boolean> {
  return until(() => existsSync(inModule('started')));
}

function stepOf(context: LiveContext): string {
  const name = readdirSync(join(context.directory, 'steps')).find((directory) => directory.endsWith('-terraform'));
  return join(context.directory, 'steps', name ?? '');
}

function pidsOf(context: LiveContext): Record<'tool' | 'runner', { readonly pid: number }> {
  const text = readFileSync(join(stepOf(context), 'pid.json'), 'utf8');
  return JSON.parse(text) as Record<'tool' | 'runner', { readonly pid: number }>;
}

describe.skipIf(skipped !== undefined)(`Terraform${skipped === undefined ? '' : ` (${skipped})`}: faults`, () => {
  it('applies a plan without colours and verifies what the state says', async () => {
    newWorld('true');
    const { target, context, plan } = await prepare('one');
    expect(plan.counts).toEqual({ add: 3, change: 0, destroy: 0 });
    expect(plan.document).toContain('## Create (3)');
    expect(await target.apply(plan, context)).toMatchObject({ outcome: 'all' });
    expect(await target.verify(release('v1'), undefined, context)).toMatchObject({
      verdict: 'unconfirmed',
      running: ['v1'],
    });
    expect(await target.verify(release('v2'), undefined, context)).toMatchObject({ verdict: 'unhealthy' });
    expect(await target.fingerprint(context)).toMatchObject({ backend: 'local', workspace: 'default' });
    expect((await target.fingerprint(context))['stateLineage']).toMatch(/^[0-9a-f-]{36}$/);
    const again = await target.planDeploy(release('v1'), await target.observe(context), context);
    expect(again.isEmpty).toBe(true);
    expect(await target.apply(again, context)).toEqual({ outcome: 'all', table: ['nothing had to be changed'] });
  });

  describe('F02: engine and step runner die, Terraform lives on', () => {
    /** Begins an apply as the engine does, and loses whoever waits for it. */
    async function lose({ context, plan }: Prepared): Promise<void> {
      const files = PlanFiles.of(context.directory, labelOf(plan));
      files.consume();
      const cwd = inModule('');
      const words = ['apply', '-input=false', '-json', files.plan];
      void context.act({ name: 'terraform', tool: context.tool('terraform'), words, cwd, timeout: 60_000 });
      await started();
      process.kill(pidsOf(context).runner.pid, 'SIGKILL');
    }

    it('to its end: all', async () => {
      newWorld('touch started; sleep 2');
      const prepared = await prepare('one');
      await lose(prepared);
      const outcome = await world.target().recoverApply(prepared.plan.intent, world.context('one', 'local'));
      expect(outcome.outcome).toBe('all');
      expect(outcome.table).toHaveLength(3);
    });

    it('and fails: a part, with a table', async () => {
      newWorld('touch started; sleep 1; exit 7');
      const prepared = await prepare('one');
      await lose(prepared);
      const outcome = await world.target().recoverApply(prepared.plan.intent, world.context('one', 'local'));
      expect(outcome.outcome).toBe('partial');
      expect(outcome.table.slice(0, 3)).toEqual([
        'done: terraform_data.one (create)',
        'missing: terraform_data.three (create)',
        'damaged: terraform_data.two (tainted: the next plan replaces it)',
      ]);
    });

    it('before it was started: nothing', async () => {
      newWorld('true');
      const { plan, context, target } = await prepare('one');
      expect(await target.recoverApply(plan.intent, context)).toEqual({
        outcome: 'none',
        table: ['the plan was never used'],
      });
      PlanFiles.of(context.directory, labelOf(plan)).consume();
      expect(await target.recoverApply(plan.intent, context)).toMatchObject({ outcome: 'none' });
    });
  });

  it('F02: what an earlier plan of the same run did is not taken for what this one did', async () => {
    newWorld('true');
    const first = await prepare('one');
    await first.target.apply(first.plan, first.context);
    const { plan, context } = await prepare('one', 'v2');
    expect(plan.intent['changes']).toHaveLength(3);
    PlanFiles.of(context.directory, labelOf(plan)).consume();
    const outcome = await world.target().recoverApply(plan.intent, world.context('one', 'local'));
    expect(outcome.outcome).toBe('none');
    expect(world.outputs()).toEqual({ image: 'v1' });
  });

  it('F03: killed while it creates: what may exist without being in the state is named, and the lock file ignored', async () => {
    newWorld('touch started; sleep 30');
    const { target, context, plan } = await prepare('one');
    const applying = target.apply(plan, context);
    await started();
    // The runner writes it down a moment after the tool began.
    await vi.waitFor(() => expect(pidsOf(context)).toHaveProperty('tool'), { timeout: 30_000 });
    process.kill(pidsOf(context).tool.pid, 'SIGKILL');
    const { outcome, table } = await applying;
    expect(outcome).toBe('partial');
    expect(table).toContain('done: terraform_data.one (create)');
    expect(table.join('\n')).toMatch(
      /unknown: terraform_data\.two \(Terraform was killed while it created this\. It may exist/,
    );
    // The lock of a local state dies with its holder; the file that it leaves is no lock.
    const rest = await prepare('two');
    expect(rest.plan.counts).toEqual({ add: 2, change: 0, destroy: 0 });
  });

  it('F04, F05: cancelled, twice and from two places: one SIGINT, the state saved, the damage listed, nothing left running', async () => {
    // Terraform ends its child at once; beside it somebody counts what the whole group gets.
    newWorld(`${process.execPath} ../count.mjs > /dev/null 2>&1 & sleep 60`);
    world.write(
      'count.mjs',
      `import { appendFileSync, writeFileSync } from 'node:fs';
process.on('SIGINT', () => {
  appendFileSync('signals', 'INT\\n');
  setTimeout(() => process.exit(), 1500);
});
setTimeout(() => process.exit(), 30_000);
writeFileSync('started', '');
`,
    );
    const { target, context, plan } = await prepare('one');
    const applying = target.apply(plan, context);
    await started();
    context.cancel('Ana');
    await until(() => existsSync(join(stepOf(context), 'interrupted')));
    context.cancel('Ana');
    const number = Number.parseInt(/(\d+)-terraform$/.exec(stepOf(context))?.[1] ?? '', 10);
    const again = Step.adopt(stepOf(context), stepMark('one', number)).interrupt(cancelPolicyOf('terraform'));
    expect(['already', 'gone']).toContain(again);
    const { outcome, table } = await applying;
    expect(outcome).toBe('partial');
    expect(table).toContain('done: terraform_data.one (create)');
    expect(table.join('\n')).toMatch(/damaged: terraform_data\.two \(tainted/);
    await until(() => world.processes().length === 0);
    expect(readFileSync(inModule('signals'), 'utf8')).toBe('INT\n');
    expect(world.terraform('state', 'list').split('\n')).toContain('terraform_data.one');
  });

  it('F19: fails half-way: the table, and a new run that does only the rest', async () => {
    newWorld('test -e fixed || exit 7');
    world.write('packer/app.pkr.hcl', '');
    const { target, context, plan } = await prepare('one');
    const { outcome, table } = await target.apply(plan, context);
    expect(outcome).toBe('partial');
    expect(table.slice(0, 3)).toEqual([
      'done: terraform_data.one (create)',
      'missing: terraform_data.three (create)',
      'damaged: terraform_data.two (tainted: the next plan replaces it)',
    ]);
    expect(table[3]).toContain('exit status 7');
    world.write('terraform/fixed', '');
    const rest = await prepare('two');
    expect(rest.plan.counts).toEqual({ add: 2, change: 0, destroy: 1 });
    expect(await rest.target.apply(rest.plan, rest.context)).toMatchObject({ outcome: 'all' });
  });

  it('F20: the state changed after planning: nothing is applied, and a new plan is asked for', async () => {
    newWorld('true');
    const { target, context, plan } = await prepare('one');
    world.terraform('apply', '-auto-approve', '-var', 'image=other');
    const { outcome, table } = await target.apply(plan, context);
    expect(outcome).toBe('none');
    expect(table[0]).toContain('Somebody changed the state after the plan was made. Run the command again');
    expect(world.outputs()).toEqual({ image: 'other' });
  });

  it('F21: a plan is used once', async () => {
    newWorld('true');
    const { target, context, plan } = await prepare('one');
    await target.apply(plan, context);
    expect(await stopOf(target.apply(plan, context))).toMatch(/^refused: .*it was used before.*Nothing was changed\.$/);
  });

  it('F21: a plan file that was swapped or edited is refused before Terraform starts', async () => {
    newWorld('true');
    const { target, context, plan } = await prepare('one');
    const other = await target.planDeploy(release('evil'), await target.observe(context), context);
    const file = PlanFiles.of(context.directory, labelOf(plan)).plan;
    copyFileSync(PlanFiles.of(context.directory, labelOf(other)).plan, file);
    expect(await stopOf(target.apply(plan, context))).toMatch(/^refused: .*not the one that was approved/);
    rmSync(file);
    expect(await stopOf(target.apply(plan, context))).toMatch(/^refused: .*its file is gone/);
    expect(existsSync(inModule('terraform.tfstate'))).toBe(false);
  });

  it('F22: planning fails: no plan to approve, though Terraform writes a plan file', async () => {
    world = new TerraformWorld(
      runner.path,
      BLUE_GREEN_PIPELINE,
      BLUE_GREEN.replace('var.active_environment].output', '"red"].output'),
    );
    const target = world.target();
    const context = world.context('one', 'local');
    const now = await target.observe(context);
    expect(now).toMatchObject({ activeSlot: undefined, slots: [{ running: [] }, { running: [] }] });
    expect(await stopOf(target.planDeploy(release('v1'), now, context))).toMatch(
      /^failed: Planning failed in terraform\. Nothing was changed\.\n {2}Invalid index: /,
    );
    const left = readdirSync(join(context.directory, 'plan'));
    expect(left).toEqual([expect.stringMatching(/\.tfvars\.json$/)]);
    discardPlans(context.directory);
    expect(readdirSync(join(context.directory, 'plan'))).toEqual([]);
  });

  it('F47: another Terraform between plan and apply is refused', async () => {
    newWorld('true');
    const { plan, context } = await prepare('one');
    const directory = mkdtempSync(join(tmpdir(), 'immutable-path-'));
    try {
      const real = context.tool('terraform').path;
      writeFileSync(join(directory, 'terraform'), `#!/bin/sh\nexec ${real} "$@"\n`);
      chmodSync(join(directory, 'terraform'), 0o755);
      const path = `${directory}${delimiter}${process.env['PATH'] ?? ''}`;
      const swapped = world.context('one', 'local', { ...process.env, PATH: path });
      expect(await stopOf(world.target().apply(plan, swapped))).toMatch(
        /^refused: .*the plan was made by .*, and now there is/,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('F47: the same program that became another version between plan and apply is refused; one that is gone too', async () => {
    newWorld('true');
    const directory = mkdtempSync(join(tmpdir(), 'immutable-path-'));
    try {
      const wrapper = join(directory, 'terraform');
      const real = world.context('find', 'local').tool('terraform').path;
      writeFileSync(wrapper, `#!/bin/sh\nexec ${real} "$@"\n`);
      chmodSync(wrapper, 0o755);
      const environment = { ...process.env, PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}` };
      const context = world.context('one', 'local', environment);
      const target = world.target();
      const plan = await target.planDeploy(release('v1'), await target.observe(context), context);
      expect(plan.intent['tool']).toBe(wrapper);
      writeFileSync(
        wrapper,
        `#!/bin/sh\nif [ "$1" = version ]; then echo '{"terraform_version":"0.12.0"}'; exit; fi\nexec ${real} "$@"\n`,
      );
      expect(await stopOf(target.apply(plan, context))).toMatch(/^refused: .*and now there is \S+ 0\.12\.0/);
      expect(existsSync(inModule('terraform.tfstate'))).toBe(false);
      const nothing = world.context('two', 'local', { PATH: directory });
      rmSync(wrapper);
      expect(await stopOf(world.target().observe(nothing))).toMatch(/^refused: `terraform` is not on PATH/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('works with OpenTofu where the file names it', async () => {
    newWorld('true', PIPELINE.replace('dir: terraform', 'dir: terraform\n        tool: tofu'));
    const directory = mkdtempSync(join(tmpdir(), 'immutable-path-'));
    try {
      const real = world.context('find', 'local').tool('terraform').path;
      writeFileSync(join(directory, 'tofu'), `#!/bin/sh\nexec ${real} "$@"\n`);
      chmodSync(join(directory, 'tofu'), 0o755);
      const environment = { ...process.env, PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}` };
      const context = world.context('one', 'local', environment);
      const target = world.target();
      const plan = await target.planDeploy(release('v1'), await target.observe(context), context);
      expect(await target.apply(plan, context)).toMatchObject({ outcome: 'all' });
      // The name of the step decides how a resumed run cancels it.
      expect(readdirSync(join(context.directory, 'steps')).some((name) => name.endsWith('-tofu'))).toBe(true);
      const without = world.context('two', 'local');
      expect(await stopOf(world.target().observe(without))).toMatch(/^refused: `tofu` is not on PATH/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('a state that Terraform could not save is pushed before anything else', async () => {
    newWorld('true');
    const first = await prepare('one');
    await first.target.apply(first.plan, first.context);
    const { plan, context, target } = await prepare('two', 'v2');
    const state = JSON.parse(readFileSync(inModule('terraform.tfstate'), 'utf8')) as { serial: number };
    writeFileSync(inModule('errored.tfstate'), JSON.stringify({ ...state, serial: state.serial + 1 }));
    PlanFiles.of(context.directory, labelOf(plan)).consume();
    expect(await target.recoverApply(plan.intent, context)).toMatchObject({ outcome: 'none' });
    expect(existsSync(inModule('errored.tfstate'))).toBe(false);
    expect((JSON.parse(readFileSync(inModule('terraform.tfstate'), 'utf8')) as { serial: number }).serial).toBe(
      state.serial + 1,
    );

    writeFileSync(inModule('errored.tfstate'), '{}');
    expect(await stopOf(target.planDeploy(release('v3'), await target.observe(context), context))).toContain(
      'state push errored.tfstate',
    );
  });

  it('refuses variables that the module does not declare: Terraform would ignore them', async () => {
    newWorld('true', PIPELINE.replace('set: { image:', 'set: { imagee:'));
    expect(await stopOf(prepare('one'))).toMatch(/^refused: terraform declares no variable `imagee`/);
  });

  it('uses a workspace without moving whoever works in the directory', async () => {
    newWorld('true', PIPELINE.replace('dir: terraform', 'dir: terraform\n        workspace: staging'));
    world.terraform('init');
    world.terraform('workspace', 'new', 'staging');
    world.terraform('workspace', 'select', 'default');
    const { target, context, plan } = await prepare('one');
    expect(await target.apply(plan, context)).toMatchObject({ outcome: 'all' });
    expect(await target.fingerprint(context)).toMatchObject({ workspace: 'staging' });
    expect(world.terraform('workspace', 'show').trim()).toBe('default');
    expect(existsSync(inModule('terraform.tfstate.d/staging/terraform.tfstate'))).toBe(true);
  });

  it('F38: a sensitive value is in no file of the state root when the run is closed', async () => {
    const secret = 'correct-horse-battery';
    newWorld('true', PIPELINE.replace('dir: terraform', 'dir: terraform\n        varFiles: [secret.tfvars]'));
    world.write('secret.tfvars', `token = "${secret}"\n`);
    const more =
      'variable "token" {\n  type = string\n  sensitive = true\n}\nresource "terraform_data" "secret" { input = var.token }\n';
    world.write('terraform/main.tf', chain('true') + more);
    const { target, context, plan } = await prepare('one');
    expect(plan.document).toContain('(sensitive)');
    expect(JSON.stringify(plan)).not.toContain(secret);
    await target.apply(plan, context);
    discardPlans(context.directory);
    const files = readdirSync(world.root.path, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(5);
    const holding = files.filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(secret));
    expect(holding.map(({ name }) => name)).toEqual([]);
  });
});
