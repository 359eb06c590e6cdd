/**
 * `npm run bench release`: what the release engine costs. Writing and reading the ledger, the memory of what runs a tool that
 * prints a lot, and how much longer a deploy takes than the tools that it runs.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Ledger } from '../../release/src/ledger/ledger';
import { ReleaseHistory, type ReleaseRecord } from '../../release/src/ledger/releases';
import { stepMark } from '../../release/src/machine/marked-processes';
import { Step } from '../../release/src/process/step';

const root = process.argv[2] ?? process.cwd();
const FENCE = { assertHeld: () => undefined };

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

type Row = Record<string, string | number>;

function release(index: number): ReleaseRecord {
  const digest = index.toString(16).padStart(64, '0');
  return {
    type: 'release',
    run: `r${index}`,
    id: `r${index}`,
    kind: 'deploy',
    environment: 'production',
    app: 'shop',
    images: [
      {
        name: 'web',
        kind: 'container',
        id: `sha256:${digest}`,
        ref: `registry.example.com/shop/web@sha256:${digest}`,
      },
    ] as unknown as ReleaseRecord['images'],
    supersedes: index === 0 ? null : `r${index - 1}`,
    rollbackOf: null,
    rolledBackFrom: null,
    slot: index % 2 === 0 ? 'blue' : 'green',
    health: { verdict: 'healthy', samples: 12 } as unknown as ReleaseRecord['health'],
    running: ['web'],
    plan: digest,
    approvedBy: 'somebody',
    config: null,
    oneWay: false,
    actor: { user: 'somebody', host: 'machine' },
    git: { commit: digest.slice(24), branch: 'main', dirty: false },
    overrides: [],
  };
}

/** Appends with fsync, one by one, into a ledger that is already long. */
function ledger(directory: string): Row {
  const path = join(directory, 'ledger/production.jsonl');
  const torn = join(directory, 'torn');
  const count = 10_000;
  const opened = Ledger.open(path, torn, FENCE);
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const began = performance.now();
    opened.append(release(index));
    times.push(performance.now() - began);
  }
  opened.close();
  const live = reading(path, (history) => history.live()?.id === `r${count - 1}`);
  const whole = reading(path, (history) => history.releases().length === count);
  return {
    'append p50': quantile(times, 0.5).toFixed(2),
    'append p95 (goal 5)': quantile(times, 0.95).toFixed(2),
    releases: count,
    MB: (statSync(path).size / 1e6).toFixed(1),
    'first read, what is live': (live.milliseconds[0] ?? Number.NaN).toFixed(0),
    'p50, what is live': quantile(live.milliseconds, 0.5).toFixed(0),
    'CPU, what is live': quantile(live.work, 0.5).toFixed(0),
    'p50, every release (goal 100)': quantile(whole.milliseconds, 0.5).toFixed(0),
    'CPU, every release': quantile(whole.work, 0.5).toFixed(0),
  };
}

/** Reads a ledger from the disk, checks its chain and asks it something, again and again. */
function reading(
  path: string,
  isRight: (history: ReleaseHistory) => boolean,
): { readonly milliseconds: readonly number[]; readonly work: readonly number[] } {
  const milliseconds: number[] = [];
  const work: number[] = [];
  for (let round = 0; round < 11; round++) {
    const used = process.cpuUsage();
    const began = performance.now();
    const right = isRight(new ReleaseHistory(Ledger.read(path)));
    milliseconds.push(performance.now() - began);
    const { user, system } = process.cpuUsage(used);
    work.push((user + system) / 1000);
    if (!right) throw new Error('the ledger is not as it was written');
  }
  return { milliseconds, work };
}

/** Peak memory of a process, in MB; undefined when it is gone. */
function peakOf(pid: number): number | undefined {
  try {
    const found = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : undefined;
  } catch {
    return undefined;
  }
}

/** A tool prints 500 MB of lines. Who keeps them is the step runner; who waits is the engine. */
async function streaming(directory: string): Promise<Row> {
  const step = join(directory, 'step');
  const line = `${'module.shop.aws_instance.web: Still creating, and this line is as long as such lines are.'.padEnd(99, '.')}\n`;
  const wanted = 500 * 1000 * 1000;
  const program = `const block = Buffer.from(${JSON.stringify(line)}.repeat(10000));
    let left = ${wanted / line.length / 10_000};
    (function more() { while (left-- > 0) if (!process.stdout.write(block)) { process.stdout.once('drain', more); return; } })();`;
  const began = performance.now();
  const running = await Step.start(
    {
      directory: step,
      command: [process.execPath, '-e', program],
      cwd: directory,
      environment: { PATH: process.env['PATH'] ?? '' },
      secrets: [{ name: 'TOKEN', value: 'a-secret-that-is-masked' }],
    },
    join(root, 'dist/step-runner.js'),
    stepMark(`bench-${process.pid}`, 1),
  );
  let peak = 0;
  const watch = setInterval(() => {
    const pid = running.files.processes()?.runner.pid;
    peak = Math.max(peak, (pid === undefined ? undefined : peakOf(pid)) ?? 0);
  }, 20);
  const outcome = await running.wait();
  clearInterval(watch);
  if (outcome.kind !== 'ended' || outcome.code !== 0) throw new Error(`the tool ended with ${JSON.stringify(outcome)}`);
  const seconds = (performance.now() - began) / 1000;
  const kept = existsSync(running.files.output) ? statSync(running.files.output).size : 0;
  return {
    'tool output MB': Math.round(wanted / 1e6),
    'kept MB': Math.round(kept / 1e6),
    seconds: seconds.toFixed(1),
    'runner peak RSS MB (goal 100)': Math.round(peak),
  };
}

