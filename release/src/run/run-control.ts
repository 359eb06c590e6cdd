import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDurably, isCode, makeDirectory } from '../durable/files';

export interface Approval {
  readonly plan: string;
  readonly by: string;
  /** `cli`, `vscode`, `cli --approve`. */
  readonly how: string;
}

/**
 * How a viewer talks to a run: files that are made once (release-engine.md §3.1). No port, no socket: it works over
 * SSH, in WSL and in containers.
 */
export class RunControl {
  private readonly path: string;

  constructor(runDirectory: string) {
    this.path = join(runDirectory, 'control');
  }

  /** Asks the run to stop. Asking twice changes nothing. */
  cancel(by: string): void {
    this.make('cancel', { by });
  }

  /** A person accepts that a tool which does not stop by itself is killed. */
  kill(by: string): void {
    this.make('kill', { by });
  }

  approve(approval: Approval): void {
    this.make(`approve-${fileName(approval.plan)}`, approval);
  }

  deny(approval: Approval): void {
    this.make(`deny-${fileName(approval.plan)}`, approval);
  }

  /** Who cancelled; undefined when nobody did. */
  cancelledBy(): string | undefined {
    return this.read('cancel')?.['by'];
  }

  isKillAccepted(): boolean {
    return existsSync(join(this.path, 'kill'));
  }

  /** The decision on one plan; an approval of any other plan counts for nothing. */
  decisionOn(plan: string): { readonly approved: boolean; readonly by: string; readonly how: string } | undefined {
    const denied = this.read(`deny-${fileName(plan)}`);
    const decision = denied ?? this.read(`approve-${fileName(plan)}`);
    if (!decision || decision['plan'] !== plan) return undefined;
    return { approved: denied === undefined, by: decision['by'] ?? '', how: decision['how'] ?? '' };
  }

  private make(name: string, content: object): void {
    makeDirectory(this.path);
    try {
      createDurably(join(this.path, name), JSON.stringify(content));
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }

  private read(name: string): Readonly<Record<string, string>> | undefined {
    if (!existsSync(this.path) || !readdirSync(this.path).includes(name)) return undefined;
    try {
      return JSON.parse(readFileSync(join(this.path, name), 'utf8')) as Record<string, string>;
    } catch {
      // Its writer is in the middle of it; the next look finds it whole.
      return undefined;
    }
  }
}

function fileName(plan: string): string {
  return plan.replace(/[^0-9A-Za-z]/g, '-');
}
