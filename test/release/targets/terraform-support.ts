import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPackerBaker } from '../../../release/src/bakers/packer/packer-baker';
import type { TerraformTargetConfig } from '../../../release/src/config/types';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import type { LedgerRecord } from '../../../release/src/ledger/record';
import type { JournalEntry } from '../../../release/src/run/journal-entry';
import { Journal } from '../../../release/src/run/journal';
import type { LiveContext } from '../../../release/src/run/live-context';
import { progressOf } from '../../../release/src/run/progress';
import { executeRun } from '../../../release/src/run/run';
import { RunControl } from '../../../release/src/run/run-control';
import { readSpec, type RunSpec } from '../../../release/src/run/spec';
import { LedgerWitness, type ReleaseWitness } from '../../../release/src/targets/terraform/ledger-witness';
import { createTerraformTarget } from '../../../release/src/targets/terraform/terraform-target';
import type { Target } from '../../../release/src/targets/target';
import { RealWorld } from '../bakers/packer-support';
import { createRun } from '../support/fake-world';
import { oracleOf, runsOf } from '../support/oracle';

/** Colours by `terraform_data`, which needs no provider and no network. */
export const BLUE_GREEN = `
variable "active_environment" { type = string }
variable "images" { type = map(string) }
resource "terraform_data" "fleet" {
  for_each         = var.images
  triggers_replace = [each.value]
  input            = each.value
}
resource "terraform_data" "router" {
  input = terraform_data.fleet[var.active_environment].output
}
output "active_environment" { value = var.active_environment }
output "images" { value = { for colour, fleet in terraform_data.fleet : colour => fleet.output } }
`;

export const BLUE_GREEN_PIPELINE = `app: shop
images:
  vm: { packer: { template: packer, vars: { content: one }, artifact: { kind: files } } }
environments:
  local:
    target:
      terraform:
        dir: terraform
        blueGreen:
          active: { variable: active_environment, output: active_environment, values: [blue, green] }
          image: { variable: images, output: images }
          idle: destroy
        guard:
          deploy: { allow: ['*["\${slot.idle}"]'] }
          route: { allow: [terraform_data.router] }
          retire: { allow: ['*["\${slot.idle}"]'] }
    route: { terraform: {} }
    health: [{ command: { argv: [test, -e, healthy], every: 10ms, timeout: 100ms } }]
    rollback: { auto: on-health-failure }
    retire: { mode: confirm }
`;

const FENCE = { assertHeld: () => undefined };

/** A world with a root module, in which runs are executed as the engine does. */
export class TerraformWorld extends RealWorld {
  witness: ReleaseWitness = new LedgerWitness(this.root.ledger('local'));

  constructor(stepRunner: string, pipeline: string, module: string) {
    super(stepRunner, pipeline);
    this.write('terraform/main.tf', module);
    mkdirSync(join(this.root.path, 'ledger'), { recursive: true });
    this.root.prepare();
  }

  get config(): TerraformTargetConfig {
    const target = this.context('config', 'local').environment?.target;
    if (target?.kind !== 'terraform') throw new Error('no terraform target');
    return target;
  }

  target(): Target {
    return createTerraformTarget(this.config, { witness: this.witness });
  }

  /** Runs a run to its end: outcome and text. */
  async execute(
    run: string,
    changes: Partial<RunSpec> = {},
    given: { readonly target?: Target; readonly context?: LiveContext } = {},
  ): Promise<string> {
    createRun(this.root, this.workspace, run, {
      pipeline: this.pipeline,
      ...changes,
      decisions: { ...DECISIONS, ...changes.decisions },
    });
    return this.resume(run, given);
  }

  /** Goes on with a run as its journal says. */
  async resume(run: string, given: { readonly target?: Target; readonly context?: LiveContext } = {}): Promise<string> {
    const spec = readSpec(this.root.run(run));
    const context = given.context ?? this.context(run, 'local');
    const end = await executeRun({
      root: this.root,
      spec,
      fence: FENCE,
      context,
      control: new RunControl(context.directory),
      target: given.target ?? this.target(),
      bakerOf: () => createPackerBaker({ objects: this.root }),
      gates: () => Promise.resolve(),
    });
    return `${end.outcome}: ${end.text}`;
  }

  history(): ReleaseHistory {
    return new ReleaseHistory(Ledger.read(this.root.ledger('local')));
  }

  records(type: LedgerRecord['type']): readonly LedgerRecord[] {
    return Ledger.read(this.root.ledger('local'))
      .records()
      .filter((record) => record.type === type);
  }

  journal(run: string): readonly JournalEntry[] {
    return Journal.read(this.root.run(run)).records();
  }

  /** What is not as it must be after every fault. */
  oracle(secrets: readonly string[] = []): readonly string[] {
    const live = this.history().live();
    const { images, active_environment: active, image } = live ? this.outputs() : {};
    const serving =
      typeof image === 'string' ? image : (images as Record<string, string> | undefined)?.[String(active)];
    return oracleOf({
      root: this.root,
      runs: runsOf(this.root),
      workspace: this.workspace,
      environment: 'local',
      serving: live ? [serving ?? ''] : undefined,
      secrets,
    });
  }

  /** What is wrong with the journal of a run. */
  violations(run: string): readonly string[] {
    return progressOf(Journal.read(this.root.run(run)).records()).violations;
  }

  terraform(...words: readonly string[]): string {
    return execFileSync('terraform', words, {
      cwd: join(this.workspace, 'terraform'),
      encoding: 'utf8',
      env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  outputs(): Record<string, unknown> {
    const values = JSON.parse(this.terraform('output', '-json')) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
  }
}

export const DECISIONS: RunSpec['decisions'] = {
  approve: '*',
  confirm: null,
  allowDirty: null,
  overrides: [],
  acceptOneWay: [],
  rebake: false,
  oneWay: false,
};
