import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeDurably } from '../../durable/files';
import type { RunContext } from '../../run/context';
import type { Builder } from './builder';

/**
 * Containers that buildah works in while it builds. It leaves them behind when it is ended by a signal, and gives them
 * names and labels of its own: so those count as ours that were not there before our build, when nobody else builds.
 */
export class WorkingContainers {
  private readonly file: string;

  constructor(
    image: string,
    private readonly builder: Builder,
    private readonly context: RunContext,
  ) {
    this.file = join(context.directory, `working-${image}.json`);
  }

  /** To be called before a build. */
  async note(): Promise<void> {
    writeDurably(this.file, JSON.stringify(await this.builder.workingContainers()));
  }

  /** Removes what a build that was ended has left, also in a run that is cancelled. Never fails. */
  async clean(): Promise<void> {
    const written = readIfThere(this.file);
    if (written === undefined) return;
    const before = JSON.parse(written) as readonly string[];
    await this.context.settle(async () => {
      // What was being written when the build was ended may be seen only a moment later.
      for (let tries = 3; tries > 0; tries--) {
        const left = (await this.builder.workingContainers()).filter((id) => !before.includes(id));
        if (left.length === 0) return;
        if (otherBuilds()) return this.tellOf(left);
        await this.builder.removeWorking(left);
      }
    });
  }

  private tellOf(left: readonly string[]): void {
    const ids = left.map((id) => id.slice(0, 12)).join(' ');
    this.context.tell({
      type: 'warning',
      text: `Somebody else builds here too, so what the ended build left stays. Remove it when nobody does: \`${this.builder.kind} rm ${ids}\`.`,
    });
  }
}

/** True when podman or buildah builds something now, or when nobody can tell. */
function otherBuilds(): boolean {
  if (process.platform !== 'linux') return true;
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && isBuild(pid));
}

function isBuild(pid: string): boolean {
  try {
    const [program = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(?:^|\/)(?:podman|buildah)$/.test(program) && words.some((word) => /^(?:build|bud|from|run)$/.test(word));
  } catch {
    // Gone meanwhile.
    return false;
  }
}
