import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkScope } from '../../../release/src/plan/guard';
import { planAsMarkdown } from '../../../release/src/plan/markdown';
import {
  readTerraformPlan,
  type TerraformChangeJson,
  type TerraformPlanJson,
} from '../../../release/src/plan/terraform-plan';

function change(
  address: string,
  actions: readonly string[],
  values: Partial<TerraformChangeJson['change']> = {},
): TerraformChangeJson {
  const type = address.split('.').at(-2) ?? '';
  return { address, type, change: { actions, before: null, after: null, ...values } };
}

function plan(...changes: readonly TerraformChangeJson[]): ReturnType<typeof readTerraformPlan> {
  return readTerraformPlan({ format_version: '1.2', applyable: true, resource_changes: changes }, 'sha256:1');
}

describe('a Terraform plan', () => {
  it('is sorted by danger and counted', () => {
    const read = plan(
      change('aws_instance.same', ['no-op']),
      change('aws_instance.new', ['create']),
      change('aws_instance.changed', ['update']),
      change('aws_instance.gone', ['delete']),
      change('aws_instance.again', ['create', 'delete']),
      change('aws_instance.broken', ['delete', 'create']),
    );
    expect(read.changes.map(({ address, kind }) => `${kind} ${address}`)).toEqual([
      'destroy aws_instance.gone',
      'replace-destroy-first aws_instance.broken',
      'replace-create-first aws_instance.again',
      'update aws_instance.changed',
      'create aws_instance.new',
    ]);
    expect(read).toMatchObject({ counts: { add: 3, change: 1, destroy: 3 }, unchanged: 1 });
  });

  it('shows a member that is known after the apply only, though the rest of the map stays', () => {
    const [shown] = plan(
      change('a.b', ['update'], {
        before: { images: { blue: 'v1' } },
        after: { images: { blue: 'v1' } },
        after_unknown: { images: { green: true } },
      }),
    ).changes;
    expect(shown?.attributes).toEqual([
      { path: 'images.green', before: undefined, after: '(known after apply)', replaces: false },
    ]);
  });

  it('masks a whole that holds a secret somewhere', () => {
    const deep = (value: unknown, depth: number): unknown => (depth === 0 ? value : { a: deep(value, depth - 1) });
    const [shown] = plan(
      change('a.b', ['update'], {
        before: { kind: 'text', deep: deep({ b: 'hush-1' }, 9), named: deep({ password: 'hush-2' }, 9) },
        after: { kind: { b: 'hush-3' }, deep: deep({ b: 'hush-4' }, 9), named: deep({ password: 'hush-5' }, 9) },
        after_sensitive: { kind: { b: true }, deep: deep({ b: true }, 9) },
      }),
    ).changes;
    expect(shown?.attributes).toHaveLength(3);
    expect(JSON.stringify(shown)).not.toContain('hush');
  });

  it('shows what changes inside lists and maps, and what forces a replacement', () => {
    const [shown] = plan(
      change('aws_autoscaling_group.app', ['delete', 'create'], {
        before: { name: 'a', launch_template: [{ version: '1', id: 'lt-1' }], tags: { a: 1, b: 2 } },
        after: { name: 'a', launch_template: [{ version: '2', id: 'lt-1' }], tags: { a: 1 } },
        after_unknown: { arn: true, launch_template: [{}] },
        replace_paths: [['launch_template', 0, 'version']],
      }),
    ).changes;
    expect(shown?.attributes).toEqual([
      { path: 'arn', before: undefined, after: '(known after apply)', replaces: false },
      { path: 'launch_template[0].version', before: '"1"', after: '"2"', replaces: true },
      { path: 'tags.b', before: '2', after: undefined, replaces: false },
    ]);
  });

  it('F38: holds no sensitive value: marked, inside a marked value, or by its name', () => {
    const read = plan(
      change('aws_db_instance.db', ['update'], {
        before: { password: 'old-pass', nested: [{ key: 'old-key' }], all: { x: 'old-all' }, api_token: 'old-token' },
        after: { password: 'new-pass', nested: [{ key: 'new-key' }], all: { x: 'new-all' }, api_token: 'new-token' },
        before_sensitive: { nested: [{ key: true }], all: true },
        after_sensitive: { nested: [{ key: true }], all: true },
      }),
    );
    expect(JSON.stringify(read)).not.toMatch(/old-|new-/);
    expect(read.changes[0]?.attributes.map(({ path, after }) => `${path} ${after}`)).toEqual([
      'all (sensitive)',
      'api_token (sensitive)',
      'nested[0].key (sensitive)',
      'password (sensitive)',
    ]);
  });

  it.each<[string, TerraformPlanJson, string]>([
    ['F22: planning failed', { format_version: '1.2', errored: true }, 'planning failed'],
    ['another format', { format_version: '2.0' }, 'format version is 2.0'],
    ['no format', {}, 'missing'],
    ['an unknown action', { format_version: '1.2', resource_changes: [change('a.b', ['explode'])] }, '`explode`'],
  ])('is refused: %s', (_name, json, message) => {
    expect(() => readTerraformPlan(json, 'sha256:1')).toThrow(message);
  });

  it('is read from the real tool', () => {
    const directory = mkdtempSync(join(tmpdir(), 'immutable-plan-'));
    try {
      const terraform = (...words: string[]): string =>
        execFileSync('terraform', words, { cwd: directory, encoding: 'utf8' });
      writeFileSync(
        join(directory, 'main.tf'),
        `variable "token" {
  sensitive = true
  default   = "swordfish-42"
}
resource "terraform_data" "app" {
  for_each         = toset(["blue", "green"])
  input            = { image = "img-1", token = var.token }
  triggers_replace = each.key
}
output "colour" { value = "blue" }
`,
      );
      terraform('init', '-input=false');
      terraform('plan', '-out=tfplan', '-input=false');
      const read = readTerraformPlan(JSON.parse(terraform('show', '-json', 'tfplan')) as TerraformPlanJson, 'sha256:1');
      expect(read.changes.map(({ address, block, kind }) => ({ address, block, kind }))).toEqual([
        { address: 'terraform_data.app["blue"]', block: 'terraform_data.app', kind: 'create' },
        { address: 'terraform_data.app["green"]', block: 'terraform_data.app', kind: 'create' },
      ]);
      expect(read.outputs).toEqual([{ path: 'colour', before: undefined, after: '"blue"', replaces: false }]);
      expect(JSON.stringify(read)).not.toContain('swordfish');
      expect(JSON.stringify(read)).toContain('img-1');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }, 120_000);
});

describe('F23: the scope of a step', () => {
  const changes = plan(
    change('terraform_data.fleet["green"]', ['create']),
    change('module.web.aws_lb_listener.app', ['update']),
    change('aws_db_instance.main', ['delete', 'create']),
    change('data.aws_ami.base', ['read']),
  );

  it('names what it may not change', () => {
    const violations = checkScope(changes, 'deploy', ['*["green"]'], ['aws_db_*']);
    expect(violations.map(({ address }) => address)).toEqual([
      'aws_db_instance.main',
      'module.web.aws_lb_listener.app',
    ]);
    expect(violations[0]?.reason).toContain('loses data');
  });

  it('protects data even when every address is allowed, in modules too', () => {
    expect(checkScope(changes, 'deploy', undefined, ['aws_db_instance.*'])).toHaveLength(1);
    const nested = plan(change('module.db.module.inner.aws_db_instance.main[0]', ['delete']));
    expect(checkScope(nested, 'deploy', undefined, ['aws_db_*'])).toHaveLength(1);
    expect(checkScope(plan(change('aws_db_instance.main', ['update'])), 'deploy', undefined, ['aws_db_*'])).toEqual([]);
  });

  it('reads a pattern as text but for the star', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z_.[\]"()+$^|\\]{1,20}$/), (address) => {
        const one = plan({ ...change('x.y', ['update']), address });
        expect(checkScope(one, 'deploy', [address], [])).toEqual([]);
        expect(checkScope(one, 'deploy', [`${address}x`], [])).toHaveLength(1);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});

describe('the plan document', () => {
  it('shows the refusals, then the worst changes first', () => {
    const read = plan(change('aws_instance.new', ['create'], { after: { ami: 'ami-2' } }), {
      ...change('aws_db_instance.main', ['delete'], { before: { size: 5 } }),
      action_reason: 'delete_because_no_resource_config',
    });
    const text = planAsMarkdown(
      read,
      { environment: 'production', lines: ['Image: v1 → v2'] },
      checkScope(read, 'deploy', undefined, ['aws_db_*']),
    );
    const order = [
      '# Plan for production',
      'v1 → v2',
      '1 to add, 0 to change, 1 to destroy',
      '## Refused',
      '## ⚠ Destroy (1)',
      'Because its block is gone',
      '- size = 5',
      '## Create (1)',
      '+ ami = "ami-2"',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });
});
