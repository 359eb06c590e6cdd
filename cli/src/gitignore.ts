import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

interface Level {
  /** Path of the directory relative to the root, with `/` at its end; `''` for the root. */
  readonly prefix: string;
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
   * The rules inside a directory.
   *
   * @param directory relative to the root
   */
  inside(root: string, directory: string): IgnoreRules {
    return this.with(`${directory}/`, join(root, directory, '.gitignore'));
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
      text = readFileSync(file, 'utf8');
    } catch {
      return this;
    }
    return new IgnoreRules([...this.levels, { prefix, rules: ignore().add(text.replace(/^\uFEFF/, '')) }]);
  }
}