const PIPELINE = `version: 1
app: shop
images:
  vm: { packer: { template: packer/app.pkr.hcl, vars: { content: one }, artifact: { kind: files } } }
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
    health: [{ command: { argv: ['true'], every: 10ms, timeout: 1s } }]
    retire: { mode: confirm }
`;

const MODULE = `variable "active_environment" { type = string }
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

const TEMPLATE = `variable "content" { type = string }
source "file" "app" {
  content = var.content
  target  = "out/app.img"
}
build { sources = ["source.file.app"] }
`;

/** A program before the real one on PATH that notes how long that ran. */
function timedTool(directory: string, name: string, log: string): boolean {
  const real = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((place) => join(place, name))
    .find((place) => isExecutable(place));
  if (real === undefined) return false;
  const path = join(directory, name);
  writeFileSync(
    path,
    `#!/bin/bash
began=$(date +%s%N)
'${real}' "$@"
code=$?
ended=$(date +%s%N)
echo "${name} $1 $(( (ended - began) / 1000 ))" >> '${log}'
exit $code
`,
  );
  chmodSync(path, 0o755);
  return true;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The command line deploys what is live already: all tools run and change next to nothing. */
async function deploys(directory: string): Promise<readonly Row[]> {
  const workspace = join(directory, 'shop');
  const tools = join(directory, 'tools');
  const log = join(directory, 'tools.log');
  mkdirSync(tools);
  if (!timedTool(tools, 'terraform', log) || !timedTool(tools, 'packer', log)) {
    console.log('Deploys are not measured: terraform and packer are not both on PATH.');
    return [];
  }
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  };
  write('immutable.yaml', PIPELINE);
  write('terraform/main.tf', MODULE);
  write('packer/app.pkr.hcl', TEMPLATE);
  write('.gitignore', 'out/\n.terraform/\n*.tfstate*\n.terraform.lock.hcl\n');
  const git = (...words: readonly string[]): void => {
    spawnSync('git', ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', ...words], { cwd: workspace });
  };
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'Shop');
  const deploy = (...words: readonly string[]): ReturnType<typeof command> =>
    command(['deploy', 'local', '--approve', 'all', ...words], workspace, {
      PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}`,
      XDG_STATE_HOME: join(directory, 'state'),
    });
  let accept = await commandsToAccept(deploy);
  const rows: Row[] = [];
  for (const name of ['first', 'same again', 'same again', 'same again']) {
    writeFileSync(log, '');
    const began = performance.now();
    const { code, text } = await deploy(...accept);
    const total = performance.now() - began;
    accept = [];
    if (code !== 0) throw new Error(`the deploy ended with ${code}:\n${text}`);
    const runs = readFileSync(log, 'utf8').trim().split('\n');
    const inTools = runs.reduce((sum, run) => sum + Number(run.split(' ')[2] ?? 0) / 1000, 0);
    rows.push({
      deploy: name,
      'total ms': Math.round(total),
      'tools ms': Math.round(inTools),
      'tool runs': runs.length,
      'engine over tools ms (goal 1500)': Math.round(total - inTools),
    });
  }
  return rows;
}

/**
 * The file is somebody else's: its commands are shown before they run for the first time.
 *
 * @returns the words that accept them
 */
async function commandsToAccept(
  deploy: (...words: readonly string[]) => ReturnType<typeof command>,
): Promise<readonly string[]> {
  const { code, text } = await deploy();
  const words = /(--accept-commands) ([0-9a-f]+)/.exec(text)?.slice(1);
  if (code !== 3 || words === undefined) throw new Error(`the commands were not shown, ${code}:\n${text}`);
  return words;
}

function command(
  words: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [join(root, 'dist/cli.js'), ...words], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, text });
    });
  });
}

const directory = mkdtempSync(join(tmpdir(), 'immutable-bench-release-'));
try {
  console.log(
    `The release engine. Node ${process.version}, load ${loadavg()[0]?.toFixed(1) ?? '?'}. Times in milliseconds.`,
  );
  console.log('The ledger, each append with fsync:');
  console.table([ledger(directory)]);
  console.log('A step that prints a lot:');
  console.table([await streaming(directory)]);
  const rows = await deploys(directory);
  if (rows.length > 0) {
    console.log('Deploys of files of Packer and colours of Terraform:');
    console.table(rows);
  }
} finally {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
