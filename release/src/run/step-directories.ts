import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Directories of a run's steps: `steps/03-apply`, numbered in the order in which they were started. */
export class StepDirectories {
  private readonly path: string;

  constructor(runDirectory: string) {
    this.path = join(runDirectory, 'steps');
  }

  /** A new one. */
  next(name: string): { readonly path: string; readonly number: number } {
    const number = this.names().length + 1;
    return { path: join(this.path, `${String(number).padStart(2, '0')}-${name}`), number };
  }

  /** The last one of a name. */
  last(name: string): { readonly path: string; readonly number: number } | undefined {
    const found = this.names().findLast((directory) => directory.replace(/^\d+-/, '') === name);
    return found === undefined ? undefined : { path: join(this.path, found), number: Number.parseInt(found, 10) };
  }

  private names(): string[] {
    return existsSync(this.path) ? readdirSync(this.path).sort(byNumber) : [];
  }
}

function byNumber(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}
