import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeDurably } from '../durable/files';
import { isMissing, type MissingTool, type ResolvedTool } from './resolve-tool';

/** What tells one build of a program from another without running it. */
interface ToolIdentity {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds of its last change. */
  readonly changed: number;
}

const FILE = 'tools.json';

/** The programs of a run as they were when it first used them, kept beside the run so that a resumed one compares too. */
export class ToolIdentities {
  private readonly file: string;

  constructor(directory: string) {
    this.file = join(directory, FILE);
  }

  /** Remembers a program; the first look counts. */
  note({ name, path }: ResolvedTool): void {
    const known = this.read();
    const identity = identityOf(path);
    if (known[name] || !identity) return;
    writeDurably(this.file, JSON.stringify({ ...known, [name]: identity }));
  }

  /**
   * The programs that are not what they were.
   *
   * @param resolve finds a program as it is now
   * @returns a text for each: what it was, and what it is
   */
  replaced(resolve: (name: string) => ResolvedTool | MissingTool): readonly string[] {
    return Object.entries(this.read()).flatMap(([name, then]) => {
      const tool = resolve(name);
      if (isMissing(tool)) return [`${name} was ${then.path}, and is gone`];
      if (tool.path !== then.path) return [`${name} was ${then.path}, and is ${tool.path} now`];
      const now = identityOf(tool.path);
      const isSame = now?.bytes === then.bytes && now.changed === then.changed;
      return isSame ? [] : [`${tool.path} was replaced by another file`];
    });
  }

  private read(): Readonly<Record<string, ToolIdentity>> {
    const text = readIfThere(this.file);
    return text === undefined ? {} : (JSON.parse(text) as Record<string, ToolIdentity>);
  }
}

function identityOf(path: string): ToolIdentity | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && { path, bytes: stat.size, changed: Math.round(stat.mtimeMs) };
}
