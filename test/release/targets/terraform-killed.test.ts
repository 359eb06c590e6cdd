import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../release/src/ledger/ledger';
import { ReleaseHistory } from '../../../release/src/ledger/releases';
import { processesOfRun } from '../../../release/src/machine/marked-processes';
import { Journal } from '../../../release/src/run/journal';
import { StateRoot } from '../../../release/src/state-root';
import { ROOT } from '../../support/cli';
import { missingTool, until } from '../bakers/packer-support';
import { oracleOf } from '../support/oracle';
import { BLUE_GREEN, BLUE_GREEN_PIPELINE } from './terraform-support';

const missing = missingTool('packer') ?? missingTool('terraform');
const CLI = join(ROOT, 'dist', 'cli.js');

const TEMPLATE = `
source "file" "app" {
  content = file("app.txt")
  target  = "out/app.img"
}
build { sources = ["source.file.app"] }
`;

/** Slow, and it may fail: as the files beside it say. */
const MODULE = BLUE_GREEN.replace(
  '  input            = each.value\n',
  '  input            = each.value\n  provisioner "local-exec" { command = "touch started; while [ -e slow ]; do sleep 0.2; done; test ! -e broken" }\n',
);

describe.skipIf(missing !== undefined)('F02: engine and step runner are killed while Terraform applies', () => {
  let directory: string;
  let workspace: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'immutable-killed-'));
    workspace = join(directory, 'work');
    write('immutable.yaml', BLUE_GREEN_PIPELINE.replace(', vars: { content: one }', '') + 'gates: { lint: off }\n');
    write('terraform/main.tf', MODULE);
    write('terraform/slow', '');
    write('packer/app.pkr.hcl', TEMPLATE);
    write('packer/app.txt', 'v1');
    write('healthy', '');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

  function write(path: string, content: string): void {
    const file = join(workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  function run(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    const env = { ...process.env, XDG_STATE_HOME: join(directory, 'state') };
    return new Promise((resolve) => {
      execFile(process.execPath, [CLI, ...words], { cwd: workspace, env, timeout: 120_000 }, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, text: out + err });
      });
    });
  }

  /** A deployment whose engine and step runner are gone, and whose Terraform is not. */
  async function killed(): Promise<{ readonly root: StateRoot; readonly id: string; readonly tool: number }> {
    const deploying = run('deploy', 'local', '--approve', 'all');
    await until(() => existsSync(join(workspace, 'terraform/started')));
    const state = join(directory, 'state', 'immutable');
    const root = new StateRoot(join(state, readdirSync(state)[0] ?? ''));
    const [id = ''] = readdirSync(root.runs);
    const read = (file: string): unknown => JSON.parse(readFileSync(join(root.run(id), file), 'utf8'));
    const step = readdirSync(join(root.run(id), 'steps')).find((name) => name.endsWith('-terraform')) ?? '';
    const { tool, runner } = read(join('steps', step, 'pid.json')) as Record<'tool' | 'runner', { pid: number }>;
    process.kill((read('engine.json') as { readonly pid: number }).pid, 'SIGKILL');
    process.kill(runner.pid, 'SIGKILL');
    const { text } = await deploying;
    expect(text).toContain(`immutable-infra resume ${id}`);
    expect(processesOfRun(id).map(({ pid }) => pid)).toContain(tool.pid);
    return { root, id, tool: tool.pid };
  }

  function judged(root: StateRoot, id: string, serving: readonly string[] | undefined): void {
    expect(oracleOf({ root, workspace, environment: 'local', runs: [id], serving })).toEqual([]);
    const types = Journal.read(root.run(id))
      .records()
      .map(({ type }) => type);
    expect(types.filter((type) => type === 'apply.intent')).toHaveLength(1);
    expect(types.filter((type) => type === 'apply.recovered')).toHaveLength(1);
  }

  it('resume waits for the one that lives, and goes on to live: all was done', async () => {
    const { root, id, tool } = await killed();
    const resuming = run('resume', id);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // It is waited for: nothing else is begun meanwhile.
    expect(processesOfRun(id).map(({ pid }) => pid)).toContain(tool);
    rmSync(join(workspace, 'terraform/slow'));
    const { code, text } = await resuming;
    expect(code, text).toBe(0);
    const history = new ReleaseHistory(Ledger.read(root.ledger('local')));
    expect(history.releases()).toHaveLength(1);
    judged(root, id, [history.live()?.images[0]?.id ?? '']);
  }, 120_000);

  it('and when it fails: a part was done, told in a table, and nothing is recorded as live', async () => {
    const { root, id } = await killed();
    write('terraform/broken', '');
    rmSync(join(workspace, 'terraform/slow'));
    const { code, text } = await run('resume', id);
    expect(code, text).toBe(7);
    expect(text).toContain('damaged: terraform_data.fleet["blue"] (tainted');
    expect(new ReleaseHistory(Ledger.read(root.ledger('local'))).releases()).toEqual([]);
    judged(root, id, undefined);
  }, 120_000);
});
