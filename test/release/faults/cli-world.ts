import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packerScene } from '../../../cli/src/demo/packer-demo';
import { isEngineAlive } from '../../../release/src/engine-process';
import { processesOfRun } from '../../../release/src/machine/marked-processes';
import { StateRoot } from '../../../release/src/state-root';
import { ROOT } from '../../support/cli';

/** How a command of the CLI ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly text: string;
}

/** The shop as files of Packer and colours of Terraform, driven by the command line as a person does. */
export class CliWorld {
  readonly directory = mkdtempSync(join(tmpdir(), 'immutable-cli-world-'));
  readonly workspace: string;
  private readonly scene: ReturnType<typeof packerScene>;
  private readonly cli: string;

  constructor() {
    // A copy: the build may be made anew while a test runs.
    cpSync(join(ROOT, 'dist'), join(this.directory, 'dist'), { recursive: true });
    this.cli = join(this.directory, 'dist', 'cli.js');
    mkdirSync(join(this.directory, 'work'));
    this.scene = packerScene(join(this.directory, 'work'), process.env);
    this.workspace = this.scene.workspace;
    this.version('v1');
  }

  /** Changes what is baked. */
  version(name: string): void {
    writeFileSync(join(this.workspace, 'packer/shop.pkrvars.hcl'), `version = "${name}"\nstatus  = "healthy"\n`);
  }

  /** Changes a file of the workspace. */
  edit(path: string, change: (text: string) => string): void {
    const file = join(this.workspace, path);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }

  /** Starts a command, in a group of its own. */
  start(words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const env = { ...process.env, XDG_STATE_HOME: join(this.directory, 'state'), ...environment };
    return spawn(process.execPath, [this.cli, ...words], {
      cwd: this.workspace,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs a command to its end. */
  async run(words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CommandEnd> {
    const child = this.start(words, environment);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (text += part.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, text };
  }

  /** There once a command has run. */
  get root(): StateRoot {
    const state = join(this.directory, 'state', 'immutable');
    return new StateRoot(join(state, readdirSync(state)[0] ?? ''));
  }

  /** What Terraform says has the traffic. */
  async live(): Promise<string> {
    return (await this.scene.steps[0]?.after()) ?? '';
  }

  dispose(): void {
    for (const run of this.runs()) {
      this.endEngine(run);
      for (const { pid } of processesOfRun(run)) process.kill(pid, 'SIGKILL');
    }
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** One whose plan waits goes on for half an hour. */
  private endEngine(run: string): void {
    const directory = join(this.root.runs, run);
    if (!isEngineAlive(directory)) return;
    const { pid } = JSON.parse(readFileSync(join(directory, 'engine.json'), 'utf8')) as { readonly pid: number };
    process.kill(pid, 'SIGKILL');
  }

  private runs(): readonly string[] {
    try {
      return readdirSync(this.root.runs);
    } catch {
      // No command ever began a run.
      return [];
    }
  }
}
