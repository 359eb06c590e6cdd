import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requirePipeline } from '../../../release/src/config/read';
import { processesOfRun } from '../../../release/src/machine/marked-processes';
import { LiveContext } from '../../../release/src/run/live-context';
import { RunControl } from '../../../release/src/run/run-control';
import type { RunEvent } from '../../../release/src/run/events';
import { StateRoot } from '../../../release/src/state-root';

const PACKAGES = pathToFileURL(join(import.meta.dirname, '..', '..', '..', 'scripts', 'system-packages.mjs')).href;

/**
 * Why a tool cannot be run here; undefined when it can. Debian packages are installed first where that is possible.
 *
 * @throws in CI, where it must not be missing
 */
export function missingTool(name: 'packer' | 'terraform'): string | undefined {
  if (!isOnPath(name) && name === 'packer') {
    const code = `import(${JSON.stringify(PACKAGES)}).then((packages) => packages.ensurePackages(['packer']))`;
    spawnSync(process.execPath, ['-e', code], { stdio: 'inherit' });
  }
  if (isOnPath(name)) return undefined;
  const reason = `${name} is not installed`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, name)));
}

/** A workspace with a state root outside of it, and contexts that run real tools in it. */
export class RealWorld {
  readonly workspace = mkdtempSync(join(tmpdir(), 'immutable-workspace-'));
  readonly root = new StateRoot(mkdtempSync(join(tmpdir(), 'immutable-state-')));
  readonly events: RunEvent[] = [];
  private readonly runs = new Set<string>();

  constructor(
    private readonly stepRunner: string,
    readonly pipeline: string,
  ) {
    this.write('immutable.yaml', pipeline);
  }

  write(path: string, content: string): void {
    const file = join(this.workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }

  /** @param environment of the tools; ours when there is none */
  context(run: string, environmentName: string | null = null, environment = process.env): LiveContext {
    this.runs.add(run);
    const directory = this.root.run(run);
    mkdirSync(directory, { recursive: true });
    const pipeline = requirePipeline(this.pipeline, 'immutable.yaml');
    const context = new LiveContext({
      run,
      workspace: this.workspace,
      directory,
      pipeline,
      environment: environmentName === null ? undefined : pipeline.environments.get(environmentName),
      control: new RunControl(directory),
      ownEnvironment: environment,
      secrets: [],
      stepRunner: this.stepRunner,
    });
    const tell = context.tell.bind(context);
    context.tell = (event) => {
      this.events.push(event);
      tell(event);
    };
    return context;
  }

  /** Live processes of this world's runs. Other tests have runs of the same names. */
  processes(): number[] {
    const pids = [...this.runs].flatMap((run) => processesOfRun(run).map(({ pid }) => pid));
    return pids.filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).startsWith(this.workspace);
      } catch {
        return false;
      }
    });
  }

  /** What the runs were warned of. */
  warnings(): string[] {
    return this.events.flatMap((event) => (event.type === 'warning' ? [event.text] : []));
  }

  /** Ends what a test left running, and removes its files. */
  dispose(): void {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
    for (const path of [this.workspace, this.root.path]) rmSync(path, { recursive: true, force: true });
  }
}

/** Waits for something that happens soon. */
export async function until<Found>(look: () => Found | undefined | false): Promise<Found> {
  for (let round = 0; round < 600; round++) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not happen within 15 s');
}
