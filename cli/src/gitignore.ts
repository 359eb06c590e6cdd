import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

interface Level {
  /** Path of the directory relative to the root, with `/` at its end; `''` for the root. */
  readonly prefix: string;
  readonly text: string;
  readonly rules: Ignore;
}

/** The ignore files that hold in one directory: its own and those of all directories above it. */
export class IgnoreRules {
  private constructor(private readonly levels: readonly Level[]) {}

  /** Nothing is ignored. */
  static none(): IgnoreRules {
    return new IgnoreRules([]);
  }

  /**
   * Rules of a root: `.git/info/exclude` and `.gitignore`. The user's global excludes are not read, so that a run
   * gives the same on every machine.
   */
  static forRoot(root: string): IgnoreRules {
    return IgnoreRules.none()
      .with('', join(root, '.git', 'info', 'exclude'))
      .with('', join(root, '.gitignore'));
  }

  /**
   * The rules inside a directory that is not ignored.
   *
   * @param directory relative to the root
   */
  inside(root: string, directory: string): IgnoreRules {
    const levels = this.levels.map((level) => excuse(level, directory));
    return new IgnoreRules(levels).with(`${directory}/`, join(root, directory, '.gitignore'));
  }

  /** A deeper file wins over a shallower one; an ignored directory is never entered, as in Git. */
  isIgnored(path: string, isDirectory: boolean): boolean {
    let ignored = false;
    for (const { prefix, rules } of this.levels) {
      const relative = path.slice(prefix.length);
      const verdict = rules.test(isDirectory ? `${relative}/` : relative);
      if (verdict.ignored) ignored = true;
      else if (verdict.unignored) ignored = false;
    }
    return ignored;
  }

  private with(prefix: string, file: string): IgnoreRules {
    let text: string;
    try {
      text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    } catch {
      return this;
    }
    return new IgnoreRules([...this.levels, { prefix, text, rules: compile(text) }]);
  }
}

/** Git tells upper from lower case where the file system does. */
function compile(text: string): Ignore {
  return ignore({ ignorecase: process.platform === 'win32' || process.platform === 'darwin' }).add(text);
}

/** A directory that a deeper file takes back in: the shallower one must not shut out all that is in it. */
function excuse(level: Level, directory: string): Level {
  const relative = directory.slice(level.prefix.length);
  if (!level.rules.test(`${relative}/`).ignored) return level;
  const text = `${level.text}\n!/${relative.replace(/[\\*?[\]!#\s]/g, '\\$&')}/\n`;
  return { prefix: level.prefix, text, rules: compile(text) };
}
